#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Colour patches in known profiles, and how far a decoded picture is from what they mean.

    patches.py make FOLDER                writes the sources
    patches.py names                      names them
    patches.py check NAME DECODED LIMIT   fails where a patch of the source NAME, as PNG or PNM, is
                                          over LIMIT (CIEDE2000) from what it means
    patches.py check-all LIST             the same for all lines of a file
    patches.py same PNG DECODED TOLERANCE fails where the patches' numbers are others
    patches.py far ONE OTHER              says how far two pictures are from each other, of 255
    patches.py profile SPACE FILE         writes the profile of a space
    patches.py clear SPACE DEPTH FILE     writes a PNG in which there is nothing to be seen
    patches.py means SPACE RRGGBB DECODED fails where the first pixel, of numbers in SPACE (or `grey`,
                                          the patches' own), is not what RRGGBB is in sRGB

What a patch means is calculated from the numbers that are in the source, by the equations that
its profile stands for. All lie within sRGB, where every rendering intent means the same.
"""
import struct
import sys

from colour import (D65, SRGB, apply, difference, grey_profile, ink_lab, ink_profile, inverse,
                    lab_of_srgb, matrix_profile, rgb_of, srgb_encode, srgb_linear, srgb_of,
                    to_xyz, xyz_of_lab, ycc)
from files import chunk, jpeg, png, read, tiff

SIDE = 32  # pixels of a patch
COLUMNS = 6

# sRGB, of 1. None is at the border of the gamut, where rounding would clip.
COLOURS = [(0.85, 0.15, 0.15), (0.15, 0.65, 0.20), (0.15, 0.20, 0.75), (0.10, 0.60, 0.65),
           (0.70, 0.15, 0.60), (0.90, 0.80, 0.15), (0.75, 0.55, 0.45), (0.95, 0.70, 0.60),
           (0.35, 0.45, 0.60), (0.30, 0.35, 0.20), (0.50, 0.50, 0.70), (0.40, 0.70, 0.60),
           (0.85, 0.45, 0.10), (0.25, 0.30, 0.60), (0.70, 0.30, 0.35), (0.30, 0.20, 0.35),
           (0.60, 0.70, 0.25), (0.90, 0.60, 0.20), (0.20, 0.20, 0.20), (0.35, 0.35, 0.35),
           (0.50, 0.50, 0.50), (0.65, 0.65, 0.65), (0.80, 0.80, 0.80), (0.95, 0.95, 0.95)]
INKS = [(c / 2, m / 2, y / 2, k / 2) for c in range(3) for m in range(3) for y in range(3)
        for k in range(2)][:48]


class Space:
    """An encoding: numbers of 0…1 to XYZ and back, and its profile."""

    def __init__(self, primaries, white, linear, encode):
        self.matrix = to_xyz(primaries, white)
        self.linear, self.encode = linear, encode
        self.icc = matrix_profile(self.matrix, linear)

    def xyz(self, rgb):
        return apply(self.matrix, [self.linear(v) for v in rgb])

    def of_xyz(self, xyz):
        return [self.encode(max(0, v)) for v in apply(inverse(self.matrix), xyz)]


def power(g):
    return (lambda v: v ** g), (lambda v: v ** (1 / g))


SPACES = {
    'srgb': Space(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), D65, srgb_linear, srgb_encode),
    'p3': Space(((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), D65, srgb_linear, srgb_encode),
    'adobe': Space(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), D65, *power(563 / 256)),
    'prophoto': Space(((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), (0.3457, 0.3585),
                      *power(1.8)),
    # Red and green exchanged: whoever ignores the profile is far off.
    'swapped': Space(((0.30, 0.60), (0.64, 0.33), (0.15, 0.06)), D65, srgb_linear, srgb_encode),
    'linear': Space(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), D65, *power(1)),
}


def grid(pixels):
    """Rows of samples: the patches, COLUMNS beside each other."""
    rows = []
    for at in range(0, len(pixels), COLUMNS):
        row = [v for p in pixels[at:at + COLUMNS] for _ in range(SIDE) for v in p]
        rows += [row] * SIDE
    return rows


def quantised(values, depth):
    return [round(v * ((1 << depth) - 1)) for v in values]


def numbers(space, depth):
    return [quantised(space.of_xyz(apply(SRGB, [srgb_linear(v) for v in c])), depth)
            for c in COLOURS]


def meaning(space, depth):
    return [srgb_of(space.xyz([v / ((1 << depth) - 1) for v in p])) for p in numbers(space, depth)]


GREYS = [(v / 24,) for v in range(1, 25)]
GREY_LINEAR, _ = power(2.2)


def lab_numbers(depth):
    """As a TIFF has them: L of all bits, a and b signed."""
    one = (1 << depth) - 1
    half = 1 if depth == 8 else 256
    for c in COLOURS:
        l, a, b = lab_of_srgb(c)
        yield [round(l / 100 * one), round(a * half), round(b * half)]


def lab_meaning(depth):
    one, half = (1 << depth) - 1, 1 if depth == 8 else 256
    return [srgb_of(xyz_of_lab(l * 100 / one, a / half, b / half))
            for l, a, b in lab_numbers(depth)]


def told():
    """PNG files that say their colours in chunks and not by a profile."""
    gamma = lambda v: chunk(b'gAMA', struct.pack('>I', round(100000 * v)))
    primaries = chunk(b'cHRM', struct.pack('>8I', *[round(100000 * v) for p in (
        D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)) for v in p]))
    greys = [quantised(g, 16) for g in GREYS]
    out = {}
    for name, space, depth, said in (
            ('gama', 'linear', 16, gamma(1)), ('chrm', 'adobe', 8, gamma(256 / 563) + primaries),
            ('cicp', 'p3', 8, gamma(1) + chunk(b'cICP', bytes((12, 13, 0, 1)))),
            ('said-srgb', 'srgb', 8, gamma(1) + chunk(b'sRGB', b'\0')),
            ('nearly', 'srgb', 8, gamma(0.45455))):
        space = SPACES[space]
        out[f'{name}.png'] = (
            lambda p, s=space, d=depth, e=said: png(p, grid(numbers(s, d)), 3, d, extra=e),
            meaning(space, depth))
    out['gama-grey.png'] = (lambda p: png(p, grid(greys), 1, 16, extra=gamma(1)),
                            [[srgb_encode(v[0])] * 3 for v in GREYS])
    return out


def sources():
    """Name: (function that writes it, what its patches mean in sRGB)."""
    out = {}
    for name, space in SPACES.items():
        for depth in 8, 16:
            out[f'{name}-{depth}.png'] = (
                lambda p, s=space, d=depth: png(p, grid(numbers(s, d)), 3, d, s.icc),
                meaning(space, depth))
    for name, space in SPACES.items():
        out[f'{name}.jpg'] = (
            lambda p, s=space: jpeg(p, grid([ycc(*n) for n in numbers(s, 8)]), 3, s.icc),
            [srgb_of(space.xyz(rgb_of(*ycc(*n)))) for n in numbers(space, 8)])
    # Profiles that cannot be meant: for another kind of picture, and for nothing.
    for name, icc in (('grey', grey_profile(GREY_LINEAR)), ('ink', ink_profile()),
                      ('broken', SPACES['swapped'].icc[:200])):
        out[f'wrong-{name}.jpg'] = (
            lambda p, i=icc: jpeg(p, grid([ycc(*n) for n in numbers(SPACES['srgb'], 8)]), 3, i),
            [rgb_of(*ycc(*n)) for n in numbers(SPACES['srgb'], 8)])
    for depth in 8, 16:
        greys = [quantised(g, depth) for g in GREYS]
        seen = [[srgb_encode(GREY_LINEAR(v[0] / ((1 << depth) - 1)))] * 3 for v in greys]
        icc = grey_profile(GREY_LINEAR)
        out[f'grey-{depth}.png'] = (
            lambda p, g=greys, d=depth, i=icc: png(p, grid(g), 1, d, i), seen)
        out[f'grey-alpha-{depth}.png'] = (
            lambda p, g=greys, d=depth, i=icc: png(
                p, grid([[v[0], (1 << d) - 1] for v in g]), 2, d, i), seen)
        labs = list(lab_numbers(depth))
        out[f'lab-{depth}.tif'] = (
            lambda p, l=labs, d=depth: tiff(
                p, [[v & ((1 << d) - 1) for v in r] for r in grid(l)], 3, d, 8),
            lab_meaning(depth))
        inks = [quantised(i, depth) for i in INKS]
        out[f'ink-{depth}.tif'] = (
            lambda p, i=inks, d=depth: tiff(p, grid(i), 4, d, 5, ink_profile()),
            [srgb_of(xyz_of_lab(*ink_lab(*[v / ((1 << depth) - 1) for v in i]))) for i in inks])
        if depth == 8:
            paper = [[255 - v for v in i] for i in inks]
            ycck = [ycc(*i[:3]) + [255 - i[3]] for i in inks]
            for kind, pixels, adobe in ('ink-plain', paper, None), ('ink-adobe', paper, 0), ('ink-ycck', ycck, 2):
                for icc in ink_profile(), None:
                    out[f'{kind}{"" if icc else "-bare"}.jpg'] = (
                        lambda p, i=pixels, c=icc, a=adobe: jpeg(p, grid(i), 4, c, a),
                        out[f'ink-8.tif'][1])
    out.update(told())
    lights = [[srgb_linear(v) for v in c] for c in COLOURS]
    out['float-profile.tif'] = (
        lambda p: tiff(p, grid([SPACES['p3'].of_xyz(apply(SRGB, [srgb_linear(v) for v in c]))
                                for c in COLOURS]), 3, 32, 2, SPACES['p3'].icc, floats=True),
        COLOURS)
    out['float-grey.tif'] = (lambda p: tiff(p, grid(GREYS), 1, 32, 1, floats=True),
                             [[srgb_encode(v[0])] * 3 for v in GREYS])
    out['float.tif'] = (lambda p: tiff(p, grid(lights), 3, 32, 2, floats=True), COLOURS)
    return out


def make(folder):
    for name, (write, _) in sources().items():
        write(f'{folder}/{name}')
    wild = [float(v) for v in ('nan', 'inf', '-inf', '1e30', '-5', '0.5')]
    for bands in 1, 3, 4:
        tiff(f'{folder}/wild-{bands}.tif', [wild * bands] * 8, bands, 32, 2 if bands > 1 else 1,
             floats=True, alpha=2 if bands == 4 else 0)


def check(known, name, decoded, limit):
    wanted, picture = known[name][1], read(decoded)
    rows = (len(wanted) + COLUMNS - 1) // COLUMNS
    worst = 0, ''
    for i, want in enumerate(wanted):
        x = int((i % COLUMNS + 0.5) * picture.width / COLUMNS)
        y = int((i // COLUMNS + 0.5) * picture.height / rows)
        have = picture.at(x, y)
        distance = difference(lab_of_srgb(have[:3]), lab_of_srgb(want))
        said = ' for '.join(' '.join(f'{v * 255:.1f}' for v in c) for c in (have, want))
        worst = max(worst, (distance, f'patch {i}: {said}'))
    wrong = worst[0] > float(limit)
    print(f'{"WRONG " if wrong else ""}{decoded.split("/")[-1]}: {worst[0]:.2f}, {worst[1]}')
    return wrong


def check_all(path):
    known = sources()
    return any([check(known, *line.split()) for line in open(path)])


def same(source, decoded, tolerance):
    """Have all patches the same numbers? Of 255; of a PNG and what was made of it."""
    a, b = read(source), read(decoded)
    worst = 0
    for y in range(SIDE // 2, a.height, SIDE):
        for x in range(SIDE // 2, a.width, SIDE):
            worst = max([worst] + [abs(v - w) * 255 for v, w in zip(a.at(x, y)[:3], b.at(x, y))])
    print(f'{worst:.2f}')
    return worst > tolerance + 0.01


def far(one, other):
    """Of 255: how far all samples of two pictures are from each other, on average."""
    a, b = read(one), read(other)
    assert (a.width, a.height, a.channels) == (b.width, b.height, b.channels)
    whole = sum(abs(v / a.depth - w / b.depth) for v, w in zip(a.samples, b.samples))
    print(round(255 * whole / len(a.samples)))


def means(space, colour, decoded):
    have = read(decoded).at(0, 0)[:3]
    seen = [srgb_encode(GREY_LINEAR(have[0]))] * 3 if space == 'grey' else \
        srgb_of(SPACES[space].xyz(have))
    distance = difference(lab_of_srgb(seen),
                          lab_of_srgb([v / 255 for v in bytes.fromhex(colour)]))
    print(f'{distance:.2f} from {colour}: {[round(v * 255) for v in have]} in {space}')
    return distance > 1


def main(command, *arguments):
    if command == 'make':
        return make(*arguments)
    if command == 'check':
        return check(sources(), *arguments)
    if command == 'check-all':
        return check_all(*arguments)
    if command == 'same':
        return same(arguments[0], arguments[1], float(arguments[2]))
    if command == 'profile':
        return open(arguments[1], 'wb').write(SPACES[arguments[0]].icc) == 0
    if command == 'clear':
        space, depth, path = arguments
        return png(path, [[0] * 160] * 40, 4, int(depth), SPACES[space].icc)
    if command == 'means':
        return means(*arguments)
    if command == 'far':
        return far(*arguments)
    if command == 'names':
        print(*sources())


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
