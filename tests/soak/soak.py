#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""soak.py reference MOUNT FILE
soak.py soak ENCODES PICTURES SOURCE MOUNT REFERENCE FAKES FAKE-MOUNT OUT

Goes in rounds. In each, every picture of the source is replaced by one with the same pixels and
other bytes behind them, so that all its variants must be encoded anew and must come out as in
the reference, byte for byte; and the fakes are replaced likewise, of which one hangs, one
crashes, twenty leak a megabyte each, and the others do well. Between rounds nothing runs: then
memory (what daemons, zygotes and encoders have that no file is behind, shared pages in equal
parts) and descriptors are comparable.

What must hold at the end: memory within 5 % of the plateau (the rounds of the third quarter: until
then the daemons' SQLite pages and the allocators' arenas come to be), descriptors the
same since the first rounds, every healthy variant right. OUT/rss.tsv has all samples, four a
second, and OUT/rss.svg is their picture.
"""
import hashlib
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

VIEWS = ["webp", "webp-q40-w50", "jpeg-q60", "jpeg-w90-h60-cover", "png-w70", "webp-lossless-w40",
         "gif-w60", "tiff-w80", "avif-e0-w64", "jpeg-q30-w33", "webp-e0", "jxl-e1-w64", "png",
         "avif-e0-q30-w40", "jpeg-444-q90", "webp-q90-w100-h100-cover", "still-webp-w30", "jpeg"]
LEAKS, HEALTHY = 20, 40
TOLERANCE = 1.05


def read(path):
    with open(path, "rb") as file:
        return file.read()


def variants(mount):
    for name in sorted(os.listdir(mount)):
        for view in VIEWS:
            yield f"{name}@{view}"


def stats(mount):
    return json.loads(read(f"{mount}/.lensfs/stats.json"))


def digest_or_error(path):
    """A digest, or `error: ` and its words."""
    try:
        return hashlib.sha256(read(path)).hexdigest()
    except OSError as error:
        return f"error: {os.strerror(error.errno)}"


def reference(mount, out):
    names = list(variants(mount))
    with ThreadPoolExecutor(os.cpu_count()) as readers:
        digests = list(readers.map(lambda name: digest_or_error(f"{mount}/{name}"), names))
    # What this libvips cannot write is left out.
    good = {name: digest for name, digest in zip(names, digests) if not digest.startswith("error")}
    if len(good) < 0.8 * len(names):
        sys.exit(f"soak: only {len(good)} of {len(names)} variants can be had")
    Path(out).write_text(json.dumps(good))


# --- What the processes have -----------------------------------------------------------------

def children(parents):
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = read(f"/proc/{entry}/stat").rsplit(b")", 1)[1].split()
                found[int(entry)] = int(stat[1])
            except OSError:
                pass
    return [pid for pid, parent in found.items() if parent in parents]


def pss(pids):
    """Kilobytes: of all that is mapped, and of what no file is behind. Libraries are shared with
    whatever else runs here, so the first changes with the neighbours."""
    total = {b"Pss:": 0, b"Pss_Anon:": 0}
    for pid in pids:
        try:
            for line in read(f"/proc/{pid}/smaps_rollup").splitlines():
                words = line.split()
                if words[0] in total:
                    total[words[0]] += int(words[1])
        except OSError:
            pass
    return tuple(total.values())


class Watcher(threading.Thread):
    """Samples until told to stop."""

    def __init__(self, mounts):
        super().__init__(daemon=True)
        self.daemons = [stats(mount)["pid"] for mount in mounts]
        self.start_time = time.monotonic()
        self.samples = []
        self.done = 0  # encodes, told by the rounds
        self.ended = threading.Event()

    def memory(self):
        zygotes = children(self.daemons)
        return *pss(self.daemons), *pss(zygotes), *pss(children(zygotes))

    def run(self):
        while not self.ended.wait(0.25):
            self.samples.append((time.monotonic() - self.start_time, self.done, *self.memory()))


def descriptors(mount):
    """Of a daemon, without those that it keeps on purpose (its descriptor cache, two for each
    encoder) and libfuse's pipes."""
    now = stats(mount)
    folder = f"/proc/{now['pid']}/fd"
    kinds = []
    for fd in os.listdir(folder):
        try:
            kinds.append(os.readlink(f"{folder}/{fd}"))
        except OSError:
            pass
    own = [kind for kind in kinds if not kind.startswith("pipe:")]
    return len(own) - now["descriptors"] - 2 * now["encoders"]


