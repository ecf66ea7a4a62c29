# SPDX-License-Identifier: MIT
"""The data of the plots, and gnuplot over them."""

import os
import re
import subprocess
import tempfile
from statistics import median

from figures import ARMS

PLOTS = ("throughput", "latency", "calls")
OVER_DEPTH = ("cached", "direct", "cold")
HERE = os.path.dirname(os.path.abspath(__file__))


def write(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(" ".join("-" if cell is None else f"{cell:g}" for cell in row) + "\n")


def over_depth(figures, kind, what):
    """Rows of depth and a figure of each arm, of the workloads called <kind>-<depth>."""
    names = {}
    for name in figures.runs:
        if found := re.fullmatch(rf"{kind}-([0-9]+)", name):
            names[int(found[1])] = name
    for depth, name in sorted(names.items()):
        spreads = [figures.spread(name, arm, what) for arm in ARMS]
        yield [depth, *(spread and spread.median for spread in spreads)]


def over_outstanding(figures, call):
    """Rows of how many, and the cost on one pipe and on many, of glibc and of aiox."""
    columns = [(call, is_many, arm) for arm in ("glibc", "aiox") for is_many in (False, True)]
    for size in sorted({key[3] for key in figures.calls}):
        costs = [figures.calls.get((*column, size)) for column in columns]
        yield [size, *(cost and median(cost) for cost in costs)]


def draw(figures, folder):
    """Makes each plot as SVG and as PNG; of a whole run's figures only."""
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        for kind in OVER_DEPTH:
            for what in ("ops_per_s", "p50_ns", "p99_ns"):
                write(f"{data}/{kind}.{what}", over_depth(figures, kind, what))
        for call in ("submit", "error", "suspend", "cancel"):
            write(f"{data}/{call}.calls", over_outstanding(figures, call))
        for plot in PLOTS:
            for kind in ("svg", "png"):
                subprocess.run(
                    [
                        "gnuplot",
                        "-e",
                        f"data='{data}'; kind='{kind}'; result='{folder}/{plot}.{kind}'",
                        f"{HERE}/{plot}.gp",
                    ],
                    check=True,
                )
