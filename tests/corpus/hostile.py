#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""hostile.py SAMPLES FOLDER [few]: makes pictures that no camera made.

SAMPLES is a folder of sound pictures, one of each format (sample.jpg, sample.png, ...). In FOLDER
come to be

  cut/      each sample, cut at every 64th byte
  flip/     each sample with some bits turned over, half of them in its first 256 bytes
  refused/  headers that claim more than any limit allows: refused by their headers alone
  heavy/    little bytes, much work: whatever the answer is, it comes in time

Equal samples make equal folders: the only randomness has a seed. `few` makes a sixteenth of
cut/ and flip/. The formats are written out by hand, so that each lie is one line here; the
numbers of the sections are those of the format's specification.
"""
import random
import struct
import sys
import zlib
from pathlib import Path

be16 = struct.Struct(">H").pack
be32 = struct.Struct(">I").pack
le16 = struct.Struct("<H").pack
le32 = struct.Struct("<I").pack


# --- PNG (RFC 2083) --------------------------------------------------------------------------

def png_chunk(kind, data):
    return be32(len(data)) + kind + data + be32(zlib.crc32(kind + data))


def png(width, height, *chunks, depth=8, colour=0, interlace=0):
    header = be32(width) + be32(height) + bytes([depth, colour, 0, 0, interlace])
    body = b"".join(chunks) or png_chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + body + png_chunk(b"IEND", b"")


def raw_zeros(size):
    """Zero bytes as DEFLATE blocks (RFC 1951) that end at a byte and can be repeated."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    return deflate.compress(bytes(size)) + deflate.flush(zlib.Z_FULL_FLUSH)


def zeros(size):
    """`size` zero bytes as a zlib stream (RFC 1950), a thousandth as long."""
    blocks = raw_zeros(1 << 20) * (size >> 20) + raw_zeros(size & 0xFFFFF)
    return b"\x78\x9c" + blocks + b"\x03\0" + be32((size % 65521) << 16 | 1)


def idat(size):
    return png_chunk(b"IDAT", zeros(size))


# --- JPEG (ITU-T T.81) -----------------------------------------------------------------------

def jpeg_segment(marker, data):
    return bytes([0xFF, marker]) + be16(len(data) + 2) + data


def jpeg_frame(marker, width, height):
    return jpeg_segment(marker, bytes([8]) + be16(height) + be16(width) + bytes([1, 1, 0x11, 0]))


def jpeg_table(where, symbol):
    """A Huffman table whose only code is `0`."""
    return jpeg_segment(0xC4, bytes([where, 1]) + bytes(15) + bytes([symbol]))


def jpeg_scan(first, last, data):
    return jpeg_segment(0xDA, bytes([1, 1, 0, first, last, 0])) + data


JPEG_HEAD = b"\xff\xd8" + jpeg_segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + jpeg_segment(
    0xDB, bytes([0]) + bytes([16] * 64))


def jpeg_claims(width, height):
    return (JPEG_HEAD + jpeg_frame(0xC0, width, height) + jpeg_table(0x00, 0)
            + jpeg_table(0x10, 0) + jpeg_scan(0, 63, bytes(64)) + b"\xff\xd9")


