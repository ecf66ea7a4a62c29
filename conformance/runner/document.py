# SPDX-License-Identifier: MIT
"""docs/conformance.md."""

import os
import sys

from results import IMPLEMENTATIONS, INNOCENT

CALLS = ["aio.h", "aio_read", "aio_write", "aio_fsync", "aio_error", "aio_return", "aio_cancel",
         "aio_suspend", "lio_listio", "general"]


def paragraphs(path):
    """Those of the comment at the head of a C file."""
    with open(path, encoding="utf-8") as file:
        comment, end, _ = file.read().partition("*/")
    if not comment.startswith("/* ") or not end:
        sys.exit(f"{path}: no comment at the head")
    lines = [line.lstrip(" *") for line in comment[len("/*"):].splitlines()]
    return [" ".join(part.split("\n")).strip() for part in "\n".join(lines).split("\n\n")]


def head(path):
    """The assertion and its source."""
    parts = paragraphs(path)
    if len(parts) < 3 or not parts[-1].startswith("POSIX.1"):
        sys.exit(f"{path}: the head wants the licence, an assertion and its source")
    return parts[1], parts[-1].split(", ", 1)[-1]


def escaped(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


class Document:
    def __init__(self, report, folder, about):
        self.report, self.folder, self.about = report, folder, about

    def text(self):
        parts = [self.start(), self.summary()]
        parts += [self.own()] if "own" in self.report.suites else []
        parts += [self.outside(suite) for suite in self.report.suites if suite != "own"]
        parts += [self.deviations()]
        return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"

    def start(self):
        yield from [
            "<!-- SPDX-License-Identifier: MIT -->",
            "# Conformance",
            "",
            "What POSIX.1-2017 says about `<aio.h>`, sentence by sentence, on glibc and on aiox.",
            "Written by this command, from its own run:",
            "",
            "```sh",
            "./scripts/conformance",
            "```",
            "",
            "Each assertion is a small C program in [conformance](../conformance) that knows only",
            "`<aio.h>` and libc. It is built once and run twice, as it is and with aiox preloaded;",
            "the runner has made sure that the calls come from there. A program that does not end",
            "within 10 seconds, over aiox a minute, has failed. Where it matters that a request is in",
            "progress, it is one that only the program can end, such as the read of a pipe that nobody",
            "writes to.",
            "",
            f"The machine: {self.about}.",
            "",
        ]

    def summary(self):
        report = self.report
        verdicts = sorted({v for s in report.suites for i in IMPLEMENTATIONS
                           for v in report.counts(s, i)}, key=lambda v: (v != "pass", v))
        yield "| | | " + " | ".join(verdicts) + " |"
        yield "|---|---|" + "---|" * len(verdicts)
        for suite in report.suites:
            for implementation in IMPLEMENTATIONS:
                counts = report.counts(suite, implementation)
                numbers = " | ".join(str(counts[v]) for v in verdicts)
                yield f"| {self.title(suite)} | {implementation} | {numbers} |"
        yield ""

    @staticmethod
    def title(suite):
        return {"own": "Our own programs", "opts": "Open POSIX Test Suite"}.get(suite, suite)

    def cell(self, name, implementation):
        verdict = self.report.verdict(name, implementation)
        if verdict == "pass":
            return "pass"
        reason = self.report.reason(name, implementation)
        mark = " ([deviation](#deviations))" if self.report.deviation(name, implementation) else ""
        return escaped(f"**{verdict}**{': ' if reason else ''}{reason}") + mark

    def own(self):
        by_call = {call: [] for call in CALLS}
        for name in self.report.of_suite("own"):
            by_call[name.name.split("/")[0]].append(name)
        for call, names in by_call.items():
            if not names:
                continue
            yield f"## {call}"
            yield ""
            yield "| assertion | source | glibc | aiox |"
            yield "|---|---|---|---|"
            for name in names:
                assertion, source = head(os.path.join(self.folder, f"{name.name}.c"))
                cells = " | ".join(self.cell(name, i) for i in IMPLEMENTATIONS)
                claim = name.name.split("/")[1]
                link = f"[{claim}](../conformance/{name.name}.c)"
                yield f"| {link}: {escaped(assertion)} | {escaped(source)} | {cells} |"
            yield ""

    def outside(self, suite):
        yield f"## {self.title(suite)}"
        yield ""
        yield from [
            f"{len(self.report.of_suite(suite))} tests of AIO from version 1.5.2, which is not part of this tree:",
            "the runner fetches the distribution's source package `posixtestsuite`. They are built as they",
            "are, behind [a header](../conformance/suite/opts.h) that gives `_POSIX_ASYNCHRONOUS_IO` the",
            "number of POSIX.1-2001 and has the includes that they lack. *untested* are those that are",
            "empty in the suite itself. Each that does not pass was read, to find whether the test is",
            "wrong or the library; many have a result *by chance*, as they hope for some timing.",
            "",
            "| test | glibc | aiox | why |",
            "|---|---|---|---|",
        ]
        for name in self.report.of_suite(suite):
            cells = " | ".join(self.outside_cell(name, i) for i in IMPLEMENTATIONS)
            reasons = [self.report.deviation(name, i) for i in IMPLEMENTATIONS]
            why = " ".join(dict.fromkeys(escaped(reason) for reason in reasons if reason))
            yield f"| {name.name} | {cells} | {why} |"
        yield ""

    def outside_cell(self, name, implementation):
        verdict = self.report.verdict(name, implementation)
        marked = verdict if verdict in INNOCENT else f"**{verdict}**"
        return f"{marked} (by chance)" if self.report.is_chance(name, implementation) else marked

    def deviations(self):
        yield "## Deviations"
        yield ""
        rows = [(n, i) for i in IMPLEMENTATIONS for n in self.report.deviating(i) if n.suite == "own"]
        if not rows:
            yield "None."
            return
        yield "| test | implementation | reason |"
        yield "|---|---|---|"
        for name, implementation in rows:
            reason = escaped(self.report.deviation(name, implementation))
            yield f"| {name.name} | {implementation} | {reason} |"
