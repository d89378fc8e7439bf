#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who reads here and there, lists the folder, or asks for what is known, has nothing encoded that it
# did not ask for.
. "$(dirname "$0")/../lib.sh"

for i in $(seq -w 1 40); do fake "$SRC/p$i.jpg" "output=10$i"; done
start_fake
asked=(07 32 03 28 15 40 22 33 08 30 19 12 25 02 37 11)
for i in "${asked[@]}"; do is "$(wc -c <"$MNT/p$i.jpg@webp")" "10$i" size; done
is "$(stat_of encodes)" ${#asked[@]} encodes

# Lookups alone encode nothing, however many are in turn.
for i in $(seq -w 1 40); do xattr_is "$MNT/p$i.jpg@webp-q20" state '"absent"' || true; done
ls -l "$MNT" >/dev/null
is "$(stat_of encodes)" ${#asked[@]} encodes

# Nor does a stat of what is known, evicted or not.
for i in 11 12 13 14 15; do cat "$MNT/p$i.jpg@webp-q30" >/dev/null; done
await 5 stat_is queue 0
await 5 stat_is running 0
encodes=$(stat_of encodes)
stop
start_fake
for i in 11 12 13 14 15; do stat "$MNT/p$i.jpg@webp-q30" >/dev/null; done
sleep 0.5
is "$(stat_of encodes)" 0 'encodes, of what is known'
at_least "$encodes" 21 'encodes before'
is "$(stat_of prefetched)" 0 'encodes ahead'
