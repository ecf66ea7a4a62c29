# SPDX-License-Identifier: MIT
"""docs/performance.md."""

from fnmatch import fnmatch

from figures import ARMS, BASELINES, NOISE, Spread, title_of


def count(value):
    return f"{value:,.0f}"


def ratio(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def target(value):
    return "-" if value is None else f"{value:g}"


def time(nanoseconds):
    """In microseconds, as latencies are."""
    value = nanoseconds / 1000
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def by_section(workloads):
    sections = {}
    for workload in workloads:
        sections.setdefault(workload.section, []).append(workload)
    return sections.items()


class Verdicts:
    """Which targets are reached, which only within the noise, and which not."""

    def __init__(self):
        self.reached = self.within_noise = 0
        self.short = {}  # of each workload, what is said of it

    def judge(self, workload, what, measured, wanted, worst, at_most=False):
        """True where it falls short; `worst` is the ratio's worst within the noise."""
        is_reached = measured <= wanted if at_most else measured >= wanted
        is_near = measured <= worst if at_most else measured >= worst
        if is_reached:
            self.reached += 1
        elif is_near:
            self.within_noise += 1
        else:
            by = measured / wanted - 1 if at_most else 1 - measured / wanted
            self.short.setdefault(workload, []).append(
                f"{what} {ratio(measured)} where {'at most ' if at_most else ''}{target(wanted)} is"
                f" wanted ({by:.0%} {'too much' if at_most else 'short'})"
            )
        return not is_near

    @property
    def all(self):
        return self.reached + self.within_noise + sum(map(len, self.short.values()))


class Document:
    def __init__(self, workloads, calls, notes, figures):
        self.workloads = [w for w in workloads if w.name in figures.runs]
        self.call_limits = calls
        self.notes = notes
        self.figures = figures
        self.verdicts = Verdicts()

    def text(self):
        # What falls short is known once the tables are made, and said before them.
        throughput = list(self.throughput())
        processor = list(self.processor_time())
        calls = list(self.calls())
        latency = list(self.latency())
        parts = [self.head(), self.shortfall(), throughput, processor, latency, calls]
        return "\n".join(line for part in parts for line in part) + "\n"

    def head(self):
        how, *where = self.figures.about
        command = how.split(",", 1)[0]
        yield from [
            "<!-- SPDX-License-Identifier: MIT -->",
            "# Performance",
            "",
            "Written by this command, from its own run ([the raw figures](../bench/results)). The driver",
            "of [bench](../bench) knows nothing of aiox; each run is a process, and those that are compared",
            "take turns.",
            "",
            "```sh",
            f"./{command}",
            "```",
            "",
            f"{how.split(', ', 1)[1].capitalize()}. The machine: {'; '.join(where)}.",
            "",
            "*glibc* and *aiox* are the same program, without and with the preload: it submits by `aio_read`",
            "or `aio_write`, waits by `aio_suspend` over what is in flight and asks each by `aio_error`.",
            "*libaio* and *io_uring* submit what they have in one call when they wait, without registered",
            "files or buffers. *pread/pwrite* does one after the other. fio is the distribution's, with its engines",
            "posixaio, libaio, io_uring and psync. A ratio is aiox's throughput to",
            "that of the other in the same round: the median of the rounds, with the smallest and the",
            "largest. **Bold** falls short of the target behind it by more than "
            f"{NOISE:.0%}, which is noise.",
            "",
        ]

    def shortfall(self):
        verdicts = self.verdicts
        yield "## What falls short"
        yield ""
        yield (
            f"Of {verdicts.all} targets {verdicts.reached} are reached, {verdicts.within_noise} within"
            f" the noise, and {sum(map(len, verdicts.short.values()))} are not."
        )
        yield ""
        titles = {w.name: f"{w.section}, {w.title}" for w in self.workloads}
        for name in [*titles, *(name for name in verdicts.short if name not in titles)]:
            if not (said := verdicts.short.get(name)):
                continue
            note = next((note for pattern, note in self.notes if fnmatch(name, pattern)), None)
            yield f"- {titles.get(name, name)}: {'; '.join(said)}." + (f" {note}" if note else "")
        if verdicts.short:
            yield ""

    def throughput(self):
        yield "## Throughput"
        yield ""
        yield "![throughput over queue depth](plots/throughput.svg)"
        yield ""
        head = ["workload", "aiox, op/s"]
        for arm in BASELINES:
            head += [f"to {title_of(arm)}", "target"]
        for section, workloads in by_section(self.workloads):
            yield f"### {section}"
            yield ""
            yield from table(head, (list(self.throughput_row(w)) for w in workloads))
            yield ""

    def throughput_row(self, workload):
        yield workload.title
        yield count(self.figures.spread(workload.name, "aiox", "ops_per_s").median)
        for arm in BASELINES:
            measured = self.figures.ratio(workload.name, arm, "ops_per_s")
            wanted = workload.targets.get(arm)
            if measured is None:
                yield from ("-", target(wanted))
                continue
            cell = ratio(measured.median)
            if wanted and self.verdicts.judge(
                workload.name, f"to {title_of(arm)}", measured.median, wanted, wanted * (1 - NOISE)
            ):
                cell = f"**{cell}**"
            yield f"{cell} ({ratio(measured.least)} to {ratio(measured.greatest)})"
            yield target(wanted)

    def processor_time(self):
        yield "## Processor time"
        yield ""
        yield "Nanoseconds for each operation, in user space and in the kernel, of all threads of the process;"
        yield "the median of the rounds."
        yield ""
        head = ["workload", *map(title_of, ARMS), "aiox to", "ratio", "at most"]
        for section, workloads in by_section(self.workloads):
            rows = [list(self.processor_row(w)) for w in workloads if self.has(w, "cpu_ns")]
            if rows:
                yield f"### {section}: processor time"
                yield ""
                yield from table(head, rows)
                yield ""

    def has(self, workload, what):
        return self.figures.spread(workload.name, "aiox", what) is not None

    def processor_row(self, workload):
        yield workload.title
        for arm in ARMS:
            spread = self.figures.spread(workload.name, arm, "cpu_ns")
            yield count(spread.median) if spread else "-"
        measured = workload.processor_target and self.figures.ratio(
            workload.name, workload.processor_target[0], "cpu_ns"
        )
        if not measured:
            yield from ("-", "-", "-")
            return
        arm, most = workload.processor_target
        cell = ratio(measured.median)
        if self.verdicts.judge(
            workload.name,
            f"processor time to {title_of(arm)}",
            measured.median,
            most,
            most * (1 + NOISE),
            at_most=True,
        ):
            cell = f"**{cell}**"
        yield from (title_of(arm), cell, target(most))

    def latency(self):
        yield "## Latency"
        yield ""
        yield "![latency over queue depth](plots/latency.svg)"
        yield ""
        yield "Microseconds from submitting to knowing of the end, of a list as a whole: what half of them do not"
        yield "exceed, and 99 of 100; the median of the rounds."
        yield ""
        head = ["workload"]
        for arm in ARMS:
            head += [f"{title_of(arm)} p50", "p99"]
        for section, workloads in by_section(self.workloads):
            rows = [list(self.latency_row(w)) for w in workloads if self.has(w, "p50_ns")]
            if rows:
                yield f"### {section}: latency"
                yield ""
                yield from table(head, rows)
                yield ""

    def latency_row(self, workload):
        yield workload.title
        for arm in ARMS:
            for what in ("p50_ns", "p99_ns"):
                spread = self.figures.spread(workload.name, arm, what)
                yield time(spread.median) if spread else "-"

    def calls(self):
        if not self.figures.calls:
            return
        yield "## Single calls over what is outstanding"
        yield ""
        yield "![cost over outstanding requests](plots/calls.svg)"
        yield ""
        yield "Nanoseconds for each call, with so many one-byte reads waiting: all on one pipe, or spread over up"
        yield "to 1,000. `aio_read` submits one more and `aio_cancel` cancels it; `aio_error` asks for waiting"
        yield "ones; `aio_suspend` is over one that waits and one that is complete. (glibc takes time in the square"
        yield "of the number to submit 100,000 on one pipe: it is not asked for them.)"
        yield ""
        sizes = sorted({key[3] for key in self.figures.calls})
        head = ["call", "pipes", "library", *map(count, sizes)]
        yield from table(head, self.call_rows(sizes))
        yield ""
        self.judge_calls()

    def call_rows(self, sizes):
        names = {"submit": "aio_read", "error": "aio_error", "cancel": "aio_cancel"}
        for call in dict.fromkeys(key[0] for key in self.figures.calls):
            for is_many in (False, True):
                for arm in ("glibc", "aiox"):
                    cells = [self.figures.calls.get((call, is_many, arm, size)) for size in sizes]
                    yield [
                        f"`{names.get(call, 'aio_suspend')}`",
                        "many" if is_many else "one",
                        arm,
                        *(count(Spread(cell).median) if cell else "-" for cell in cells),
                    ]

    def judge_calls(self):
        calls, many, few, most = self.call_limits
        for call in calls:
            for is_many in (False, True):
                pair = [self.figures.calls.get((call, is_many, "aiox", n)) for n in (many, few)]
                if None in pair:
                    continue
                measured = Spread([a / b for a, b in zip(*pair)]).median
                where = "on many pipes" if is_many else "on one pipe"
                self.verdicts.judge(
                    f"The call {call}",
                    f"with {many:,} outstanding {where} to that with {few:,}",
                    measured,
                    most,
                    most * (1 + NOISE),
                    at_most=True,
                )