def until_quiet(*mounts):
    deadline = time.monotonic() + 60
    while any(stats(mount)[figure] for mount in mounts for figure in ("running", "queue")):
        if time.monotonic() > deadline:
            sys.exit("soak: encodes do not end")
        time.sleep(0.05)


# --- Rounds ----------------------------------------------------------------------------------

def replace(path, data):
    temporary = f"{path}.tmp"
    Path(temporary).write_bytes(data)
    os.rename(temporary, path)


def padding(name, number):
    text = b"round %09d" % number
    # What follows the boxes of a HEIF file must be a box.
    return (len(text) + 8).to_bytes(4, "big") + b"free" + text if name.endswith("avif") else text


def replace_pictures(base, source, number):
    for name, data in base.items():
        replace(f"{source}/{name}", data + padding(name, number))


def fakes(number):
    head = b"\xff\xd8\xff\xe0\0\x10JFIF\n# %d\n" % number
    yield "hangs.jpg", head + b"FAKE hang\n"
    yield "crashes.jpg", head + b"FAKE crash\n"
    for i in range(LEAKS):
        yield f"leaks{i}.jpg", head + b"# %d\nFAKE leak=1M\n" % i
    for i in range(HEALTHY):
        yield f"well{i}.jpg", head + b"FAKE output=%d\n" % (1000 + i)


def check_fake(mount, name):
    try:
        data = read(f"{mount}/{name}@webp")
    except OSError as error:
        if name[:5] not in ("hangs", "crash"):
            return f"{name}: {os.strerror(error.errno)}"
        return None
    size = 1000 + int(name[4:-4]) if name.startswith("well") else 1000
    good = len(data) == size and data[:4] == b"RIFF" and name[:5] not in ("hangs", "crash")
    return None if good else f"{name}: {len(data)} bytes"


def check_real(mount, name, wanted):
    found = digest_or_error(f"{mount}/{name}")
    return None if found == wanted else f"{name}: {found} instead of {wanted}"


class Soak:
    def __init__(self, pictures, source, mount, wanted, fake_source, fake_mount):
        self.base = {path.name: path.read_bytes() for path in Path(pictures).iterdir()}
        self.source, self.mount, self.wanted = source, mount, json.loads(read(wanted))
        self.fake_source, self.fake_mount = fake_source, fake_mount
        self.wrong = []

    def encodes(self):
        return sum(stats(mount)[figure] for mount in (self.mount, self.fake_mount)
                   for figure in ("encodes", "encode_failures"))

    def round(self, number, readers):
        replace_pictures(self.base, self.source, number)
        for name, data in fakes(number):
            replace(f"{self.fake_source}/{name}", data)
        time.sleep(0.2)  # for the watchers; a reader that is faster sees the old ones, rightly
        jobs = [readers.submit(check_fake, self.fake_mount, name) for name, _ in fakes(number)]
        jobs += [readers.submit(check_real, self.mount, *item) for item in self.wanted.items()]
        self.wrong += [job.result() for job in jobs if job.result()]
        until_quiet(self.mount, self.fake_mount)


def soak(goal, out, rounds):
    watcher = Watcher((rounds.mount, rounds.fake_mount))
    watcher.start()
    quiet = []
    with ThreadPoolExecutor(2 * os.cpu_count() + 2) as readers:
        while watcher.done < goal:
            rounds.round(len(quiet), readers)
            watcher.done = rounds.encodes()
            quiet.append((sum(watcher.memory()[1::2]), descriptors(rounds.mount),
                          descriptors(rounds.fake_mount)))
    watcher.ended.set()
    watcher.join()
    write_tsv(f"{out}/rss.tsv", watcher.samples)
    write_svg(f"{out}/rss.svg", watcher.samples)
    return judge(quiet, watcher, rounds)


