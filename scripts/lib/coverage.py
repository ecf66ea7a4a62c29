# SPDX-License-Identifier: MIT
"""Makes a table and a list of branches of what `llvm-cov export` says.

Usage: coverage.py EXPORT SOURCES LIST [DOCUMENT]

EXPORT is the JSON, SOURCES the folder with the sources. Prints a line for each file of them, with
the lines that ran and the branches that were taken, and one for all. A branch is an outcome of a
condition. LIST gets a line for each that was never taken; DOCUMENT, if given, all that in Markdown.
"""

import json
import os
import sys


class Share:
    """How many of how many."""

    def __init__(self, have, of):
        self.have, self.of = have, of

    def __add__(self, other):
        return Share(self.have + other.have, self.of + other.of)

    def __str__(self):
        return f"{100 * self.have / self.of:.1f} %" if self.of else ""


class File:
    def __init__(self, path, name, exported):
        self.name = name
        with open(path, encoding="utf-8") as file:
            self._text = file.read().splitlines()
        lines = exported["summary"]["lines"]
        self.lines = Share(lines["covered"], lines["count"])
        # A function that several programs have, or a template, is there more than once.
        counts = {}
        for *place, if_true, if_false, _, _, _ in exported["branches"]:
            before = counts.get(tuple(place), (0, 0))
            counts[tuple(place)] = (before[0] + if_true, before[1] + if_false)
        self.branches, self.never = Share(0, 0), []
        for place, taken in sorted(counts.items()):
            self._add(place[0], self._text_at(*place), *taken)

    def _add(self, line, text, if_true, if_false):
        if text.startswith(("case ", "default")):  # another case is no outcome of this one
            self.branches += Share(int(if_true > 0), 1)
            what = "" if if_true else "taken"
        elif f"switch ({text})" in self._text[line - 1]:  # the default of one that has none
            return
        else:
            self.branches += Share((if_true > 0) + (if_false > 0), 2)
            what = {(False, False): "evaluated", (False, True): "true", (True, False): "false",
                    (True, True): ""}[if_true > 0, if_false > 0]
        if what:
            self.never.append((line, text, what))

    def _text_at(self, line, column, end_line, end_column):
        text = self._text[line - 1:end_line]
        text[-1] = text[-1][:end_column - 1]  # first: it may be the same line
        text[0] = text[0][column - 1:]
        return " ".join(part.strip() for part in text)


def document(files, lines, branches):
    yield from [
        "<!-- SPDX-License-Identifier: MIT -->",
        "# Coverage",
        "",
        "What of `src/` the tests run: all of them, once, on one machine. Written by",
        "",
        "```sh",
        "./scripts/coverage --document",
        "```",
        "",
        "A branch is an outcome of a condition, true or false; a case of a switch is one, too. The",
        "asserts are compiled out. Not counted is what runs in processes that end by `_exit()`, a",
        "signal or `exec()`, unless it is a child of a test's own; nor what the tests of linking",
        "run, the `aiox_` names of `src/abi/names.cpp` among it. Some branches are races, which a",
        "run may hit or not.",
        "",
        "| file | lines | branches |",
        "|---|---|---|",
        *[f"| {file.name} | {file.lines} | {file.branches} |" for file in files],
        f"| **all** | **{lines}** | **{branches}** |",
        "",
        "## Branches never taken",
        "",
    ]
    for file in files:
        if file.never:
            yield f"`{file.name}`"
            yield ""
            for line, condition, what in file.never:
                yield f"- {line}: `{condition}` is never {what}"
            yield ""


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    export, sources, listing, *markdown = sys.argv[1:]
    with open(export, encoding="utf-8") as file:
        exported = json.load(file)["data"][0]["files"]
    sources = os.path.realpath(sources)
    parent = os.path.dirname(sources)
    files = sorted(
        (File(entry["filename"], os.path.relpath(entry["filename"], parent), entry)
         for entry in exported if entry["filename"].startswith(f"{sources}/")),
        key=lambda file: file.name)
    files = [file for file in files if file.lines.of]
    lines = sum((file.lines for file in files), Share(0, 0))
    branches = sum((file.branches for file in files), Share(0, 0))

    print(f"{'file':32} {'lines':>8} {'branches':>9}")
    for file in files:
        print(f"{file.name:32} {file.lines!s:>8} {file.branches!s:>9}".rstrip())
    print(f"{'all':32} {lines!s:>8} {branches!s:>9}")
    with open(listing, "w", encoding="utf-8") as file:
        for each in files:
            for line, condition, what in each.never:
                file.write(f"{each.name}:{line}: never {what}: {condition}\n")
    for path in markdown:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(document(files, lines, branches)).rstrip("\n") + "\n")


main()
