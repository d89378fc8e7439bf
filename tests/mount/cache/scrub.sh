#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# After an unclean stop what is wrong in the cache goes without anybody asking for it, by a thread
# of idle priority; after a clean one nothing is looked at again.
. "$(dirname "$0")/../lib.sh"

for n in $(seq 1 60); do fake "$SRC/$n.jpg" "output=$((10000 + n))"; done
read_all() { for n in $(seq 1 60); do cat "$MNT/$n.jpg@webp"; done >"$T/$1"; }
blob() { find "$CACHE/blobs" -type f -size "$1c"; }
scrub_thread() { grep -lx lensfs-scrub "/proc/$DAEMON/task/"*/comm; }
start_fake
read_all good
is "$(stat_of scrub)" '"idle"' 'scrub of a new cache'
kill -KILL "$DAEMON"
exits "$DAEMON" 137
lost
rm "$(blob 10001)"
truncate -s 10 "$(blob 10002)"
printf 'xx' | dd of="$(blob 10003)" conv=notrunc bs=1 seek=5000 status=none
start_fake
# Policy 5 is SCHED_IDLE.
thread=$(scrub_thread)
is "$(sed 's/.*) //' "${thread%comm}stat" | cut -d' ' -f39)" 5 'scheduling policy of the scrub'
await 60 stat_is scrub_rounds 1
is "$(stat_of scrub_found)" 3 'found wrong'
is "$(stat_of scrub_mended)" 3 'mended'
is "$(stat_of dropped)" 3 'dropped'
is "$(stat_of entries)" 57 'entries'
is "$(stat_of hits)" 0 'hits: nobody has asked for anything'
is "$(stat_of catalog)" '"sound"' catalog
has "$(cat "$LOG")" 'of 60 blobs looked at, 3 were'
read_all again
cmp "$T/good" "$T/again"
is "$(stat_of encodes)" 3 'encodes'
stop
start_fake
# It has looked whether there is something to do, and waits: one that is at work is not idle.
scrub_waits() { [[ $(sed 's/.*) //' "${thread%comm}stat" | cut -d' ' -f1) == S ]]; }
thread=$(scrub_thread)
await 10 scrub_waits
is "$(stat_of scrub)" '"idle"' 'scrub after a clean stop'
is "$(stat_of scrub_rounds)" 0 'rounds after a clean stop'
stop

# It is no reason to stop later, and goes on in the next session.
start_fake
kill -KILL "$DAEMON"
exits "$DAEMON" 137
lost
start_fake
begun=$(now_ms)
stop
at_most $(($(now_ms) - begun)) 5000 'milliseconds to stop during a scrub'
start_fake
await 60 stat_is scrub_rounds 1
is "$(stat_of scrub_found)" 0 'found wrong'
