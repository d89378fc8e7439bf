#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From the first level of memory pressure on nothing is encoded ahead, and afterwards it is again.
. "$(dirname "$0")/../lib.sh"

level_is() { [[ $(stat_of level) == "\"$1\"" ]]; }
for i in $(seq -w 1 20); do fake "$SRC/p$i.jpg" sleep=100ms "output=10$i"; done
start_fake
"$LENSCTL" pressure "$MNT" --set elevated --for 60s
await 5 level_is elevated
for i in $(seq -w 1 10); do is "$(head -c 1M "$MNT/p$i.jpg@webp" | wc -c)" "10$i" size; done
is "$(stat_of prefetched)" 0 'encodes ahead'
is "$(stat_of encodes)" 10 encodes
at_least "$(stat_of prefetch_dropped)" 1 'given up'
is "$(stat_of encode_failures)" 0 failures
is "$(stat_of busy)" 0 'refused'
"$LENSCTL" pressure "$MNT" --set normal --for 60s
await 5 level_is normal
for i in $(seq -w 11 20); do is "$(head -c 1M "$MNT/p$i.jpg@webp" | wc -c)" "10$i" size; done
at_least "$(stat_of prefetched)" 4 'encodes ahead'
is "$(stat_of encodes)" 20 encodes
