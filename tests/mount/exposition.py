#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""exposition.py FILE: reads Prometheus' text format 0.0.4, prints `NAME{LABELS} VALUE` lines.

Stricter than Prometheus: every metric has HELP and TYPE, in this order and once, before all of its
samples, which stand together; no sample twice; counters end in _total and are not negative, and
nothing else ends so; a histogram's buckets stand in order and grow, the last is +Inf and the count;
base units only; the last line ends.
"""
import itertools
import math
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"'
SAMPLE = re.compile(rf"({NAME})(\{{{LABEL}(?:,{LABEL})*\}})? (\S+)$")
HEAD = re.compile(rf"# (HELP|TYPE) ({NAME}) (.+)$")
PARTS = re.compile(r"(.*)_(bucket|sum|count)$")
UNITS = re.compile(r"_(ms|milliseconds|microseconds|minutes|hours|kib|mib|kilobytes|percent)(_|$)")


def fail(number, line, why):
    sys.exit(f"line {number}: {why}: {line}")


def check_histogram(name, samples):
    """samples: (part, labels without le, le or None, value), as they stand."""
    for labels, group in itertools.groupby(samples, key=lambda s: s[1]):
        group = list(group)
        buckets = [(float(le), value) for part, _, le, value in group if part == "bucket"]
        rest = {part: value for part, _, _, value in group if part != "bucket"}
        parts = [part for part, _, _, _ in group]
        if parts != ["bucket"] * len(buckets) + ["sum", "count"]:
            sys.exit(f"{name}{labels}: not buckets, sum and count")
        if buckets != sorted(buckets) or len({le for le, _ in buckets}) != len(buckets):
            sys.exit(f"{name}{labels}: buckets are not in order")
        if any(a[1] > b[1] for a, b in zip(buckets, buckets[1:])):
            sys.exit(f"{name}{labels}: a bucket has less than the one before")
        if buckets[-1] != (math.inf, rest["count"]):
            sys.exit(f"{name}{labels}: the last bucket is not +Inf with the count")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    if not text.endswith("\n"):
        sys.exit("the last line does not end")
    helped, types, seen, current, histograms = set(), {}, set(), None, {}
    for number, line in enumerate(text.splitlines(), 1):
        head = HEAD.match(line)
        if head:
            kind, name, rest = head.groups()
            if kind == "HELP" and name in helped:
                fail(number, line, "a second HELP")
            if kind == "TYPE" and (name not in helped or name in types or current == name):
                fail(number, line, "TYPE not after HELP, or again")
            if kind == "TYPE":
                if rest not in ("counter", "gauge", "histogram"):
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
        part = PARTS.match(name)
        family = part.group(1) if part and types.get(part.group(1)) == "histogram" else name
        if family != name:
            inner = (labels or "{}")[1:-1].split(",")
            le = [label[4:-1] for label in inner if label.startswith('le="')]
            if (part.group(2) == "bucket") != (len(le) == 1):
                fail(number, line, "le belongs to buckets, and only to them")
            histograms.setdefault(family, []).append((
                part.group(2), ",".join(l for l in inner if not l.startswith('le="')),
                le[0] if le else None, float(value)))
        elif types.get(name) == "histogram":
            fail(number, line, "no part of a histogram")
        if family != current:
            fail(number, line, "not with the others of its metric")
        if UNITS.search(name):
            fail(number, line, "not in a base unit")
        if (name, labels) in seen:
            fail(number, line, "a sample twice")
        seen.add((name, labels))
        if not math.isfinite(float(value)) or (types[family] != "gauge" and float(value) < 0):
            fail(number, line, "no value")
        print(f"{name}{labels or ''} {float(value):.15g}")
    for name, samples in histograms.items():
        check_histogram(name, samples)
    if not seen:
        sys.exit("no sample")


main()
