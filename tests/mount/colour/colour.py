# SPDX-License-Identifier: MIT
"""Colour by its equations, and ICC profiles byte by byte (ICC.1:2010): nothing of lcms or libvips,
so that both can be judged by it."""
import math
import struct

D50 = (0.9642, 1.0, 0.8249)
D65 = (0.3127, 0.3290)
BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))


def apply(m, v):
    return [sum(a * b for a, b in zip(row, v)) for row in m]


def multiply(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


def inverse(m):
    (a, b, c), (d, e, f), (g, h, i) = m
    det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return [[(e * i - f * h) / det, (c * h - b * i) / det, (b * f - c * e) / det],
            [(f * g - d * i) / det, (a * i - c * g) / det, (c * d - a * f) / det],
            [(d * h - e * g) / det, (b * g - a * h) / det, (a * e - b * d) / det]]


def xyz_of(x, y):
    return [x / y, 1.0, (1 - x - y) / y]


def adapted(white):
    """From this white to the D50 of profiles, after Bradford."""
    have, want = apply(BRADFORD, xyz_of(*white)), apply(BRADFORD, D50)
    scale = [[want[i] / have[i] if i == j else 0 for j in range(3)] for i in range(3)]
    return multiply(inverse(BRADFORD), multiply(scale, BRADFORD))


def to_xyz(primaries, white):
    """Linear RGB to XYZ of D50."""
    columns = list(zip(*[xyz_of(*p) for p in primaries]))
    amounts = apply(inverse(columns), xyz_of(*white))
    return multiply(adapted(white), [[c * a for c, a in zip(row, amounts)] for row in columns])


def srgb_linear(v):
    return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4


def srgb_encode(v):
    v = min(max(v, 0.0), 1.0)
    return v * 12.92 if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055


SRGB = to_xyz(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), D65)


def srgb_of(xyz):
    return [srgb_encode(v) for v in apply(inverse(SRGB), xyz)]


def lab_of(xyz):
    def f(t):
        return t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116
    x, y, z = (f(v / w) for v, w in zip(xyz, D50))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def xyz_of_lab(l, a, b):
    def g(t):
        return t ** 3 if t ** 3 > 216 / 24389 else (116 * t - 16) * 27 / 24389
    y = (l + 16) / 116
    return [w * g(t) for w, t in zip(D50, (y + a / 500, y, y - b / 200))]


def difference(lab1, lab2):
    """CIEDE2000: Sharma, Wu, Dalal, Color Research & Application 30 (2005)."""
    (l1, a1, b1), (l2, a2, b2) = lab1, lab2
    c7 = ((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2) ** 7
    g = 1.5 - 0.5 * math.sqrt(c7 / (c7 + 25 ** 7))
    a1, a2 = a1 * g, a2 * g
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = math.degrees(math.atan2(b1, a1)) % 360, math.degrees(math.atan2(b2, a2)) % 360
    dh = 0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    big_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(dh / 2))
    h = h1 + h2 if c1 * c2 == 0 else (h1 + dh / 2) % 360
    l, c = (l1 + l2) / 2, (c1 + c2) / 2
    t = (1 - 0.17 * math.cos(math.radians(h - 30)) + 0.24 * math.cos(math.radians(2 * h))
         + 0.32 * math.cos(math.radians(3 * h + 6)) - 0.20 * math.cos(math.radians(4 * h - 63)))
    sl = 1 + 0.015 * (l - 50) ** 2 / math.sqrt(20 + (l - 50) ** 2)
    sc, sh = 1 + 0.045 * c, 1 + 0.015 * c * t
    turn = math.sin(math.radians(60 * math.exp(-((h - 275) / 25) ** 2)))
    rt = -2 * math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * turn
    dl, dc, dh = (l2 - l1) / sl, (c2 - c1) / sc, big_h / sh
    return math.sqrt(max(0, dl * dl + dc * dc + dh * dh + rt * dc * dh))


def lab_of_srgb(rgb):
    return lab_of(apply(SRGB, [srgb_linear(v) for v in rgb]))


def ycc(r, g, b):
    """JFIF, rounded."""
    y = 0.299 * r + 0.587 * g + 0.114 * b
    return [min(255, round(v)) for v in (y, 128 + (b - y) / 1.772, 128 + (r - y) / 1.402)]


def rgb_of(y, cb, cr):
    """Of 1."""
    r, b = y + 1.402 * (cr - 128), y + 1.772 * (cb - 128)
    return [min(max(v / 255, 0), 1) for v in (r, (y - 0.299 * r - 0.114 * b) / 0.587, b)]


def fixed(v):
    return struct.pack('>i', round(v * 65536))


def profile(kind, space, pcs, tags):
    tags = {b'desc': b'desc' + struct.pack('>4xI', 5) + b'test\0' + bytes(78),
            b'cprt': b'text\0\0\0\0none\0', b'wtpt': b'XYZ \0\0\0\0' + b''.join(map(fixed, D50)),
            **tags}
    table, body, at = b'', b'', 132 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack('>II', at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack('>I4sI4s4s4s', at + len(body), b'none', 0x02400000, kind, space, pcs)
    head += struct.pack('>6H', 2026, 1, 1, 0, 0, 0) + b'acsp' + bytes(28)
    head += b''.join(map(fixed, D50)) + bytes(48)
    return head + struct.pack('>I', len(tags)) + table + body


def curve(linear):
    """1024 points of a transfer function."""
    points = [round(linear(i / 1023) * 65535) for i in range(1024)]
    return b'curv' + struct.pack('>4xI1024H', 1024, *points)


def matrix_profile(matrix, linear):
    tags = {}
    for name, column in zip('rgb', zip(*matrix)):
        tags[f'{name}XYZ'.encode()] = b'XYZ \0\0\0\0' + b''.join(map(fixed, column))
        tags[f'{name}TRC'.encode()] = curve(linear)
    return profile(b'mntr', b'RGB ', b'XYZ ', tags)


def grey_profile(linear):
    return profile(b'mntr', b'GRAY', b'XYZ ', {b'kTRC': curve(linear)})


# Ink is 0, 1/2 or all of it; what each mixture looks like is invented, soft and within sRGB.
def ink_lab(c, m, y, k):
    light = 1 - 0.35 * c - 0.4 * m - 0.1 * y
    return (100 * light * (1 - k), (-22 * c + 38 * m - 3 * y) * (1 - k),
            (-22 * c - 4 * m + 46 * y) * (1 - k))


def ink_profile():
    """lut16Type, 3 points an ink, without curves."""
    grid = b''
    for at in range(81):
        l, a, b = ink_lab(*[at // 3 ** n % 3 / 2 for n in (3, 2, 1, 0)])
        grid += struct.pack('>3H', *[round(v * 65280 / 255) for v in
                                     (l * 2.55, a + 128, b + 128)])
    line = struct.pack('>2H', 0, 65535)
    lut = b'mft2\0\0\0\0' + bytes((4, 3, 3, 0)) + struct.pack('>9i', *[65536 * (i % 4 == 0) for i in range(9)])
    lut += struct.pack('>2H', 2, 2) + line * 4 + grid + line * 3
    return profile(b'prtr', b'CMYK', b'Lab ', {b'A2B0': lut})
