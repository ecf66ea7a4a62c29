# SPDX-License-Identifier: MIT
"""The results of runs, with what is known of deviations."""

import sys
from collections import Counter, namedtuple

Name = namedtuple("Name", "suite name")

IMPLEMENTATIONS = ("glibc", "aiox")

Deviation = namedtuple("Deviation", "reason at_times")

# What asks for no reason.
INNOCENT = ("pass", "skip", "unsupported", "untested")


def read_deviations(path):
    """By name and implementation. A line is: name | implementation | reason, where the
    implementation may be "both", with "at times" behind it for what chance decides."""
    deviations = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() == "" or line.startswith("#"):
                continue
            fields = [field.strip() for field in line.split("|", 2)]
            which = fields[1].removesuffix(" at times") if len(fields) == 3 else ""
            if which not in (*IMPLEMENTATIONS, "both") or not fields[2]:
                sys.exit(f"{path}: no deviation: {line.strip()}")
            deviation = Deviation(fields[2], at_times=fields[1] != which)
            for implementation in IMPLEMENTATIONS if which == "both" else (which,):
                deviations[fields[0], implementation] = deviation
    return deviations


class Report:
    def __init__(self, paths, deviations):
        self.deviations = {}
        for path in deviations:
            self.deviations.update(read_deviations(path))
        self._results = {}
        for path in paths:
            with open(path, encoding="utf-8") as file:
                for line in file:
                    suite, name, implementation, *result = line.rstrip("\n").split("\t")
                    self._results[Name(suite, name), implementation] = result
        self.names = list(dict.fromkeys(name for name, _ in self._results))
        self.suites = list(dict.fromkeys(name.suite for name in self.names))

    def verdict(self, name, implementation):
        return self._results[name, implementation][0]

    def reason(self, name, implementation):
        return self._results[name, implementation][1]

    def deviation(self, name, implementation):
        """The reason that is listed, or None."""
        listed = self.deviations.get((name.name, implementation))
        return listed.reason if listed else None

    def is_chance(self, name, implementation):
        listed = self.deviations.get((name.name, implementation))
        return listed is not None and listed.at_times

    def of_suite(self, suite):
        return [name for name in self.names if name.suite == suite]

    def counts(self, suite, implementation):
        return Counter(sorted(self.verdict(n, implementation) for n in self.of_suite(suite)))

    def deviating(self, implementation):
        """Those with a listed reason that do not pass."""
        return [n for n in self.names if self.deviation(n, implementation)
                and self.verdict(n, implementation) != "pass"]

    def problems(self, is_complete):
        """What makes the run a failure. The list of deviations cannot be checked for names that are
        not there where not everything ran."""
        for name in self.names:
            verdict, listed = self.verdict(name, "aiox"), self.deviations.get((name.name, "aiox"))
            if verdict not in INNOCENT and not listed:
                yield f"{name.name}: {verdict}: {self.reason(name, 'aiox')}"
            elif verdict == "pass" and listed and not listed.at_times:
                yield f"{name.name}: listed as a deviation of aiox, and passes"
        # What others have written may be wrong itself: it is read, whatever does not pass it.
        for name in self.of_suite("opts"):
            verdict = self.verdict(name, "glibc")
            if verdict not in INNOCENT and not self.deviation(name, "glibc"):
                yield f"{name.name}: {verdict} on glibc, and no reason is listed"
        if is_complete:
            known = {name.name for name in self.names}
            for listed in sorted({name for name, _ in self.deviations} - known):
                yield f"{listed}: listed as a deviation, and there is no such program"
