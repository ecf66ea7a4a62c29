# SPDX-License-Identifier: MIT
"""What bench/workloads.txt wants and bench/results has."""

import csv
import os
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median

NOISE = 0.08  # less is none
BASELINES = ("glibc", "libaio", "io_uring", "sync")
ARMS = ("aiox",) + BASELINES
TITLES = {"sync": "pread/pwrite"}


def title_of(arm):
    return TITLES.get(arm, arm)


@dataclass
class Workload:
    name: str
    title: str
    section: str
    arms: list
    targets: dict  # of throughput, by arm
    processor_target: tuple  # an arm and a ratio, or None


@dataclass
class Spread:
    """A figure of several rounds."""

    values: list

    @property
    def median(self):
        return median(self.values)

    @property
    def least(self):
        return min(self.values)

    @property
    def greatest(self):
        return max(self.values)


@dataclass
class Figures:
    about: list = field(default_factory=list)  # how and where it was measured
    # [workload][arm][round] = {"ops_per_s": ..., ...}
    runs: dict = field(default_factory=lambda: defaultdict(lambda: defaultdict(dict)))
    # [call][pipes are many][arm][outstanding] = nanoseconds, of each round
    calls: dict = field(default_factory=dict)

    def spread(self, workload, arm, what):
        values = [run[what] for run in self.runs[workload][arm].values() if what in run]
        return Spread(values) if values else None

    def ratio(self, workload, arm, what):
        """aiox to the arm, of runs of the same round."""
        ours, theirs = self.runs[workload]["aiox"], self.runs[workload][arm]
        values = [
            ours[i][what] / theirs[i][what]
            for i in ours.keys() & theirs.keys()
            if what in ours[i] and theirs[i].get(what)
        ]
        return Spread(values) if values else None


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]


def number(text):
    return None if text == "-" else float(text)


def read_workloads(path):
    """The workloads, and of the calls their names and (many, few, ratio)."""
    workloads, calls, section = [], None, ""
    for line in lines_of(path):
        if line.startswith("== "):
            section = line[3:]
        elif line.startswith("@calls "):
            names, limit = line[len("@calls ") :].split("|")
            many, few, ratio = limit.split()
            calls = (names.split(), int(many), int(few), float(ratio))
        else:
            name, title, arms, targets, *_ = (part.strip() for part in line.split("|"))
            *throughput, processor = targets.split()
            arm, _, most = processor.partition("=")
            workloads.append(
                Workload(
                    name,
                    title,
                    section,
                    arms.split(),
                    {a: t for a, t in zip(BASELINES, map(number, throughput)) if t},
                    (arm, float(most)) if most else None,
                )
            )
    return workloads, calls


def read_notes(path):
    return [tuple(part.strip() for part in line.split("|", 1)) for line in lines_of(path)]


def read_figures(folder):
    figures = Figures()
    with open(os.path.join(folder, "figures.csv"), encoding="utf-8") as file:
        lines = file.readlines()
    figures.about = [line[2:].strip() for line in lines if line.startswith("# ")]
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        run = {
            what: float(row[what])
            for what in ("ops_per_s", "cpu_ns", "p50_ns", "p99_ns")
            if row[what]
        }
        figures.runs[row["workload"]][row["arm"]][int(row["round"])] = run
    with open(os.path.join(folder, "calls.csv"), encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["call"], row["pipes"] != "1", row["arm"], int(row["requests"]))
            figures.calls.setdefault(key, []).append(float(row["ns"]))
    return figures
