# SPDX-License-Identifier: MIT
"""plot.py FIGURES: what simulator prints, as an SVG: a panel per cache size, a group of bars
per trace, a bar per policy, as high as its time of encoding again relative to LRU's."""
import sys

COLOURS = {"FIFO": "#b0b0b0", "S3-FIFO": "#7da7d9", "SIEVE": "#e8b96a", "lensfs": "#2f7d4f"}
WIDTH, PANEL, LEFT, TOP, HEIGHT, MOST = 900, 230, 50, 30, 150, 1.4


def read(path):
    panels = {}
    with open(path, encoding="utf-8") as file:
        next(file)
        for line in file:
            trace, share, policy, _, _, _, again = line.split("\t")
            panels.setdefault(float(share), {}).setdefault(trace, {})[policy] = float(again)
    return panels


def text(x, y, words, anchor="middle", size=11):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">'
            f"{words}</text>")


def panel(top, share, traces):
    base = top + TOP + HEIGHT
    yield text(LEFT, top + 18, f"cache of {share:.0%} of all that is asked for", "start", 13)
    for tick in (0, 0.5, 1):
        y = base - tick / MOST * HEIGHT
        yield f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ccc"/>'
        yield text(LEFT - 6, y + 4, f"{tick:g}", "end")
    step = (WIDTH - LEFT - 10) / len(traces)
    bar = step * 0.8 / len(COLOURS)
    for i, (trace, by) in enumerate(traces.items()):
        x = LEFT + i * step + step * 0.1
        for j, (policy, colour) in enumerate(COLOURS.items()):
            ratio = by[policy] / by["LRU"]
            height = min(ratio, MOST) / MOST * HEIGHT
            yield (f'<rect x="{x + j * bar:.1f}" y="{base - height:.1f}" width="{bar - 1:.1f}" '
                   f'height="{height:.1f}" fill="{colour}"><title>{trace} {policy} '
                   f"{ratio:.2f}</title></rect>")
            if ratio > MOST:
                yield text(x + (j + 0.5) * bar, base - height - 3, f"{ratio:.1f}", size=9)
        yield text(x + step * 0.4, base + 15, trace)


def main():
    panels = read(sys.argv[1])
    height = PANEL * len(panels) + 40
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
          f'font-family="sans-serif"><rect width="{WIDTH}" height="{height}" fill="#fff"/>')
    for i, (share, traces) in enumerate(panels.items()):
        for line in panel(i * PANEL, share, traces):
            print(line)
    y = height - 22
    print(text(LEFT, y + 10, "time of encoding again, LRU = 1:", "start", 12))
    for i, (policy, colour) in enumerate(COLOURS.items()):
        x = LEFT + 230 + i * 110
        print(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>')
        print(text(x + 18, y + 10, policy, "start", 12))
    print("</svg>")


main()
