#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""table.py MOUNTPOINT SOURCE TOKENS OUT: every token with every format, through a mount.

What each is to do is written here a second time, by hand, and asked of what an independent
decoder sees. TOKENS is the output of tests/mount/tokens, so that no token is forgotten. OUT
becomes the table. A picture is compared with one that is computed here, or by ImageMagick as the
second opinion, within a mean difference per sample (of 255):"""

import subprocess
import sys

from pixels import Pixels, convert, decode, distance, frames, run

FORMATS = ('jpeg', 'webp', 'avif', 'jxl', 'png', 'gif', 'tiff')
# At quality 90, where there is one; a GIF has 256 colours.
TOLERANCE = {'jpeg': 3, 'webp': 4, 'avif': 3, 'jxl': 3, 'png': 0, 'gif': 6, 'tiff': 0}
LOSSY = ('jpeg', 'webp', 'avif', 'jxl')
WIDTH, HEIGHT = 96, 64


# --- Sources -------------------------------------------------------------------------------

def base_pixel(x, y):
    """Every place has its colour, and there is an edge."""
    if 60 <= x < 80 and 10 <= y < 30:
        return bytes((20, 30, 40))
    return bytes((255 * x // (WIDTH - 1), 255 * y // (HEIGHT - 1), 128))


def base_picture(change=lambda p: p):
    return Pixels(WIDTH, HEIGHT, 3, b''.join(
        change(base_pixel(x, y)) for y in range(HEIGHT) for x in range(WIDTH)))


def noise_picture(side):
    state, out = 1, bytearray()
    for _ in range(side * side * 3):
        state = state * 1103515245 + 12345 & 0x7fffffff
        out.append(state >> 16 & 255)
    return Pixels(side, side, 3, out)


class Sources:
    """All in one folder, by name; and their pixels."""

    def __init__(self, folder):
        self.folder = folder
        self.base = base_picture()
        self.second = base_picture(lambda p: bytes((p[2], p[0], p[1])))
        self.third = base_picture(lambda p: bytes(255 - c for c in p))
        self.glass = Pixels(WIDTH, HEIGHT, 4, b''.join(
            base_pixel(x, y) + bytes((255 if x < 48 else 0,))
            for y in range(HEIGHT) for x in range(WIDTH)))
        self.framed = Pixels(WIDTH + 20, HEIGHT + 20, 3, b''.join(
            self.base.at(x - 10, y - 10) if 10 <= x < WIDTH + 10 and 10 <= y < HEIGHT + 10
            else b'\xfa\xfa\xfa' for y in range(HEIGHT + 20) for x in range(WIDTH + 20)))
        for name in ('base', 'glass', 'framed', 'second', 'third'):
            getattr(self, name).png(f'{folder}/{name}.png')
        noise_picture(160).png(f'{folder}/noise.png')
        self.animate()
        self.tell()

    def animate(self):
        """Three frames, 70, 80 and 90 ms, that repeat for ever."""
        command = ['convert', '-loop', '0']
        for name, delay in (('base', 7), ('second', 8), ('third', 9)):
            command += ['-delay', str(delay), f'{self.folder}/{name}.png']
        run(*command, f'{self.folder}/deck.gif')
        self.deck = [decode(f'{self.folder}/deck.gif', i)[1] for i in range(3)]

    def tell(self):
        """A JPEG that says who made it, with what, and where; and one in a wide colour space."""
        run('convert', f'{self.folder}/base.png', '-quality', '98', f'{self.folder}/told.jpg')
        run('exiftool', '-q', '-overwrite_original', '-Copyright=(c) Ada', '-Artist=Ada',
            '-SerialNumber=4711', '-GPSLatitude=52.5', '-GPSLatitudeRef=N', '-Model=Box',
            f'{self.folder}/told.jpg')


# --- What is asked of a result ---------------------------------------------------------------

class Cell:
    """One view of one source in one format."""

    def __init__(self, table, source, view, form):
        self.table, self.sources, self.format = table, table.sources, form
        self.path = f'{table.mountpoint}/{source}@{view}'
        self.size = len(open(self.path, 'rb').read())
        self.kind, self.pixels = decode(self.path)

    def other(self, source, view):
        return Cell(self.table, source, view, self.format)

    def looks_like(self, want, slack=1.0, more=0.0):
        tolerance = TOLERANCE[self.format] * slack + more
        far = distance(self.pixels, want)
        assert far <= tolerance, \
            f'{self.pixels.size} for {want.size}, differs by {far:.2f} of {tolerance}'

    def header(self):
        return open(self.path, 'rb').read()

    def said(self, *names):
        return run('exiftool', '-s3', *(f'-{n}' for n in names), self.path).decode()


def scaled(source, width, height):
    return convert(f'{source}', '-filter', 'Lanczos', '-resize', f'{width}x{height}!')


RESIZED = 2.0  # more: libvips and ImageMagick have their own Lanczos


def is_format(cell):
    assert cell.kind == cell.format, f'decodes as {cell.kind}'
    cell.looks_like(cell.sources.base)


def is_poor(cell):
    cell.looks_like(cell.sources.base, 10)
    best = cell.other('base.png', f'{cell.format}-q95')
    assert cell.size < best.size, f'{cell.size} bytes at 5, {best.size} at 95'


def is_exact(cell):
    # libheif 1.15 converts to YCbCr even without loss
    assert distance(cell.pixels, cell.sources.base) <= (1 if cell.format == 'avif' else 0)


def is_base(cell):
    cell.looks_like(cell.sources.base)


def has_coarse_alpha(cell):
    assert cell.pixels.bands == 4
    alpha = cell.pixels.data[3::4]
    wrong = sum(abs(a - b) for a, b in zip(alpha, cell.sources.glass.data[3::4])) / len(alpha)
    assert wrong < 16, f'alpha differs by {wrong}'


def jpeg_frame_header(data):
    """(marker, body) of the start of frame (ITU-T T.81, B.2.2)."""
    at = 2
    while True:
        marker, size = data[at + 1], int.from_bytes(data[at + 2:at + 4], 'big')
        if 0xc0 <= marker <= 0xcf and marker not in (0xc4, 0xc8, 0xcc):
            return marker, data[at + 4:at + 2 + size]
        at += 2 + size


def has_chroma(wanted):
    def check(cell):
        cell.looks_like(cell.sources.base, 2)
        if cell.format == 'jpeg':
            said = {0x22: '420', 0x11: '444'}[jpeg_frame_header(cell.header())[1][7]]
        else:
            info = run('avifdec', '--info', cell.path).decode()
            said = '420' if 'YUV420' in info else '444' if 'YUV444' in info else info
        assert said == wanted, said
    return check


def is_progressive(cell):
    cell.looks_like(cell.sources.base)
    data = cell.header()
    if cell.format == 'jpeg':
        assert jpeg_frame_header(data)[0] == 0xc2, 'SOF0'
    elif cell.format == 'png':
        assert data[28] == 1, 'not interlaced'
    else:
        told = run('identify', '-format', '%[interlace]', cell.path).decode()
        assert told.lower() == 'gif', told


def is_scaled(width, height):
    def check(cell):
        cell.looks_like(scaled(f'{cell.sources.folder}/base.png', width, height), 1, RESIZED)
    return check


def is_the_same_as(view):
    def check(cell):
        other = cell.other('base.png', f'{cell.format}{QUALITY(cell.format)}-{view}')
        assert cell.header() == other.header(), f'not what {view} gives'
    return check


def is_cut(width, height, left, top, scale=1):
    """What is left of a picture `scale` times as large when (left, top) becomes the corner."""
    def check(cell):
        full = cell.sources.base if scale == 1 else scaled(
            f'{cell.sources.folder}/base.png', round(WIDTH * scale), round(HEIGHT * scale))
        cell.looks_like(full.crop(left, top, width, height), 1, 0 if scale == 1 else RESIZED)
    return check


def is_padded(width, height, left, top, colour):
    def check(cell):
        base = cell.sources.base
        want = base.map(width, height, lambda x, y: (0, 0))
        rows = bytearray()
        for y in range(height):
            for x in range(width):
                inside = 0 <= x - left < WIDTH and 0 <= y - top < HEIGHT
                rows += base.at(x - left, y - top) if inside else bytes(colour)
        cell.looks_like(Pixels(want.width, want.height, 3, rows), 1.5)
    return check


def is_some_cut(width, height):
    """Somewhere along the picture; where is the saver's judgement."""
    def check(cell):
        full = scaled(f'{cell.sources.folder}/base.png', 96, 64)
        assert cell.pixels.size == (width, height), cell.pixels.size
        near = min(distance(cell.pixels, full.crop(x, 0, width, height))
                   for x in range(0, 96 - width + 1))
        assert near <= TOLERANCE[cell.format] + RESIZED, near
    return check


