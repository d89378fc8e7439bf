#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One cp -r of a folder through a view, which goes by inode, and one rsync of it, which goes by
# name, find most pictures made; nothing is made that they do not copy.
. "$(dirname "$0")/../lib.sh"
need rsync

mkdir -p "$SRC/trip/day2"
for i in $(seq -w 1 16); do fake "$SRC/trip/p$i.jpg" sleep=200ms "output=10$i"; done
for i in $(seq -w 1 16); do fake "$SRC/trip/day2/q$i.jpg" sleep=200ms "output=20$i"; done
echo text >"$SRC/trip/notes.txt"

start_fake workers=2
cp -r "$MNT/trip@webp" "$T/copy"
is "$(find "$T/copy" -name '*.webp' | wc -l)" 32 'pictures copied'
cmp "$T/copy/notes.txt" "$SRC/trip/notes.txt"
is "$(stat_of encodes)" 32 encodes
at_least "$(stat_of prefetched)" 16 'encodes ahead'
is "$(stat_of prefetch_useful)" "$(stat_of prefetched)" 'of those, that were read'

before=$(stat_of prefetched)
rsync -r "$MNT/trip@webp-q20/" "$T/second"
is "$(find "$T/second" -name '*.webp' | wc -l)" 32 'pictures copied'
is "$(stat_of encodes)" 64 encodes
at_least $(($(stat_of prefetched) - before)) 16 'encodes ahead'
