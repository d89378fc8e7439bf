#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""burst.py run NAME MOUNT GROUP PATIENCE OUT: reads every picture of MOUNT, samples ten times a
second what happens, leaves OUT/burst-NAME.json.
burst.py table OUT: prints the table of both runs, leaves OUT/burst.tsv and OUT/burst.svg.
"""
import errno
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

VIEW, READERS = "webp-e0", 40
LEVELS = {"normal": 0, "elevated": 1, "high": 2, "critical": 3, None: 0}
FIELDS = ("seconds", "memory_mib", "level", "encodes", "kills", "refused")


def number(path):
    with open(path, encoding="ascii") as file:
        return int(file.read())


class Group:
    def __init__(self, folder):
        version1 = os.path.exists(f"{folder}/memory.usage_in_bytes")
        self.usage = f"{folder}/memory.{'usage_in_bytes' if version1 else 'current'}"
        self.stat = f"{folder}/memory.stat"
        self.cached = [("total_" if version1 else "") + kind
                       for kind in ("inactive_file", "active_file")]
        self.peak = f"{folder}/memory.{'max_usage_in_bytes' if version1 else 'peak'}"
        self.events = f"{folder}/memory.{'oom_control' if version1 else 'events'}"
        self.before = self.all_kills()
        if version1:
            with open(self.peak, "w", encoding="ascii") as file:
                file.write("0")

    def all_kills(self):
        with open(self.events, encoding="ascii") as file:
            return dict(line.split() for line in file).get("oom_kill", 0)

    def held(self):
        """Bytes that cannot be dropped: all but page cache."""
        with open(self.stat, encoding="ascii") as file:
            stat = dict(line.split() for line in file)
        return number(self.usage) - sum(int(stat[kind]) for kind in self.cached)

    def kills(self):
        return int(self.all_kills()) - int(self.before)


class Burst:
    def __init__(self, mount, group, patience):
        self.mount, self.group, self.until = mount, Group(group), time.time() + patience
        self.samples, self.refused, self.over = [], {}, threading.Event()

    def read(self, name):
        """Whether it was read, in the end."""
        while True:
            try:
                with open(f"{self.mount}/{name}@{VIEW}", "rb", 0) as file:
                    return len(file.read()) > 0
            except OSError as error:
                code = errno.errorcode[error.errno]
                self.refused[code] = self.refused.get(code, 0) + 1
                if code not in ("EBUSY", "ENOMEM") or time.time() > self.until:
                    return False
            time.sleep(1)

    def watch(self, begin):
        while not self.over.wait(0.1):
            try:
                with open(f"{self.mount}/.lensfs/stats.json", encoding="utf-8") as file:
                    stats = json.load(file)
            except (OSError, ValueError):
                continue
            self.samples.append((time.time() - begin, self.group.held() / 2**20,
                                 LEVELS[stats["level"]], stats["encodes"], self.group.kills(),
                                 sum(self.refused.values())))

    def run(self):
        begin = time.time()
        names = sorted(name for name in os.listdir(self.mount) if name.endswith(".jpg"))
        watcher = threading.Thread(target=self.watch, args=(begin,))
        watcher.start()
        with ThreadPoolExecutor(READERS) as pool:
            good = sum(pool.map(self.read, names))
        seconds = time.time() - begin
        self.over.set()
        watcher.join()
        return {"seconds": seconds, "read": good, "of": len(names), "kills": self.group.kills(),
                "refused": self.refused, "peak_mib": number(self.group.peak) / 2**20,
                "held_mib": max(sample[1] for sample in self.samples),
                "samples": self.samples}


def line(points, colour):
    return f'<polyline fill="none" stroke="{colour}" points="{" ".join(points)}"/>'


def panel(name, run, last, most, top, width=860, height=200, edge=50):
    scales = (("memory without page cache, MiB", "#222", 1, most), ("level, 0 to 3", "#c33", 2, 4),
              ("encodes", "#36c", 3, run["of"] * 1.1),
              ("killed encoders", "#939", 4, max(run["kills"], 10) * 1.1))
    out = [f'<text x="{edge}" y="{top - 6}">pressure control {name}: {run["read"]} of {run["of"]} '
           f'in {run["seconds"]:.0f} s, at most {run["held_mib"]:.0f} MiB, {run["kills"]} killed</text>',
           f'<rect x="{edge}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#ccc"/>']
    for i, (label, colour, field, scale) in enumerate(scales):
        out.append(line([f"{edge + s[0] / last * width:.1f},{top + height * (1 - s[field] / scale):.1f}"
                         for s in run["samples"]], colour))
        out.append(f'<text x="{edge + (0, 270, 420, 560)[i]}" y="{top + height + 15}" fill="{colour}">{label} '
                   f'(full: {scale:.0f})</text>')
    out.append(f'<text x="{edge + width}" y="{top + height + 15}" text-anchor="end">{last:.0f} s</text>')
    return out


def table(out):
    runs = {}
    for name in ("on", "off"):
        with open(f"{out}/burst-{name}.json", encoding="utf-8") as file:
            runs[name] = json.load(file)
    print(f"{'':12} {'seconds':>8} {'read':>5} {'a second':>9} {'peak MiB':>9} "
          f"{'w/o cache':>9} {'killed':>7}  refused")
    for name, run in runs.items():
        print(f"control {name:4} {run['seconds']:8.0f} {run['read']:5} "
              f"{run['read'] / run['seconds']:9.2f} {run['peak_mib']:9.0f} {run['held_mib']:9.0f} {run['kills']:7}  "
              + ", ".join(f"{n} {code}" for code, n in sorted(run["refused"].items())))
    rate = {name: run["read"] / run["seconds"] for name, run in runs.items()}
    if rate["off"]:
        print(f"throughput with control: {rate['on'] / rate['off']:.2f} of that without")
    with open(f"{out}/burst.tsv", "w", encoding="ascii") as file:
        file.write("control\t" + "\t".join(FIELDS) + "\n")
        for name, run in runs.items():
            for sample in run["samples"]:
                file.write(name + "".join(f"\t{value:g}" for value in sample) + "\n")
    last = max(run["samples"][-1][0] for run in runs.values())
    most = max(1, *(sample[1] for run in runs.values() for sample in run["samples"])) * 1.1
    with open(f"{out}/burst.svg", "w", encoding="utf-8") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" width="940" height="520" '
                   'font-family="sans-serif" font-size="12"><rect width="940" height="520" fill="#fff"/>')
        file.write("\n".join(panel("on", runs["on"], last, most, 30) + panel("off", runs["off"], last, most, 280)))
        file.write("</svg>\n")


def main():
    if sys.argv[1] == "table":
        table(sys.argv[2])
        return
    name, mount, group, patience, out = sys.argv[2:]
    result = Burst(mount, group, float(patience)).run()
    with open(f"{out}/burst-{name}.json", "w", encoding="utf-8") as file:
        json.dump(result, file)


main()
