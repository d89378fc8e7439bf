#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# However many readers wait for one name, or for names of equal pictures, it is encoded once.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" sleep=500ms output=300000
start_fake workers=4
readers=()
for i in 1 2 3 4 5 6 7 8; do
	cat "$MNT/a.jpg@webp" >"$T/out.$i" &
	readers+=($!)
done
for reader in "${readers[@]}"; do wait "$reader"; done
is "$(stat_of encodes)" 1 'encodes'
is "$(stat_of misses)" 1 'misses'
at_least "$(stat_of coalesced)" 1 'coalesced'
is "$(wc -c <"$T/out.1")" 300000
for i in 2 3 4 5 6 7 8; do cmp "$T/out.1" "$T/out.$i"; done

readers=()
for i in 1 2 3 4 5 6 7 8; do cp "$SRC/a.jpg" "$SRC/copy.$i.jpg"; done
for i in 1 2 3 4 5 6 7 8; do
	cat "$MNT/copy.$i.jpg@avif" >"$T/copy.$i" &
	readers+=($!)
done
for reader in "${readers[@]}"; do wait "$reader"; done
is "$(stat_of encodes)" 2 'encodes'
for i in 2 3 4 5 6 7 8; do cmp "$T/copy.1" "$T/copy.$i"; done