def equals(change, slack=1.0):
    def check(cell):
        cell.looks_like(change(cell.sources), slack)
    return check


def is_grey(cell):
    want = convert(f'{cell.sources.folder}/base.png', '-colorspace', 'Gray')
    cell.looks_like(want, 1, 1)
    rgb = cell.pixels.rgb().data
    spread = max(max(rgb[i:i + 3]) - min(rgb[i:i + 3]) for i in range(0, len(rgb), 3))
    assert spread <= (8 if cell.format in LOSSY else 0), f'colours differ by {spread}'


def is_blurred(cell):
    cell.looks_like(convert(f'{cell.sources.folder}/base.png', '-blur', '0x3'), 1.5, 2)


def is_sharpened(cell):
    cell.looks_like(cell.sources.base, 1, 3)

    def contrast(p):
        left, right = p.rgb().at(59, 20), p.rgb().at(60, 20)
        return sum(left) - sum(right)
    plain = cell.other('base.png', f'{cell.format}{QUALITY(cell.format)}')
    assert contrast(cell.pixels) > contrast(plain.pixels), 'the edge is not sharper'


def is_on_background(cell):
    cell.looks_like(cell.sources.glass.rgb((0, 128, 255)), 1.5)
    assert cell.pixels.bands in (1, 3) or min(cell.pixels.data[3::4]) == 255, 'not opaque'


