# SPDX-License-Identifier: MIT
"""watermark.py MOUNTPOINT SOURCE CONF: writes pictures into SOURCE and watermarks into CONF,
which the mount reads, and holds what the mount shows against arithmetic of its own."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'conformance'))
from pixels import Pixels, decode, frames, run  # noqa: E402

POSITIONS = ('top-left', 'top', 'top-right', 'left', 'centre', 'right', 'bottom-left', 'bottom',
             'bottom-right')
MARGIN = 3


def painted(width, height, bands, colour):
    return Pixels(width, height, bands,
                  b''.join(bytes(colour(x, y)) for y in range(height) for x in range(width)))


def over(base, mark, left, top, opacity=1.0):
    """The mark, with alpha, on the base, by the arithmetic of straight alpha."""
    out = bytearray(base.data)
    for y in range(mark.height):
        for x in range(mark.width):
            if not (0 <= left + x < base.width and 0 <= top + y < base.height):
                continue
            *colour, alpha = mark.at(x, y)
            a = alpha / 255 * opacity
            at = ((top + y) * base.width + left + x) * base.bands
            below = base.data[at + 3] / 255 if base.bands == 4 else 1
            whole = a + below * (1 - a)
            for i in range(3):
                light = (colour[i] * a + base.data[at + i] * below * (1 - a)) / whole if whole else 0
                out[at + i] = round(light)
            if base.bands == 4:
                out[at + 3] = round(whole * 255)
    return Pixels(base.width, base.height, base.bands, out)


def place(position, base, mark, margin=MARGIN):
    column, row = POSITIONS.index(position) % 3, POSITIONS.index(position) // 3
    left = (margin, (base.width - mark.width) // 2, base.width - mark.width - margin)[column]
    top = (margin, (base.height - mark.height) // 2, base.height - mark.height - margin)[row]
    return left, top


def same(got, want, tolerance, what):
    assert got.size == want.size, f'{what}: {got.size} is not {want.size}'
    a, b = (got.data, want.data) if got.bands == want.bands else (got.rgb().data, want.rgb().data)
    worst = max(abs(x - y) for x, y in zip(a, b))
    assert worst <= tolerance, f'{what}: differs by {worst}'


class Case:
    def __init__(self, mountpoint, source, conf):
        self.mountpoint, self.source, self.conf = mountpoint, source, conf
        self.folder = os.path.dirname(conf)
        # Four colours, the last half transparent: shows turns, mirrors and lost alpha.
        self.mark = painted(8, 4, 4, lambda x, y: ((200, 0, 0, 255), (0, 160, 0, 255),
                                                   (0, 0, 220, 255), (250, 250, 0, 128))[
                                                       (x >= 4) + 2 * (y >= 2)])
        self.mark.png(f'{self.folder}/brand.png')
        self.base = painted(40, 30, 3, lambda x, y: (x * 5, y * 7, 90))
        self.base.png(f'{source}/base.png')

    def configure(self, text):
        with open(self.conf + '.new', 'w', encoding='utf-8') as f:
            f.write(text)
        os.rename(self.conf + '.new', self.conf)
        wanted = text.count('[watermark')
        for _ in range(200):
            with open(f'{self.mountpoint}/.lensfs/config', encoding='utf-8') as f:
                if f.read().count('[watermark') == wanted:
                    return
            time.sleep(.02)
        raise AssertionError('the configuration is not in force')

    def see(self, name, frame=0):
        return decode(f'{self.mountpoint}/{name}', frame)[1]

    def positions(self):
        for position in POSITIONS:
            got = self.see(f'base.png@png-wm_{position.replace("-", "_")}')
            same(got, over(self.base, self.mark, *place(position, self.base, self.mark)), 1, position)

    def looks(self):
        half = self.see('base.png@png-wm_half')
        same(half, over(self.base, self.mark, 40 - 8, 30 - 4, .5), 1, 'opacity')
        tiled = self.base
        for y in range(-1, 8):
            for x in range(-1, 5):
                tiled = over(tiled, self.mark, 40 - 8 - MARGIN - (8 + MARGIN) * x,
                             30 - 4 - MARGIN - (4 + MARGIN) * y)
        same(self.see('base.png@png-wm_tiles'), tiled, 1, 'tile')
        # Twice its size: 20 of 40. Between the colours is what the filter makes of them.
        scaled = self.see('base.png@png-wm_wide')
        for x, y, colour in ((12, 11, (200, 0, 0)), (27, 11, (0, 160, 0)), (12, 18, (0, 0, 220))):
            seen = scaled.at(x, y)
            assert max(abs(a - b) for a, b in zip(seen, colour)) <= 12, f'scale: {seen} at {x} {y}'
        for y in range(30):
            for x in range(40):
                if not (10 <= x < 30 and 10 <= y < 20):
                    assert scaled.at(x, y) == self.base.at(x, y), f'scale: touched {x} {y}'

    def larger_than_the_result(self):
        """It shrinks to what there is, and the encode does not fail."""
        small = self.see('base.png@png-w6-wm_half')
        assert small.size == (6, 5), small.size

    def kinds(self):
        left, top = place('top-left', self.base, self.mark)
        clear = painted(40, 30, 4, lambda x, y: (x * 5, y * 7, 90, 40 + y * 5))
        clear.png(f'{self.source}/clear.png')
        same(self.see('clear.png@png-wm_top_left'), over(clear, self.mark, left, top), 2, 'alpha')
        grey = painted(40, 30, 1, lambda x, y: (x * 5,))
        grey.png(f'{self.source}/grey.png')
        same(self.see('grey.png@png-wm_top_left'), over(grey.rgb(), self.mark, left, top), 1, 'grey')
        run('convert', f'{self.source}/base.png', '-depth', '16', f'png48:{self.source}/deep.png')
        deep = f'{self.mountpoint}/deep.png@png-wm_top_left'
        same(self.see('deep.png@png-wm_top_left'), over(self.base, self.mark, left, top), 1, '16 bits')
        with open(deep, 'rb') as f:
            assert f.read(25)[24] == 16, '16 bits stay'
        jpeg = self.see('base.png@jpeg-q100-444-wm_top_left')
        same(jpeg, over(self.base, self.mark, left, top), 40, 'jpeg')
        # Turned upright first.
        run('convert', f'{self.source}/base.png', '-quality', '100', '-sampling-factor', '4:4:4',
            f'{self.folder}/turned.jpg')
        run('exiftool', '-q', '-n', '-Orientation=6', '-o', f'{self.source}/turned.jpg',
            f'{self.folder}/turned.jpg')
        turned = self.see('turned.jpg@png')
        assert turned.size == (30, 40), turned.size
        same(self.see('turned.jpg@png-wm_top_left'), over(turned, self.mark, left, top), 1, 'turned')

    def animation(self):
        name = 'moving.gif@gif-wm_bottom_right'
        assert frames(f'{self.mountpoint}/{name}') == 3
        for frame in range(3):
            plain = self.see('moving.gif@gif', frame).rgb()
            want = over(plain, self.mark, *place('bottom-right', plain, self.mark))
            # Colours are those of a palette.
            same(self.see(name, frame).rgb(), want, 24, f'frame {frame}')
        assert frames(f'{self.mountpoint}/moving.gif@webp-wm_bottom_right') == 3


def main():
    case = Case(*sys.argv[1:])
    brand = '[watermark {}]\nfile = brand.png\n{}\n'
    text = ''.join(brand.format(p.replace('-', '_'), f'position = {p}\nmargin = {MARGIN}')
                   for p in POSITIONS)
    text += brand.format('half', 'opacity = 50%')
    text += brand.format('tiles', f'tile = yes\nmargin = {MARGIN}')
    text += brand.format('wide', 'scale = 50%\nposition = centre')
    case.configure(text)
    case.positions()
    case.looks()
    case.larger_than_the_result()
    case.kinds()
    case.animation()


if __name__ == '__main__':
    main()
