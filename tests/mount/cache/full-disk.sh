#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A cache folder on a full disk costs the keeping, and never a read.
. "$(dirname "$0")/../lib.sh"

need_root
mkdir "$CACHE"
mount -t tmpfs -o size=2m none "$CACHE" || skip 'no tmpfs here'
at_end umount -l "$CACHE"
fake "$SRC/a.jpg" output=900000
start_fake cache_size=100m
for q in 1 2 3 4 5 6; do
	cat "$MNT/a.jpg@webp-q$q" >"$T/$q"
	is "$(wc -c <"$T/$q")" 900000 "size of q$q"
	cmp "$T/$q" "$MNT/a.jpg@webp-q$q"
done
head -c 3m /dev/zero >"$CACHE/filler" 2>/dev/null || true
for q in 11 12; do is "$(wc -c <"$MNT/a.jpg@webp-q$q")" 900000 "size of q$q"; done