def is_marked(cell):
    """A black square of 16, opaque, in the bottom right corner."""
    base = cell.sources.base
    want = b''.join(b'\0\0\0' if x >= WIDTH - 16 and y >= HEIGHT - 16 else base.at(x, y)
                    for y in range(HEIGHT) for x in range(WIDTH))
    cell.looks_like(Pixels(WIDTH, HEIGHT, 3, want), 1.5)


def is_frame(number):
    def check(cell):
        assert frames(cell.path) == 1, 'several frames'
        cell.looks_like(cell.sources.deck[number], 2)
    return check


def has_all_frames(cell):
    assert frames(cell.path) == 3, frames(cell.path)
    for i, want in enumerate(cell.sources.deck):
        got = decode(cell.path, i)[1]
        assert distance(got, want) <= 3 * TOLERANCE[cell.format], f'frame {i}'
    if cell.format == 'gif':
        delays = run('identify', '-format', '%T ', cell.path).decode().split()
        assert delays == ['7', '8', '9'], delays


def keeps_metadata(cell):
    told = cell.said('Copyright', 'Artist', 'Model')
    # A GIF has no room for any of it
    assert cell.format == 'gif' or ('Ada' in told and 'Box' in told), told


def keeps_only_copyright(cell):
    told = cell.said('Copyright', 'Model', 'SerialNumber', 'GPSLatitude')
    assert 'Box' not in told and '4711' not in told and '52' not in told, told
    assert cell.format == 'gif' or '(c) Ada' in told, told


def keeps_profile(cell):
    cell.looks_like(cell.sources.base, 2)


def fits(cell):
    assert cell.size <= 20000, f'{cell.size} bytes'
    assert cell.size >= 15000, f'only {cell.size} bytes'


def is_any(cell):
    assert cell.kind in ('jpeg', 'webp', 'avif'), cell.kind
    assert distance(cell.pixels, cell.sources.base) < 6


def QUALITY(form):
    return '-q90' if form in LOSSY else ''


