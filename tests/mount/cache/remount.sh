#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A later mount on the same cache folder has the variants, and the failures, of the earlier one.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 300x200 pattern=noise
head -c 200 "$SRC/a.jpg" >"$SRC/damaged.jpg"
start
cat "$MNT/a.jpg@webp" >"$T/webp"
cat "$MNT/a.jpg@w100.png" >"$T/png"
tried EIO read "$MNT/damaged.jpg@webp"
is "$(stat_of encodes)" 2 'encodes'
stop

start
is "$(stat_of entries)" 2 'entries'
is "$(stat -c %s "$MNT/a.jpg@webp")" "$(stat -c %s "$T/webp")"
cmp "$T/webp" "$MNT/a.jpg@webp"
cmp "$T/png" "$MNT/a.jpg@w100.png"
tried EIO read "$MNT/damaged.jpg@webp"
is "$(stat_of encodes)" 0 'encodes'
is "$(stat_of encode_failures)" 0 'failed encodes'
stop

# And nothing of it is needed: without the folder, everything is made again.
rm -r "$CACHE"
start
cmp "$T/webp" "$MNT/a.jpg@webp"
is "$(stat_of encodes)" 1 'encodes'
