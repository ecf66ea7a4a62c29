# SPDX-License-Identifier: MIT
"""Makes docs/defects.md, and the table in README.md, of a run of the programs of tests/defects.

Usage: defects.py [--write ABOUT] RESULTS

RESULTS is what run.py wrote. Prints the table; with --write, writes the documents, in which ABOUT
says what machine it was. Exit status: 0 only if aiox passes all.
"""

import argparse
import glob
import os
import re
import sys
from collections import namedtuple

from document import escaped, paragraphs
from results import IMPLEMENTATIONS, INNOCENT, Name, Report

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
START, END = "<!-- defects: written by scripts/defects -->\n", "<!-- defects: end -->\n"

Defect = namedtuple("Defect", "number title seen answer program")


def defects():
    """Those that have a program, and those that have none as aiox does not mend them yet."""
    found = []
    for path in glob.glob(os.path.join(ROOT, "tests/defects/d*.c")):
        parts = paragraphs(path)
        number = re.match(r"D(\d+): ", parts[1]) if len(parts) >= 4 else None
        if not number:
            sys.exit(f"{path}: the head wants the licence, the defect behind its number, what is seen "
                     "of it, and what aiox does")
        title = parts[1][number.end():]
        found.append(Defect(int(number[1]), title, *parts[2:4], os.path.basename(path)))
    with open(os.path.join(ROOT, "tests/defects/not-there-yet.txt"), encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                number, title, seen = (field.strip() for field in line.split("|"))
                found.append(Defect(int(number[1:]), title, seen, "Not there yet.", None))
    return sorted(found)


class Tables:
    def __init__(self, report):
        self.report = report

    def verdict(self, defect, implementation):
        name = Name("defects", defect.program.removesuffix(".c"))
        return self.report.verdict(name, implementation), self.report.reason(name, implementation)

    def readme(self):
        yield "| | what is wrong | glibc | aiox | what aiox does |"
        yield "|---|---|---|---|---|"
        for d in defects():
            title, answer = escaped(d.title.rstrip(".")), escaped(d.answer.rstrip("."))
            if d.program:
                title = f"[{title}](tests/defects/{d.program})"
                verdicts = " | ".join(self.verdict(d, i)[0] for i in IMPLEMENTATIONS)
            else:
                verdicts = "- | -"
            yield f"| D{d.number} | {title} | {verdicts} | {answer} |"

    def document(self, about):
        yield from [
            "<!-- SPDX-License-Identifier: MIT -->",
            "# What is wrong with glibc's AIO",
            "",
            "And what aiox does instead. Written by this command, from its own run:",
            "",
            "```sh",
            "./scripts/defects",
            "```",
            "",
            "Each defect has a C program in [tests/defects](../tests/defects) that knows only `<aio.h>`",
            "and libc. It is built once and run twice, as it is and with aiox preloaded; the runner has",
            "made sure that the calls come from there. It fails where the defect is there: it says what",
            "it saw, is killed, or does not end (*hang*). What has to be in progress is so for certain,",
            "and speed is judged by what is counted or by ratios, never by the clock.",
            "",
            f"The machine: {about}.",
            "",
            "| | defect | what a program sees | glibc | aiox | what aiox does |",
            "|---|---|---|---|---|---|",
        ]
        for d in defects():
            row = [f"D{d.number}", escaped(d.title), escaped(d.seen), "-", "-", escaped(d.answer)]
            if d.program:
                row[1] = f"[{row[1]}](../tests/defects/{d.program})"
                row[3:5] = [self.cell(d, i) for i in IMPLEMENTATIONS]
            yield f"| {' | '.join(row)} |"

    def cell(self, defect, implementation):
        verdict, reason = self.verdict(defect, implementation)
        return verdict if verdict == "pass" else escaped(f"**{verdict}**: {reason}")

    def text(self):
        for name in self.report.names:
            glibc, aiox = (self.report.verdict(name, i) for i in IMPLEMENTATIONS)
            yield f"{name.name:60} {glibc:6} {aiox:6} {self.report.reason(name, 'glibc')}".rstrip()


def write(path, text):
    with open(os.path.join(ROOT, path), "w", encoding="utf-8") as file:
        file.write(text)


def put_into_readme(lines):
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        before, start, rest = file.read().partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        sys.exit("README.md: no place for the table")
    write("README.md", before + START + "".join(f"{line}\n" for line in lines) + END + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--write", metavar="ABOUT")
    parser.add_argument("results")
    options = parser.parse_args()
    report = Report([options.results], [])
    tables = Tables(report)
    print("\n".join(tables.text()))
    if options.write:
        write("docs/defects.md", "".join(f"{line}\n" for line in tables.document(options.write)))
        put_into_readme(tables.readme())
    bad = [name for name in report.names if report.verdict(name, "aiox") not in INNOCENT]
    for name in bad:
        print(f"FAILED  {name.name}: {report.reason(name, 'aiox')}")
    sys.exit(1 if bad else 0)


main()
