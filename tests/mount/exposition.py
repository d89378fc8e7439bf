#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""exposition.py FILE: reads Prometheus' text format 0.0.4, prints `NAME{LABELS} VALUE` lines.

Stricter than Prometheus: every metric has HELP and TYPE, in this order and once, before all of its
samples, which stand together; no sample twice; counters end in _total and are not negative, and
nothing else ends so; base units only; the last line ends.
"""
import math
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"'
SAMPLE = re.compile(rf"({NAME})(\{{{LABEL}(?:,{LABEL})*\}})? (\S+)$")
HEAD = re.compile(rf"# (HELP|TYPE) ({NAME}) (.+)$")
UNITS = re.compile(r"_(ms|milliseconds|microseconds|minutes|hours|kib|mib|kilobytes|percent)(_|$)")


def fail(number, line, why):
    sys.exit(f"line {number}: {why}: {line}")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    if not text.endswith("\n"):
        sys.exit("the last line does not end")
    helped, types, seen, current = set(), {}, set(), None
    for number, line in enumerate(text.splitlines(), 1):
        head = HEAD.match(line)
        if head:
            kind, name, rest = head.groups()
            if kind == "HELP" and name in helped:
                fail(number, line, "a second HELP")
            if kind == "TYPE" and (name not in helped or name in types or current == name):
                fail(number, line, "TYPE not after HELP, or again")
            if kind == "TYPE":
                if rest not in ("counter", "gauge"):
                    fail(number, line, "no type of ours")
                if (rest == "counter") != name.endswith("_total"):
                    fail(number, line, "counters end in _total, and only they")
                types[name] = rest
                current = name
            helped.add(name)
            continue
        sample = SAMPLE.match(line)
        if not sample:
            fail(number, line, "neither head nor sample")
        name, labels, value = sample.groups()
        if name != current:
            fail(number, line, "not with the others of its metric")
        if UNITS.search(name):
            fail(number, line, "not in a base unit")
        if (name, labels) in seen:
            fail(number, line, "a sample twice")
        seen.add((name, labels))
        if not math.isfinite(float(value)) or (types[name] == "counter" and float(value) < 0):
            fail(number, line, "no value")
        print(f"{name}{labels or ''} {float(value):.15g}")
    if not seen:
        sys.exit("no sample")


main()
