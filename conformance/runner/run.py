# SPDX-License-Identifier: MIT
"""Builds test programs once and runs each over glibc and over aiox.

Usage: run.py LIST RESULTS LIBRARY [SECONDS]

LIST has a line for each program, with tabs between: suite, name, source, binary to be made, and the
compiler's flags. RESULTS gets a line for each run: suite, name, implementation, verdict, reason.
LIBRARY is what is preloaded for aiox. A program that runs longer than SECONDS (default: 10), over
aiox six times that, has failed, and is killed with all that it started. The programs run in the
current folder, which is their TMPDIR, too. What it does is told line by line on standard output.
"""

import csv
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor, as_completed

Program = namedtuple("Program", "suite name source binary flags")
Result = namedtuple("Result", "suite name implementation verdict reason")

IMPLEMENTATIONS = ("glibc", "aiox")

# Over glibc many programs never end, and each costs that time. Over aiox none does, and none shall
# be taken for such a one where it only waits for a processor.
PATIENCE = {"glibc": 1, "aiox": 6}

# By exit status: 77 is our own programs', 2 to 5 are the Open POSIX Test Suite's.
VERDICTS = {0: "pass", 1: "fail", 2: "unresolved", 4: "unsupported", 5: "untested", 77: "skip"}

# Most of the time of a program that takes long is spent waiting.
RUNS_PER_PROCESSOR = 4


def preload_of(library):
    """The library; behind the runtime of AddressSanitizer, where it is built with that."""
    said = subprocess.run(["ldd", library], stdout=subprocess.PIPE, check=True).stdout.decode()
    return ":".join([*re.findall(r"=> (\S+/libasan\S+)", said), library])


def environment(implementation, preload):
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("AIOX_", "LD_PRELOAD"))}
    variables["TMPDIR"] = os.getcwd()
    if implementation == "aiox":
        variables["LD_PRELOAD"] = preload
    return variables


def compile_program(source, binary, flags):
    """What the compiler said against it, or None."""
    os.makedirs(os.path.dirname(binary), exist_ok=True)
    command = ["gcc", *shlex.split(flags), source, "-o", binary, "-pthread"]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if said.returncode == 0:
        return None
    lines = said.stdout.decode(errors="replace").splitlines()
    return next((line for line in lines if "error" in line), "no reason given")


def one_line(text, source):
    """Without the folders that are this machine's."""
    for folder in (os.path.dirname(source), os.getcwd()):
        text = text.replace(f"{folder}/", "")
    return " ".join(text.split())[:200]


def run(program, variables, seconds):
    """The verdict and its reason: the last line that the program wrote."""
    with tempfile.TemporaryFile(dir=".") as output:
        process = subprocess.Popen(
            [program.binary],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=variables,
            start_new_session=True,
        )
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        output.seek(0)
        lines = output.read().decode(errors="replace").strip().splitlines()
    said = one_line(lines[-1], program.source) if lines else ""
    if status is None:
        return "hang", f"no end within {seconds:g} s"
    if status < 0:
        return "fail", f"killed by {signal.Signals(-status).name}"
    if status not in VERDICTS:
        return "fail", f"exit status {status}: {said}"
    return VERDICTS[status], "" if status == 0 else said


def check_who_serves(library):
    """Dies unless the preload, and only it, brings the calls from the library."""
    here = os.path.dirname(os.path.abspath(__file__))
    binary = os.path.join(os.getcwd(), "served_by")
    error = compile_program(os.path.join(here, "served_by.c"), binary, "-std=c11")
    if error:
        sys.exit(f"served_by.c: {error}")
    for implementation in IMPLEMENTATIONS:
        variables = environment(implementation, preload_of(library))
        output = subprocess.run([binary], env=variables, stdout=subprocess.PIPE, check=True).stdout
        by_aiox = [os.path.realpath(file) == os.path.realpath(library)
                   for file in output.decode().splitlines()]
        if by_aiox != [implementation == "aiox"] * len(by_aiox) or not by_aiox:
            sys.exit(f"the calls are not served by {implementation}: {output.decode()}")


class Progress:
    def __init__(self, steps):
        self.steps, self.done = steps, 0

    def step(self, what):
        self.done += 1
        filled = 20 * self.done // self.steps
        bar = "#" * filled + "." * (20 - filled)
        print(f"[{bar}] {self.done}/{self.steps} {what}", flush=True)


def in_parallel(threads, function, items):
    """Yields each item with what the function made of it, as they come."""
    with ThreadPoolExecutor(threads) as pool:
        futures = {pool.submit(function, *item): item for item in items}
        for future in as_completed(futures):
            yield futures[future], future.result()


def run_all(programs, library, seconds):
    processors = os.cpu_count()
    progress = Progress((1 + len(IMPLEMENTATIONS)) * len(programs))
    preload = preload_of(library)
    results = {}

    errors = {}

    def build(program):
        return compile_program(program.source, program.binary, program.flags)

    for (program,), error in in_parallel(processors, build, [(p,) for p in programs]):
        errors[program] = error
        progress.step(f"{program.name}, built")

    def run_one(program, implementation):
        if errors[program]:
            return "fail", one_line(f"does not compile: {errors[program]}", program.source)
        variables = environment(implementation, preload)
        return run(program, variables, seconds * PATIENCE[implementation])

    runs = [(p, i) for p in programs for i in IMPLEMENTATIONS]
    for key, result in in_parallel(RUNS_PER_PROCESSOR * processors, run_one, runs):
        results[key] = result
        progress.step(f"{key[0].name} on {key[1]}: {result[0]}")
    return [Result(p.suite, p.name, i, *results[p, i]) for p, i in runs]


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    listing, results, library, *seconds = sys.argv[1:]
    with open(listing, encoding="utf-8", newline="") as file:
        programs = [Program(*row) for row in csv.reader(file, "excel-tab", quoting=csv.QUOTE_NONE)]
    check_who_serves(library)
    rows = run_all(programs, library, float(seconds[0]) if seconds else 10.0)
    with open(results, "w", encoding="utf-8") as file:
        file.writelines("\t".join(row) + "\n" for row in rows)


main()