# token → (tokens beside the format, source, check). The format's quality is 90 unless a token
# of its own says otherwise.
CASES = {
    'q': ('q5', 'base.png', is_poor),
    'lossless': ('lossless', 'base.png', is_exact),
    'e': ('e2', 'base.png', is_base),
    'aq': ('aq20', 'glass.png', has_coarse_alpha),
    '420': ('420', 'base.png', has_chroma('420')),
    '444': ('444', 'base.png', has_chroma('444')),
    'prog': ('prog', 'base.png', is_progressive),
    'w': ('w48', 'base.png', is_scaled(48, 32)),
    'h': ('h16', 'base.png', is_scaled(24, 16)),
    'x': ('w24-x2', 'base.png', is_the_same_as('w48')),
    'fit': ('w48-h60-fit', 'base.png', is_the_same_as('w48')),
    'cover': ('w32-h32-cover', 'base.png', is_cut(32, 32, 8, 0, .5)),
    'pad': ('w116-h84-pad-bg0080ff', 'base.png', is_padded(116, 84, 10, 10, (0, 128, 255))),
    'fill': ('w48-h48-fill', 'base.png', is_scaled(48, 48)),
    'up': ('w192-up', 'base.png', is_scaled(192, 128)),
    'centre': ('w32-h32-cover-centre', 'base.png', is_the_same_as('w32-h32-cover')),
    'north': ('w48-h16-cover-north', 'base.png', is_cut(48, 16, 0, 0, .5)),
    'northeast': ('w116-h84-pad-bg0080ff-northeast', 'base.png',
                  is_padded(116, 84, 20, 0, (0, 128, 255))),
    'east': ('w32-h32-cover-east', 'base.png', is_cut(32, 32, 16, 0, .5)),
    'southeast': ('w116-h84-pad-bg0080ff-southeast', 'base.png',
                  is_padded(116, 84, 20, 20, (0, 128, 255))),
    'south': ('w48-h16-cover-south', 'base.png', is_cut(48, 16, 0, 16, .5)),
    'southwest': ('w116-h84-pad-bg0080ff-southwest', 'base.png',
                  is_padded(116, 84, 0, 20, (0, 128, 255))),
    'west': ('w32-h32-cover-west', 'base.png', is_cut(32, 32, 0, 0, .5)),
    'northwest': ('w116-h84-pad-bg0080ff-northwest', 'base.png',
                  is_padded(116, 84, 0, 0, (0, 128, 255))),
    'smart': ('w64-h64-cover-smart', 'base.png', is_some_cut(64, 64)),
    'entropy': ('w64-h64-cover-entropy', 'base.png', is_some_cut(64, 64)),
    'crop': ('crop20_10_50_30', 'base.png', is_cut(50, 30, 20, 10)),
    'trim': ('trim', 'framed.png', equals(lambda s: s.base)),
    'flip': ('flip', 'base.png', equals(lambda s: s.base.flip())),
    'flop': ('flop', 'base.png', equals(lambda s: s.base.flop())),
    'rot90': ('rot90', 'base.png', equals(lambda s: s.base.turned())),
    'rot180': ('rot180', 'base.png', equals(lambda s: s.base.flip().flop())),
    'rot270': ('rot270', 'base.png', equals(lambda s: s.base.flip().flop().turned())),
    'blur': ('blur3', 'base.png', is_blurred),
    'sharpen': ('sharpen', 'base.png', is_sharpened),
    'grey': ('grey', 'base.png', is_grey),
    'bg': ('bg0080ff', 'glass.png', is_on_background),
    'wm_': ('wm_square', 'base.png', is_marked),
    'still': ('still', 'deck.gif', is_frame(0)),
    'anim': ('anim', 'deck.gif', has_all_frames),
    'p': ('p2', 'deck.gif', is_frame(1)),
    'meta': ('meta', 'told.jpg', keeps_metadata),
    'icc': ('icc', 'base.png', keeps_profile),
    'max': ('max20k', 'noise.png', fits),
    'keepname': ('keepname', 'base.png', is_base),
}


class Table:
    def __init__(self, mountpoint, source):
        self.mountpoint, self.sources = mountpoint, Sources(source)
        self.wrong, self.asked = [], 0

    def ask(self, source, view, form, check):
        """'yes', '–' where the name is no view, 'WRONG' where it does not do what it should."""
        self.asked += 1
        try:
            check(Cell(self, source, view, form))
            return 'yes'
        except FileNotFoundError:
            return '–'
        except (AssertionError, OSError, RuntimeError) as error:
            self.wrong.append(f'{source}@{view}: {error}')
            return 'WRONG'

    def row(self, name, form):
        if name in CASES:
            view, source, check = CASES[name]
            quality = '' if name in ('q', 'lossless', 'max') else QUALITY(form)
            return self.ask(source, f'{form}{quality}-{view}', form, check)
        raise KeyError(f"no case for the token '{name}': add one to CASES")


def main():
    mountpoint, source, tokens, out = sys.argv[1:]
    table = Table(mountpoint, source)
    lines = ['| token | is | ' + ' | '.join(FORMATS) + ' |',
             '|---|---|' + '---|' * len(FORMATS)]
    formats = []
    for line in open(tokens):
        name, _, group, about = line.rstrip('\n').split('\t')
        if group == 'format':
            if name == 'auto':
                formats.append((name, table.ask('base.png', name, name, is_any)))
            else:
                form = 'jpeg' if name == 'jpg' else name
                formats.append((name, table.ask('base.png', name + QUALITY(form), form, is_format)))
            continue
        cells = [table.row(name, form) for form in FORMATS]
        lines.append(f'| `{name}` | {about} | ' + ' | '.join(cells) + ' |')
    told = table.ask('told.jpg', 'webp-q90', 'webp', keeps_only_copyright)
    if told != 'yes':
        lines.append('| none | everything but copyright dropped | ' + told + ' |')
    with open(out, 'w') as f:
        f.write('\n'.join(lines) + '\n')
    for name, said in formats:
        if said != 'yes':
            table.wrong.append(f'{name}: {said}')
    for line in table.wrong:
        print(line, file=sys.stderr)
    print(f'{table.asked} cells, {len(table.wrong)} wrong')
    return 1 if table.wrong else 0


if __name__ == '__main__':
    sys.exit(main())
