# SPDX-License-Identifier: MIT
"""table.py FIGURES: what simulator prints, as a Markdown table for people.

One line per trace and cache size. Time is that of encoding something again, in seconds under
LRU and relative to it for the others; then the share of requests and of bytes served from the
cache, LRU's and ours. The last lines say how the two goals of the policy were met; the second
leaves out lines where LRU encodes next to nothing again (1 % of all encoding).
"""
import sys


def read(path):
    lines = {}
    with open(path, encoding="utf-8") as file:
        next(file)
        for line in file:
            trace, share, policy, *figures = line.rstrip("\n").split("\t")
            lines.setdefault((trace, float(share)), {})[policy] = dict(
                zip(("bytes", "objects", "encode", "again"), map(float, figures)))
    return lines


def main():
    lines = read(sys.argv[1])
    policies = list(next(iter(lines.values())))
    others = [p for p in policies if p != "LRU"]
    print(f"| trace | cache | LRU, s | {' | '.join(others)} | objects, LRU → lensfs | bytes |")
    print("|---|--:|--:|" + "--:|" * len(others) + "--|--|")
    saved, worst = [], (0, "")
    for (trace, share), by in lines.items():
        lru, ours = by["LRU"], by["lensfs"]
        ratios = " | ".join(f"{by[p]['again'] / (lru['again'] or 1):.2f}" for p in others)
        hits = " | ".join(f"{lru[k]:.1%} → {ours[k]:.1%}" for k in ("objects", "bytes"))
        print(f"| {trace} | {share:.0%} | {lru['again']:,.0f} | {ratios} | {hits} |")
        best = min(by[p]["again"] for p in policies if p != "lensfs")
        if lru["again"] >= 0.01 * lru["encode"]:
            worst = max(worst, (ours["again"] / best, f"{trace} at {share:.0%}"))
        if share == 0.1:
            saved.append((trace, 1 - ours["again"] / lru["again"]))
    print("\nTime saved on encoding again against LRU, at 10 %:",
          ", ".join(f"{trace} {part:.0%}" for trace, part in saved))
    print(f"Against the best of the others, at worst: {worst[0]:.2f} ({worst[1]})")


main()
