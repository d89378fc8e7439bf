#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Pictures that show what resizing does to edges and depth, and what has to hold after it.

    shapes.py make FOLDER          disc-8.png, disc-16.png: a disc of one colour on nothing, whose
                                   edge is soft; what is transparent is black. ramp.png, ramp.tif: 16
                                   bits, each column another grey
    shapes.py disc DECODED         fails where what is to be seen has not the disc's colour
    shapes.py on WHITE DECODED     fails where a pixel is no mixture of it with WHITE (rrggbb)
    shapes.py levels DECODED       says how many greys there are
"""
import math
import sys

from files import png, read, tiff

SIDE = 240
INK = (200, 60, 20)


def disc(scale):
    rows = []
    for y in range(SIDE):
        row = []
        for x in range(SIDE):
            alpha = min(max((90 - math.hypot(x - SIDE / 2, y - SIDE / 2)) / 20, 0), 1)
            row += [v * scale if alpha else 0 for v in INK] + [round(255 * scale * alpha)]
        rows.append(row)
    return rows


def make(folder):
    png(f'{folder}/disc-8.png', disc(1), 4)
    png(f'{folder}/disc-16.png', disc(257), 4, 16)
    # With some grain, for ImageMagick takes what is packed too well for cut off.
    ramp = [[20000 + 8 * x + x * y * 7 % 64 for x in range(2000)] for y in range(40)]
    png(f'{folder}/ramp.png', ramp, 1, 16)
    tiff(f'{folder}/ramp.tif', ramp, 1, 16, 1)


def pixels(picture):
    return (picture.at(x, y) for y in range(picture.height) for x in range(picture.width))


def is_disc(picture):
    """The less is seen of a colour, the coarser it can be: it was multiplied in 8 bits."""
    seen = 0
    for *rgb, alpha in pixels(picture):
        seen += 0 < alpha < 1
        if alpha > 1 / 16 and any(abs(v * 255 - w) > 3 for v, w in zip(rgb, INK)):
            return f'{[round(v * 255) for v in rgb]} where {alpha:.2f} is seen'
    return None if seen > 20 else 'no edge'


def is_mixture(picture, white):
    ends = list(zip(INK, bytes.fromhex(white)))
    for rgb in pixels(picture):
        # By green, which changes most; what JPEG does to colour at edges is allowed for.
        part = (rgb[1] * 255 - ends[1][0]) / (ends[1][1] - ends[1][0])
        if any(abs(a + (b - a) * part - v * 255) > 16 for v, (a, b) in zip(rgb, ends)):
            return f'{[round(v * 255) for v in rgb]} is no mixture'
    return None


def main(command, *arguments):
    if command == 'make':
        return make(*arguments)
    if command == 'levels':
        return print(len({p[0] for p in pixels(read(arguments[0]))}))
    if command == 'disc':
        return is_disc(read(arguments[0]))
    return is_mixture(read(arguments[1]), arguments[0])


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
