#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""expressions.py METRICS FILE…: every metric, label and value that the files name is in the metrics.

METRICS is a mount's .lensfs/metrics. Of a metric that has no sample on this machine, only its name is
asked for. A file is any text with PromQL in it (alert rules,
a Grafana dashboard). Prints how many different metrics are named.
"""
import re
import sys

NAME = re.compile(r"\b(lensfs_[a-z0-9_]+)(?:\{([^{}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
GROUPING = re.compile(r"\b(?:by|without) \(([^)]*)\)")
OF_THE_SCRAPE = {"instance", "job", "le"}


def read_samples(path):
    samples = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            head = re.match(r"# TYPE (\w+) ", line)
            if head:
                samples.setdefault(head.group(1), [])
            if line.startswith("#"):
                continue
            name, labels = re.match(r"(\w+)(\{.*\})? ", line).groups()
            samples.setdefault(name, []).append(dict(re.findall(r'(\w+)="([^"]*)"', labels or "")))
    return samples


def check_matcher(path, name, series, matcher):
    label, kind, values = matcher
    if label in OF_THE_SCRAPE or not series:
        return
    known = {labels[label] for labels in series if label in labels}
    for value in values.split("|") if "~" in kind else [values]:
        if value not in known:
            sys.exit(f"{path}: no {name} has {label}={value}, but {sorted(known)}")


def main():
    samples = read_samples(sys.argv[1])
    every_label = {label for series in samples.values() for one in series for label in one}
    named = set()
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            text = file.read().replace('\\"', '"')
        for name, matchers in NAME.findall(text):
            if name not in samples:
                sys.exit(f"{path}: there is no metric {name}")
            named.add(name)
            for matcher in MATCHER.findall(matchers):
                check_matcher(path, name, samples[name], matcher)
        for labels in GROUPING.findall(text):
            unknown = set(labels.replace(" ", "").split(",")) - every_label - OF_THE_SCRAPE
            if unknown:
                sys.exit(f"{path}: no metric has the label {unknown}")
    print(len(named))


main()
