#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""summary.py TESTLOG.json: counts meson's log in single cases, as its last line.

A program of check's prints how many checks it ran, and counts as that many; every other test
counts as one. A program that died, or found something after its checks (a sanitizer at exit),
counts one failure more. Meson counts only programs, which hides how much there is.
"""
import json
import re
import sys

CHECKS = re.compile(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)$", re.MULTILINE)
GOOD = {"OK", "EXPECTEDFAIL"}


def count(test):
    """(passed, failed, skipped) of one entry of the log."""
    if test["result"] == "SKIP":
        return 0, 0, 1
    groups = [tuple(map(int, group)) for group in CHECKS.findall(test.get("stdout") or "")]
    failed = sum(failures + errors for _, failures, errors in groups)
    passed = sum(checks for checks, _, _ in groups) - failed
    if test["result"] in GOOD:
        return (passed, failed, 0) if groups else (1, 0, 0)
    return passed, max(failed, 1), 0


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        tests = [json.loads(line) for line in log if line.strip()]
    counts = [count(test) for test in tests]
    for test, (_, failed, skipped) in zip(tests, counts):
        if failed or skipped:
            print(("FAILED  " if failed else "skipped ") + test["name"])
    passed, failed, skipped = (sum(column) for column in zip(*counts)) if counts else (0, 0, 0)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