def judge(quiet, watcher, rounds):
    n = len(quiet)
    if n < 8:
        sys.exit(f"soak: {n} rounds tell nothing; more SOAK_ENCODES")
    plateau = median(entry[0] for entry in quiet[n // 2:n * 3 // 4 + 1])
    end = median(entry[0] for entry in quiet[-max(2, n // 8):])
    start_fds = [max(entry[i] for entry in quiet[:4]) for i in (1, 2)]
    end_fds = [quiet[-1][i] for i in (1, 2)]
    nodes = [stats(mount)["nodes"] for mount in (rounds.mount, rounds.fake_mount)]
    faults = {figure: stats(rounds.fake_mount)[figure]
              for figure in ("encoder_crashes", "encoder_deadlines", "encoder_restarts")}
    print(f"soak: {watcher.done} encodes in {n} rounds, {watcher.samples[-1][0]:.0f} s; "
          f"memory {quiet[0][0]} kB after the first, plateau {plateau:.0f}, end {end:.0f} "
          f"({end / plateau:.3f}); descriptors {start_fds} to {end_fds}; nodes {nodes}; {faults}; "
          f"wrong: {len(rounds.wrong)}")
    for wrong in rounds.wrong[:20]:
        print("soak: wrong:", wrong)
    good = (end <= plateau * TOLERANCE and not rounds.wrong
            and all(e <= s for s, e in zip(start_fds, end_fds))
            and all(faults.values()))  # else nothing was put to the test
    return 0 if good else 1


# --- The picture -----------------------------------------------------------------------------

COLUMNS = ("seconds", "encodes", "daemons_kb", "daemons_anon_kb", "zygotes_kb",
           "zygotes_anon_kb", "encoders_kb", "encoders_anon_kb")


def write_tsv(path, samples):
    rows = ["\t".join(COLUMNS)]
    rows += ["\t".join(f"{value:.2f}" if i == 0 else str(value) for i, value in enumerate(row))
             for row in samples]
    Path(path).write_text("\n".join(rows) + "\n")


def write_svg(path, samples, width=900, height=360, edge=50):
    last = max(samples[-1][0], 1)
    most = max(sum(row[2::2]) for row in samples) * 1.1
    lines = []
    for label, colour, value in (("all", "#222", lambda r: sum(r[2::2])),
                                 ("encoders", "#c33", lambda r: r[6]),
                                 ("own memory", "#888", lambda r: sum(r[3::2])),
                                 ("zygotes", "#393", lambda r: r[4]),
                                 ("daemons", "#36c", lambda r: r[2])):
        points = " ".join(f"{edge + row[0] / last * width:.1f},{height - value(row) / most * height:.1f}"
                          for row in samples)
        lines.append(f'<polyline fill="none" stroke="{colour}" points="{points}"/>')
        y = 16 + 16 * len(lines)
        lines.append(f'<text x="{edge + 10}" y="{y}" fill="{colour}">{label}</text>')
    for part in (0.25, 0.5, 0.75, 1):
        y = height - part / 1.1 * height
        lines.append(f'<text x="2" y="{y:.0f}">{most / 1.1 * part / 1024:.0f} MiB</text>')
        lines.append(f'<text x="{edge + part * width - 40:.0f}" y="{height + 16}">'
                     f"{part * last:.0f} s</text>")
    Path(path).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width + edge + 10}" '
        f'height="{height + 24}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(lines)}</svg>\n')


def main():
    if sys.argv[1] == "reference":
        reference(*sys.argv[2:])
        return 0
    goal, pictures, source, mount, wanted, fake_source, fake_mount, out = sys.argv[2:]
    return soak(int(goal), out, Soak(pictures, source, mount, wanted, fake_source, fake_mount))


sys.exit(main())
