# SPDX-License-Identifier: MIT
"""Makes the document and the plots of the raw figures.

Usage: report.py RESULTS DOCUMENT [PLOTS]
"""

import os
import sys

from document import Document
from figures import read_figures, read_notes, read_workloads
from plots import draw


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    results, path, *plots = sys.argv[1:]
    bench = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    workloads, calls = read_workloads(os.path.join(bench, "workloads.txt"))
    notes = read_notes(os.path.join(bench, "notes.txt"))
    figures = read_figures(results)
    text = Document(workloads, calls, notes, figures).text()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    for folder in plots:
        draw(figures, folder)


main()