def jpeg_scans(side, count):
    """Progressive: each scan of a few bytes (runs of 32767 empty blocks) visits all blocks."""
    blocks = (side + 7) // 8 * ((side + 7) // 8)
    empty = ("0" + "1" * 14) * (blocks // 32767 + 1)
    empty += "0" * (-len(empty) % 8)
    ac = bytes(int(empty[i:i + 8], 2) for i in range(0, len(empty), 8)).replace(b"\xff", b"\xff\0")
    return (JPEG_HEAD + jpeg_frame(0xC2, side, side) + jpeg_table(0x00, 0)
            + jpeg_scan(0, 0, bytes(blocks // 8 + 1)) + jpeg_table(0x10, 0xE0)
            + jpeg_scan(1, 63, ac) * count + b"\xff\xd9")


def jpeg_exif_loop(sample):
    """EXIF whose folder of tags is followed by itself (TIFF 6.0, section 2)."""
    entry = le16(0x112) + le16(3) + le32(1) + le32(6)
    exif = b"Exif\0\0II*\0" + le32(8) + le16(1) + entry + le32(8)
    return sample[:2] + jpeg_segment(0xE1, exif) + sample[2:]


def jpeg_profiles(sample):
    """255 parts of one ICC profile, 64 KB each, and none of them a profile."""
    parts = (jpeg_segment(0xE2, b"ICC_PROFILE\0" + bytes([i, 255]) + bytes(65000))
             for i in range(1, 256))
    return sample[:2] + b"".join(parts) + sample[2:]


# --- GIF (GIF89a) ----------------------------------------------------------------------------

GIF_LINE = b"\x02\x02\x4c\x01\x00"  # one pixel, LZW


def gif(width, height, frames, frame_width=1, frame_height=1, data=GIF_LINE):
    frame = (b"\x21\xf9\x04\0\0\0\0\0" b"\x2c" + bytes(4) + le16(frame_width)
             + le16(frame_height) + b"\0" + data)
    return (b"GIF89a" + le16(width) + le16(height) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
            + b"\x21\xff\x0bNETSCAPE2.0\3\1\0\0\0" + frame * frames + b"\x3b")


# --- WebP (RFC 9649) -------------------------------------------------------------------------

def riff(*chunks):
    body = b"WEBP" + b"".join(kind + le32(len(data)) + data + b"\0" * (len(data) % 2)
                              for kind, data in chunks)
    return b"RIFF" + le32(len(body)) + body


def le24(value):
    return le32(value)[:3]


def vp8x(width, height, flags=0):
    return b"VP8X", bytes([flags, 0, 0, 0]) + le24(width - 1) + le24(height - 1)


def webp_picture(sample):
    """The chunk with the pixels of a sample without animation."""
    at = 12
    while sample[at:at + 4] not in (b"VP8 ", b"VP8L"):
        at += 8 + struct.unpack("<I", sample[at + 4:at + 8])[0] + 1 & ~1
    size = struct.unpack("<I", sample[at + 4:at + 8])[0]
    return sample[at:at + 4], sample[at + 8:at + 8 + size]


def webp_frames(sample, side, count):
    kind, data = webp_picture(sample)
    frame = (bytes(6) + le24(39) + le24(29) + le24(1) + b"\0"
             + kind + le32(len(data)) + data + b"\0" * (len(data) % 2))
    return riff(vp8x(side, side, 2), (b"ANIM", bytes(6)), *[(b"ANMF", frame)] * count)


# --- TIFF (6.0) ------------------------------------------------------------------------------

def tiff(width, height, rows, *, offset=8, count=64, next_ifd=0, compression=1, strips=None,
         data=bytes(64)):
    """One grey picture; its data at 8, its folder of tags behind them."""
    strips = (height + rows - 1) // rows if strips is None else strips
    place = 8 + len(data) + len(data) % 2
    table = place + 2 + 9 * 12 + 4
    many = strips > 1
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, compression),
            (262, 3, 1, 1), (273, 4, strips, table if many else offset), (277, 3, 1, 1),
            (278, 4, 1, rows), (279, 4, strips, table + 4 * strips if many else count)]
    ifd = le16(len(tags)) + b"".join(
        le16(tag) + le16(kind) + le32(n) + le32(value) for tag, kind, n, value in tags)
    tables = (le32(offset) * strips + le32(count) * strips) if many else b""
    follow = place if next_ifd == "loop" else next_ifd
    return (b"II*\0" + le32(place) + data + b"\0" * (len(data) % 2) + ifd + le32(follow) + tables)


def tiff_pages(count):
    """A chain of `count` pages that share their pixels."""
    size, out = 2 + 9 * 12 + 4, []
    for i in range(count):
        one = tiff(8, 8, 8, next_ifd=72 + size * (i + 1) if i + 1 < count else 0)
        out.append(one[72:72 + size] if i else one[:72 + size])
    return b"".join(out)


# --- AVIF (ISO 23008-12), JPEG XL (ISO 18181-1) -----------------------------------------------

def avif_claims(sample, width, height):
    at = sample.index(b"ispe") + 8
    return sample[:at] + be32(width) + be32(height) + sample[at + 8:]


def jxl_claims(width, height):
    bits, n = 0, 0
    for value, size in ((0, 1), (3, 2), (height - 1, 30), (0, 3), (3, 2), (width - 1, 30)):
        bits |= value << n
        n += size
    return b"\xff\x0a" + bits.to_bytes(n // 8 + 1, "little") + bytes(64)


# --- The folders -----------------------------------------------------------------------------

def cuts(samples, step):
    for name, data in samples.items():
        for size in range(0, len(data), 64 * step):
            yield f"{name.suffix[1:]}-{size}{name.suffix}", data[:size]


def flips(samples, count):
    for name, data in samples.items():
        for seed in range(count):
            dice = random.Random(f"{name.suffix}{seed}")
            flipped = bytearray(data)
            for _ in range(dice.randint(1, 8)):
                at = dice.randrange(len(data) if seed % 2 else min(len(data), 256))
                flipped[at] ^= 1 << dice.randrange(8)
            yield f"{name.suffix[1:]}-{seed}{name.suffix}", bytes(flipped)


def refused(sample):
    for side in (65500, 65535):
        yield f"side-{side}.jpg", jpeg_claims(side, side)
    for side in (20000, 1000000, 2**31 - 1):
        yield f"side-{side}.png", png(side, side)
    yield "deep-20000.png", png(20000, 20000, idat(20000 * 1000), depth=16, colour=6)
    yield "interlaced-20000.png", png(20000, 20000, idat(20000 * 1000), interlace=1)
    yield "side-65535.gif", gif(65535, 65535, 1, 65535, 65535)
    yield "frame-65535.gif", gif(16, 16, 1, 65535, 65535)
    for side in (16384, 1 << 24):
        yield f"canvas-{side}.webp", webp_frames(sample[".webp"], side, 1)
    yield "side-100000.tif", tiff(100000, 100000, 100000)
    yield "side-4294967295.tif", tiff(2**32 - 1, 2**32 - 1, 1, strips=1)
    if ".avif" in sample:
        for side in (16384, 2**31 - 1):
            yield f"side-{side}.avif", avif_claims(sample[".avif"], side, side)
    yield "side-2e30.jxl", jxl_claims(2**30, 2**30)


def heavy(sample):
    yield "empty.jpg", b""
    for suffix, data in sample.items():
        yield f"magic{suffix}", data[:12]
    yield "drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    yield "inflates-100m.png", png(9999, 9999, idat(10000 * 9999))
    yield "inflates-beyond.png", png(16, 16, idat(256 << 20))
    yield "texts.png", png(16, 16, *[png_chunk(b"zTXt", b"k\0\0" + zeros(7 << 20))] * 200,
                           idat(17 * 16))
    yield "profile.png", png(16, 16, png_chunk(b"iCCP", b"k\0\0" + zeros(64 << 20)), idat(17 * 16))
    for count in (90, 5000):
        yield f"scans-{count}.jpg", jpeg_scans(9992, count)
    yield "exif-loop.jpg", jpeg_exif_loop(sample[".jpg"])
    yield "profiles.jpg", jpeg_profiles(sample[".jpg"])
    yield "frames-20000.gif", gif(16, 16, 20000)
    yield "frames-large.gif", gif(9999, 9999, 1000)
    yield "frame-beyond.gif", gif(16, 16, 50, 9999, 9999)
    yield "frames-large.webp", webp_frames(sample[".webp"], 9999, 1000)
    yield "frames-20000.webp", webp_frames(sample[".webp"], 40, 20000)
    yield "pages-loop.tif", tiff(8, 8, 8, next_ifd="loop")
    yield "pages-60000.tif", tiff_pages(60000)
    yield "strips.tif", tiff(9999, 9999, 1, count=9999, data=bytes(9999))
    yield "strip-deflated.tif", tiff(9999, 9999, 9999, compression=8, data=zeros(9999 * 9999),
                                     count=len(zeros(9999 * 9999)))
    yield "strip-beyond.tif", tiff(9999, 9999, 9999, offset=8, count=2**32 - 1)
    yield "strip-outside.tif", tiff(64, 64, 64, offset=2**32 - 8, count=4096)
    yield "strips-claimed.tif", tiff(64, 64, 1, strips=1)
    if ".avif" in sample:
        yield "claims-9999.avif", avif_claims(sample[".avif"], 9999, 9999)


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files:
        (folder / name).write_bytes(data)


def main():
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    few = sys.argv[3:] == ["few"]
    samples = {path: path.read_bytes() for path in sorted(source.iterdir())}
    by_suffix = {path.suffix: data for path, data in samples.items()}
    write(target / "cut", cuts(samples, 16 if few else 1))
    write(target / "flip", flips(samples, 6 if few else 96))
    write(target / "refused", refused(by_suffix))
    write(target / "heavy", heavy(by_suffix))


main()
