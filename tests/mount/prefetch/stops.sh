#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A reader that stops leaves nothing in line: what was begun ends, the rest is dropped; what was
# made and nobody came for is counted as wasted once it is dropped from the cache. A reader
# that goes on has its window again.
. "$(dirname "$0")/../lib.sh"

for i in $(seq -w 1 40); do fake "$SRC/p$i.jpg" sleep=1500ms "output=10$i"; done
cat_nth() { cat "$MNT/p$1.jpg@webp" >/dev/null; }
quiet() { stat_is queue 0 && stat_is running 0; }

start_fake workers=2
for i in 01 02 03 04 05 06; do cat_nth "$i"; done
at_least "$(stat_of prefetched)" 2 'encodes ahead'
await 20 quiet
dropped=$(stat_of prefetch_dropped)
at_least "$dropped" 1 'given up'
encodes=$(stat_of encodes)
at_most "$encodes" 13 encodes
sleep 4
is "$(stat_of encodes)" "$encodes" 'encodes after the reader stopped'
unread=$(stat_of prefetch_unread)
at_least "$unread" 1 'made and not read'
is "$(($(stat_of prefetch_useful) + unread))" "$(stat_of prefetched)" 'all that was made'

for i in 07 08 09; do cat_nth "$i"; done
at_least "$(stat_of prefetched)" 6 'encodes ahead of who goes on'
await 20 quiet
unread=$(stat_of prefetch_unread)
at_least "$unread" 1 'made and not read'
"$LENSCTL" cache clear "$MNT" >/dev/null
all_wasted() { stat_is prefetch_unread 0; }
await 10 all_wasted
is "$(stat_of prefetch_wasted)" "$unread" 'wasted'
