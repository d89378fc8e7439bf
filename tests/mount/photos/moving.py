#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""moving.py [--times] A B: whether two animations are one, as ImageMagick plays GIF (Pillow leaves
patches that go) and Pillow WebP (which ImageMagick 6 cannot).

Pixels within a mean difference of 6 (of 255), transparency shown on grey; with --times only when
and how often."""

import struct
import subprocess
import sys

from PIL import Image, ImageChops, ImageStat


def plays(path):
    """How often; 0: for ever. A GIF counts repetitions, and none is once; WebP counts plays."""
    data = open(path, 'rb').read()
    if data[:4] == b'RIFF':
        at = data.find(b'ANIM')
        return struct.unpack('<H', data[at + 12:at + 14])[0]
    at = data.find(b'NETSCAPE2.0')
    if at < 0:
        return 1
    repeats = struct.unpack('<H', data[at + 13:at + 15])[0]
    return repeats + 1 if repeats else 0


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def gif_frames(path):
    size = Image.open(path).size
    pixels = run('convert', path, '-coalesce', '-depth', '8', 'rgba:-')
    for i, time in enumerate(run('identify', '-format', '%T ', path).split()):
        step = size[0] * size[1] * 4
        yield int(time) * 10, Image.frombytes('RGBA', size, pixels[i * step:(i + 1) * step])


def webp_frames(path):
    image = Image.open(path)
    for i in range(image.n_frames):
        image.seek(i)
        image.load()
        yield image.info['duration'], image.convert('RGBA')


def frames(path):
    gif = open(path, 'rb').read(4) == b'GIF8'
    for time, image in gif_frames(path) if gif else webp_frames(path):
        grey = Image.new('RGBA', image.size, (127, 127, 127, 255))
        grey.alpha_composite(image)
        yield time, grey.convert('RGB')


def main():
    paths = [a for a in sys.argv[1:] if a != '--times']
    (first, second), wrong = paths, []
    a, b = list(frames(first)), list(frames(second))
    if plays(first) != plays(second):
        wrong.append(f'plays {plays(first)} and {plays(second)} times')
    # What says 0 is shown for a tenth of a second, and WebP says so.
    times = [[t or 100 for t, _ in x] for x in (a, b)]
    if times[0] != times[1]:
        wrong.append(f'times {times[0]} and {times[1]}')
    for i, ((_, x), (_, y)) in enumerate(zip(a, b)):
        if '--times' not in sys.argv:
            far = sum(ImageStat.Stat(ImageChops.difference(x, y)).mean) / 3
            if far > 6:
                wrong.append(f'frame {i} differs by {far:.1f}')
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
