#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Bytes of mirrored files, whole, in pieces and beyond the end.
. "$(dirname "$0")/../lib.sh"

head -c 30000001 /dev/urandom >"$SRC/big.bin"
head -c 4096 /dev/urandom >"$SRC/page.bin"
picture "$SRC/p.jpg" 320x240
start

for file in big.bin page.bin p.jpg; do cmp "$SRC/$file" "$MNT/$file"; done
piece() { dd if="$1" bs=70000 count=1 skip="$2" iflag=skip_bytes,fullblock status=none; }
for at in 0 1 4095 4096 131072 29999999; do
	cmp <(piece "$SRC/big.bin" "$at") <(piece "$MNT/big.bin" "$at")
done
is "$(dd if="$MNT/page.bin" bs=4096 skip=1 status=none | wc -c)" 0 'what lies beyond the end'
cmp "$SRC/big.bin" <(probe sendfile "$MNT/big.bin")
cmp "$SRC/big.bin" <(probe mmap "$MNT/big.bin" 30000001)
is "$(stat_of encodes)" 0 'encodes'
