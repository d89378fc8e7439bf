# SPDX-License-Identifier: MIT
"""Pictures with exactly the numbers that were given, and the numbers of decoded ones."""
import struct
import zlib

def packed(rows, depth):
    return [struct.pack('>%dH' % len(r), *r) if depth == 16 else bytes(r) for r in rows]


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(path, rows, channels, depth=8, icc=None, extra=b''):
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    out = b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack(
        '>IIBBBBB', len(rows[0]) // channels, len(rows), depth, kind, 0, 0, 0))
    if icc:
        out += chunk(b'iCCP', b'test\0\0' + zlib.compress(icc))
    data = b''.join(b'\0' + r for r in packed(rows, depth))
    out += extra + chunk(b'IDAT', zlib.compress(data)) + chunk(b'IEND', b'')
    open(path, 'wb').write(out)


def tiff(path, rows, channels, depth, photometric, icc=None, floats=False, alpha=0, orientation=1):
    """Little endian, one strip, as it comes. `alpha` is the kind of one that is there."""
    if floats:
        data = b''.join(struct.pack('<%df' % len(r), *r) for r in rows)
    elif depth == 16:
        data = b''.join(struct.pack('<%dH' % len(r), *r) for r in rows)
    else:
        data = b''.join(bytes(v & 255 for v in r) for r in rows)
    tags = [(256, 4, [len(rows[0]) // channels]), (257, 4, [len(rows)]),
            (258, 3, [depth] * channels), (259, 3, [1]), (262, 3, [photometric]), (273, 4, [8]),
            (274, 3, [orientation]), (277, 3, [channels]), (278, 4, [len(rows)]),
            (279, 4, [len(data)])]
    if photometric == 5:
        tags.append((332, 3, [1]))
    if alpha:
        tags.append((338, 3, [alpha]))
    tags.append((339, 3, [3 if floats else 1] * channels))
    if icc:
        tags.append((34675, 7, icc))
    tags.sort()
    entries, far, at = b'', b'', 8 + len(data) + 2 + 12 * len(tags) + 4
    for tag, kind, values in tags:
        value = bytes(values) if kind == 7 else \
            struct.pack('<%d%s' % (len(values), 'H' if kind == 3 else 'I'), *values)
        if len(value) > 4:
            where = struct.pack('<I', at + len(far))
            far += value + bytes(len(value) % 2)
        else:
            where = value.ljust(4, b'\0')
        entries += struct.pack('<HHI', tag, kind, len(values)) + where
    open(path, 'wb').write(b'II*\0' + struct.pack('<I', 8 + len(data)) + data +
                           struct.pack('<H', len(tags)) + entries + bytes(4) + far)


DC_CODES = ['00', '010', '011', '100', '101', '110'] + ['1' * n + '0' for n in range(3, 9)]


def jpeg(path, rows, channels, icc=None, adobe=None):
    """Baseline, quantised by 1, for pictures whose blocks of 8 by 8 each have one colour: so what
    is in the file is exactly what was given. `adobe` is the transform that its marker names."""
    def segment(mark, body):
        return b'\xff' + bytes((mark,)) + struct.pack('>H', len(body) + 2) + body
    head = b'\xff\xd8'
    if adobe is not None:
        head += segment(0xee, b'Adobe' + struct.pack('>HHHB', 100, 0, 0, adobe))
    for i in range(0, len(icc or b''), 65000):
        head += segment(0xe2, b'ICC_PROFILE\0' + bytes((i // 65000 + 1, len(icc) // 65000 + 1)) +
                        icc[i:i + 65000])
    head += segment(0xdb, b'\0' + bytes([1] * 64))
    head += segment(0xc0, struct.pack('>BHHB', 8, len(rows), len(rows[0]) // channels, channels) +
                    b''.join(bytes((i, 0x11, 0)) for i in range(channels)))
    head += segment(0xc4, bytes((0, 0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)) + bytes(range(12)))
    head += segment(0xc4, bytes((0x10, 0, 0, 0, 1) + (0,) * 12) + b'\0')
    head += segment(0xda, bytes((channels,)) + b''.join(bytes((i, 0)) for i in range(channels)) +
                    b'\0\x3f\0')
    bits, before = [], [0] * channels
    for y in range(0, len(rows), 8):
        for x in range(0, len(rows[0]), 8 * channels):
            for c in range(channels):
                dc = 8 * (rows[y][x + c] - 128)
                far, before[c] = dc - before[c], dc
                size = abs(far).bit_length()
                bits.append(DC_CODES[size])
                if size:
                    bits.append(format(far if far > 0 else far + (1 << size) - 1, f'0{size}b'))
                bits.append('0000')
    text = ''.join(bits)
    text += '1' * (-len(text) % 8)
    body = int(text, 2).to_bytes(len(text) // 8, 'big').replace(b'\xff', b'\xff\0')
    open(path, 'wb').write(head + body + b'\xff\xd9')


class Picture:
    def __init__(self, width, height, channels, depth, samples):
        self.width, self.height, self.channels = width, height, channels
        self.depth, self.samples = depth, samples

    def at(self, x, y):
        """Of 1; colour is three numbers."""
        start = (y * self.width + x) * self.channels
        p = [v / self.depth for v in self.samples[start:start + self.channels]]
        return p[:1] * 3 + p[1:] if self.channels < 3 else p


def read_pnm(data):
    fields, at = [], 0
    if data[:2] == b'P7':
        head, _, body = data.partition(b'ENDHDR\n')
        said = dict(line.split(None, 1) for line in head.decode().splitlines()[1:])
        w, h, c, most = (int(said[k]) for k in ('WIDTH', 'HEIGHT', 'DEPTH', 'MAXVAL'))
    else:
        while len(fields) < 4:
            end = at
            while data[end:end + 1].strip():
                end += 1
            fields.append(data[at:end])
            at = end + 1
        w, h, most = map(int, fields[1:])
        c, body = 3 if fields[0] == b'P6' else 1, data[at:]
    n = w * h * c
    samples = struct.unpack('>%dH' % n, body[:2 * n]) if most > 255 else body[:n]
    return Picture(w, h, c, most, samples)


def read_png(data):
    at, body = 8, b''
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        if kind == b'IHDR':
            w, h, depth, colour = struct.unpack('>IIBB', data[at + 8:at + 18])
        elif kind == b'IDAT':
            body += data[at + 8:at + 8 + size]
        at += 12 + size
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    step, raw, prior, out = channels * depth // 8, zlib.decompress(body), None, bytearray()
    stride = w * step
    prior = bytearray(stride)
    for y in range(h):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride if kind else 0):
            a = line[i - step] if i >= step else 0
            b, c = prior[i], prior[i - step] if i >= step else 0
            if kind == 1:
                line[i] = line[i] + a & 255
            elif kind == 2:
                line[i] = line[i] + b & 255
            elif kind == 3:
                line[i] = line[i] + (a + b) // 2 & 255
            else:
                pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                line[i] = line[i] + (a if pa <= pb and pa <= pc else b if pb <= pc else c) & 255
        out += line
        prior = line
    samples = struct.unpack('>%dH' % (len(out) // 2), out) if depth == 16 else out
    return Picture(w, h, channels, (1 << depth) - 1, samples)


def read(path):
    data = open(path, 'rb').read()
    return read_png(data) if data[:4] == b'\x89PNG' else read_pnm(data)
