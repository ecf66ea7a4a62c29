# SPDX-License-Identifier: MIT
"""The results of runs, with what is known of deviations."""

import sys
from collections import Counter, namedtuple

Name = namedtuple("Name", "suite name")

# What asks for no reason.
INNOCENT = ("pass", "skip", "unsupported", "untested")


def read_deviations(path):
    """The reasons, by name and implementation. A line is: name | implementation | reason, where the
    implementation may be "both"."""
    reasons = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip() == "" or line.startswith("#"):
                continue
            fields = [field.strip() for field in line.split("|", 2)]
            if len(fields) != 3 or fields[1] not in ("glibc", "aiox", "both") or not fields[2]:
                sys.exit(f"{path}: no deviation: {line.strip()}")
            for implementation in ("glibc", "aiox") if fields[1] == "both" else fields[1:2]:
                reasons[fields[0], implementation] = fields[2]
    return reasons


class Report:
    def __init__(self, paths, deviations):
        self.deviations = read_deviations(deviations)
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
        return self.deviations.get((name.name, implementation))

    def of_suite(self, suite):
        return [name for name in self.names if name.suite == suite]

    def counts(self, suite, implementation):
        return Counter(sorted(self.verdict(n, implementation) for n in self.of_suite(suite)))

    def deviating(self, implementation):
        """Those with a listed reason that do not pass."""
        return [n for n in self.names if self.deviation(n, implementation)
                and self.verdict(n, implementation) != "pass"]

    def problems(self, is_complete):
        """What makes the run a failure. The list of deviations cannot be checked for names that are not
        there where not everything ran."""
        for name in self.names:
            verdict, listed = self.verdict(name, "aiox"), self.deviation(name, "aiox")
            if verdict not in INNOCENT and not listed:
                yield f"{name.name}: {verdict}: {self.reason(name, 'aiox')}"
            elif verdict == "pass" and listed:
                yield f"{name.name}: listed as a deviation of aiox, and passes"
        if is_complete:
            known = {name.name for name in self.names}
            for listed in sorted({name for name, _ in self.deviations} - known):
                yield f"{listed}: listed as a deviation, and there is no such program"
