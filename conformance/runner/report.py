# SPDX-License-Identifier: MIT
"""Makes the table, the document and JUnit's files of results.

Usage: report.py [--about TEXT] [--markdown FILE] [--junit FOLDER] [--brief] RESULTS...

RESULTS are files that run.py wrote. Prints the table; with --brief, only what aiox does not pass.
The reasons of deviations are those in the files deviations.txt. Exit status: 0 only if aiox passes
all that has no listed deviation, and none is listed in vain.
"""

import argparse
import os
import sys

import junit
from document import Document
from results import Report

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def text_table(report, brief):
    names = [n for n in report.names if not brief or report.verdict(n, "aiox") != "pass"]
    width = max([len(name.name) for name in names], default=0)
    for name in names:
        glibc, aiox = (report.verdict(name, i) for i in ("glibc", "aiox"))
        print(f"{name.name:{width}}  {glibc:12} {aiox:12}{report.reason(name, 'aiox')}".rstrip())
    print()
    for suite in report.suites:
        for implementation in ("glibc", "aiox"):
            counts = report.counts(suite, implementation)
            said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
            print(f"{suite} on {implementation}: {said}")


def write(path, text):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--about", default="")
    parser.add_argument("--markdown")
    parser.add_argument("--junit")
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("results", nargs="+")
    options = parser.parse_args()

    deviations = [os.path.join(FOLDER, path) for path in ("deviations.txt", "suite/deviations.txt")]
    report = Report(options.results, deviations)
    text_table(report, options.brief)
    if options.markdown:
        write(options.markdown, Document(report, FOLDER, options.about).text())
        print(f"\nWritten: {os.path.relpath(options.markdown, os.path.dirname(FOLDER))}")
    if options.junit:
        for suite in report.suites:
            for implementation in ("glibc", "aiox"):
                path = os.path.join(options.junit, f"{suite}-{implementation}.xml")
                write(path, junit.text(report, suite, implementation))
    problems = list(report.problems(is_complete=bool(options.markdown)))
    for problem in problems:
        print(f"FAILED  {problem}")
    sys.exit(1 if problems else 0)


main()
