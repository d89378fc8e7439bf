#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A cache folder that is removed under the daemon is made anew, and the mount goes on meanwhile.
. "$(dirname "$0")/../lib.sh"

for n in 1 2 3 4; do fake "$SRC/$n.jpg" "output=5000$n"; done
start_fake prefetch=off # what is counted is what was asked for
cat "$MNT/1.jpg@webp" >"$T/1"
rm -rf "$CACHE"
cmp "$T/1" "$MNT/1.jpg@webp"
is "$(wc -c <"$MNT/2.jpg@webp")" 50002
await 10 test -s "$CACHE/catalog.db"
await 10 stat_is cache_state '"ok"'
is "$(wc -c <"$MNT/3.jpg@webp")" 50003
is "$(stat_of entries)" 1 'variants kept since'
is "$(grep -c 'takes no variants' "$LOG")" 1
is "$(grep -c 'takes variants again' "$LOG")" 1
# It is the same cache: steered by its socket, kept by the next mount.
await 10 test -S "$CACHE/control.sock"
"$LENSCTL" cache limit 1g "$MNT" || fail 'it cannot be steered any more'
stop
start_fake prefetch=off # what is counted is what was asked for
is "$(stat_of entries)" 1 'variants of the earlier mount'
is "$(wc -c <"$MNT/3.jpg@webp")" 50003
is "$(stat_of encodes)" 0 'encodes'
