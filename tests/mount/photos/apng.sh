#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An animated PNG is its still picture, which it has for readers that know no animation: libvips is
# one. Its own bytes are never served for that, for they move.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
need python3

python3 - "$SRC/moving.png" <<'END'
import struct, sys, zlib
def chunk(kind, body):
    return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
def pixels(colour):
    return zlib.compress((b'\0' + bytes(colour) * 40) * 30)
def control(number):
    return chunk(b'fcTL', struct.pack('>IIIIIHHBB', number, 40, 30, 0, 0, 1, 10, 0, 0))
open(sys.argv[1], 'wb').write(
    b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 40, 30, 8, 2, 0, 0, 0)) +
    chunk(b'acTL', struct.pack('>II', 2, 0)) +
    control(0) + chunk(b'IDAT', pixels((200, 30, 40))) +
    control(1) + chunk(b'fdAT', struct.pack('>I', 2) + pixels((30, 40, 200))) + chunk(b'IEND', b''))
END
start
decodes_to "$MNT/moving.png@webp" webp 40x30
webpinfo "$MNT/moving.png@webp" >"$T/info"
never grep -q ANMF "$T/info"
decodes_to "$MNT/moving.png@png-e9" png 40x30
never grep -qa -e acTL -e fdAT "$MNT/moving.png@png-e9"
djpeg -pnm "$MNT/moving.png@jpeg" | tail -c 3 | od -An -tu1 | read -r red _ blue
at_least "$red" 150 'red of the still picture'
at_most "$blue" 100 'blue of the still picture'
