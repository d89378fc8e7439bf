# SPDX-License-Identifier: MIT
"""Pictures as lists of bytes, by decoders that have nothing to do with libvips, and the little
arithmetic that the conformance table needs of them. No library, so that it runs anywhere."""

import os
import struct
import subprocess
import tempfile
import zlib


class Pixels:
    """`data` is 8-bit samples in rows from the top, `bands` of them a pixel."""

    def __init__(self, width, height, bands, data):
        assert len(data) == width * height * bands, (width, height, bands, len(data))
        self.width, self.height, self.bands, self.data = width, height, bands, bytes(data)

    @property
    def size(self):
        return self.width, self.height

    def at(self, x, y):
        i = (y * self.width + x) * self.bands
        return self.data[i:i + self.bands]

    def map(self, width, height, place):
        """A picture whose pixel at (x, y) is this one's at place(x, y)."""
        return Pixels(width, height, self.bands,
                      b''.join(self.at(*place(x, y)) for y in range(height) for x in range(width)))

    def flip(self):
        return self.map(self.width, self.height, lambda x, y: (x, self.height - 1 - y))

    def flop(self):
        return self.map(self.width, self.height, lambda x, y: (self.width - 1 - x, y))

    def turned(self):
        """Clockwise by a quarter."""
        return self.map(self.height, self.width, lambda x, y: (y, self.height - 1 - x))

    def crop(self, left, top, width, height):
        return self.map(width, height, lambda x, y: (left + x, top + y))

    def rgb(self, background=None):
        """Three bands; transparency is laid over the background, or dropped."""
        out = bytearray()
        for i in range(0, len(self.data), self.bands):
            pixel = self.data[i:i + self.bands]
            colour = pixel[:3] if self.bands >= 3 else pixel[:1] * 3
            if background is not None and self.bands in (2, 4):
                alpha = pixel[-1]
                colour = [(c * alpha + b * (255 - alpha) + 127) // 255
                          for c, b in zip(colour, background)]
            out += bytes(colour)
        return Pixels(self.width, self.height, 3, out)

    def png(self, path):
        kind = {1: 0, 2: 4, 3: 2, 4: 6}[self.bands]
        row = self.width * self.bands
        raw = b''.join(b'\0' + self.data[y * row:(y + 1) * row] for y in range(self.height))
        chunks = ((b'IHDR', struct.pack('>IIBBBBB', self.width, self.height, 8, kind, 0, 0, 0)),
                  (b'IDAT', zlib.compress(raw)), (b'IEND', b''))
        with open(path, 'wb') as f:
            f.write(b'\x89PNG\r\n\x1a\n')
            for name, body in chunks:
                f.write(struct.pack('>I', len(body)) + name + body +
                        struct.pack('>I', zlib.crc32(name + body)))


def distance(a, b):
    """Mean difference of a sample; infinite where the sizes differ."""
    a, b = a.rgb(), b.rgb()
    if a.size != b.size:
        return float('inf')
    return sum(abs(x - y) for x, y in zip(a.data, b.data)) / len(a.data)


def read_pnm(data):
    """Netpbm's PGM, PPM and PAM of 8 or 16 bits (https://netpbm.sourceforge.net/doc/)."""
    if data[:2] == b'P7':
        head, data = data.split(b'ENDHDR\n', 1)
        said = dict(line.split(None, 1) for line in head.split(b'\n')[1:] if line.strip())
        width, height, bands, most = (int(said[k]) for k in
                                      (b'WIDTH', b'HEIGHT', b'DEPTH', b'MAXVAL'))
    else:
        words, at = [], 0
        while len(words) < 4:
            if data[at:at + 1] == b'#':
                at = data.index(b'\n', at)
            elif data[at:at + 1].isspace():
                at += 1
            else:
                end = at
                while not data[end:end + 1].isspace():
                    end += 1
                words.append(data[at:end])
                at = end
        bands, (width, height, most), data = {b'P5': 1, b'P6': 3}[words[0]], map(int, words[1:]), data[at + 1:]
    if most > 255:
        data = data[0:2 * width * height * bands:2]
    return Pixels(width, height, bands, data[:width * height * bands])


def run(*command, data=None):
    done = subprocess.run([str(c) for c in command], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise RuntimeError(f'{command[0]}: {done.stderr.decode(errors="replace").strip()[-300:]}')
    return done.stdout


def convert(*arguments):
    """ImageMagick: decodes what has no decoder of its own, and is the second opinion."""
    return read_pnm(run('convert', *arguments, '-depth', '8', 'pam:-'))


def decode(path, frame=0):
    """The pixels of a file, by its first bytes and the decoder of that format's own people."""
    with open(path, 'rb') as f:
        head = f.read(16)
    with tempfile.TemporaryDirectory() as folder:
        copy, out = os.path.join(folder, 'in'), os.path.join(folder, 'out')
        with open(path, 'rb') as f, open(copy, 'wb') as g:
            g.write(f.read())
        if head[:3] == b'\xff\xd8\xff':
            return 'jpeg', read_pnm(run('djpeg', '-pnm', copy))
        if head[:4] == b'RIFF' and head[8:12] == b'WEBP':
            if frame or b'ANIM' in open(copy, 'rb').read(64):
                run('webpmux', '-get', 'frame', frame + 1, copy, '-o', out)
                copy = out
            run('dwebp', '-quiet', copy, '-pam', '-o', out + '.pam')
            return 'webp', read_pnm(open(out + '.pam', 'rb').read())
        if head[4:12] == b'ftypavif':
            run('avifdec', copy, out + '.png')
            return 'avif', convert(out + '.png')
        if head[:2] == b'\xff\x0a' or head[4:8] == b'JXL ':
            run('djxl', copy, out + '.png')
            return 'jxl', convert(out + '.png')
        if head[:4] == b'\x89PNG':
            return 'png', convert('png:' + copy)
        if head[:4] == b'GIF8':
            return 'gif', convert(f'gif:{copy}', '-coalesce', '(', '-clone', frame, ')',
                                  '-delete', '0--2')
        if head[:4] in (b'II*\0', b'MM\0*'):
            return 'tiff', convert(f'tiff:{copy}[0]')
    raise RuntimeError(f'no picture begins with {head!r}')


def frames(path):
    """How many frames ImageMagick finds; Debian's reads no JPEG XL, whose are single."""
    with open(path, 'rb') as f:
        head = f.read(12)
    if head[:2] == b'\xff\x0a' or head[4:8] == b'JXL ':
        return 1
    return len(run('identify', '-format', '%s\n', path).split())
