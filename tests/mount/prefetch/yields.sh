#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who asks for something else does not wait behind what is encoded ahead, although that has every
# processor; and what yields to it is there in the end.
. "$(dirname "$0")/../lib.sh"

for i in $(seq -w 1 3); do fake "$SRC/p$i.jpg" "output=10$i"; done
for i in $(seq -w 4 9); do fake "$SRC/p$i.jpg" sleep=4s "output=10$i"; done
mkdir "$SRC/else"
fake "$SRC/else/a.jpg" sleep=100ms output=3000
busy_ahead() { stat_is running 1; }

start_fake workers=1
for i in 1 2 3; do cat "$MNT/p$i.jpg@webp" >/dev/null; done
await 5 busy_ahead
begin=$(now_ms)
is "$(head -c 1M "$MNT/else/a.jpg@webp" | wc -c)" 3000 size
at_most $(($(now_ms) - begin)) 2500 'milliseconds for who does not wait for it'
is "$(stat_of prefetched)" 0 'encodes ahead that are done by now'
is "$(head -c 1M "$MNT/p4.jpg@webp" | wc -c)" 104 size
is "$(stat_of prefetched)" 1 'encodes ahead'
is "$(stat_of prefetch_useful)" 1 'of those, that were read'
is "$(stat_of encoders_paused)" 0 'encodes stopped'
