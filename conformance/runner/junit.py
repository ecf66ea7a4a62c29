# SPDX-License-Identifier: MIT
"""JUnit's form of results. A listed deviation counts as skipped."""

from xml.sax.saxutils import quoteattr

from results import INNOCENT


def text(report, suite, implementation):
    cases, failures, skipped = [], 0, 0
    for name in report.of_suite(suite):
        verdict = report.verdict(name, implementation)
        reason = report.reason(name, implementation)
        listed = report.deviation(name, implementation)
        call, _, claim = name.name.rpartition("/")
        case = f"<testcase classname={quoteattr(call or suite)} name={quoteattr(claim)}"
        if verdict == "pass":
            cases.append(f"  {case}/>")
            continue
        if verdict in INNOCENT or listed:
            skipped += 1
            kind = f"<skipped message={quoteattr(f'{verdict}: {listed or reason}')}/>"
        else:
            failures += 1
            kind = f"<failure message={quoteattr(f'{verdict}: {reason}')}/>"
        cases.append(f"  {case}>{kind}</testcase>")
    return "\n".join([
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuite name={quoteattr(f"{suite} on {implementation}")}',
        f'  tests="{len(cases)}"',
        f'  failures="{failures}"',
        f'  skipped="{skipped}">',
        *cases,
        "</testsuite>",
        "",
    ])
