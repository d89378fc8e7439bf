#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# In a control group of 256 MiB, with a budget that is far too large for it, 40 large pictures
# are asked for at once: nothing but encoders is killed, every read gets bytes or an errno that
# says why, cached and mirrored reads never fail, and afterwards all is as it was.
. "$(dirname "$0")/../lib.sh"

memory_group 256

for i in 0 1 2 3; do echo "$T/$i.jpg" 4000x3000 pattern=photo "seed=$i"; done |
	xargs -P 2 -n 4 make-picture
for i in $(seq 0 39); do { cat "$T/$((i % 4)).jpg"; echo "$i"; } >"$SRC/$i.jpg"; done
picture "$SRC/small.jpg" 320x200
start -w "$T/in-group" encode_memory=1g workers=4
has "$(stat_of pressure_sources)" group
group_is_read() { [[ $(stat_of pressure_group) != null ]]; }
await 5 group_is_read
cat "$MNT/small.jpg@webp" >"$T/known"

for i in $(seq 0 39); do
	(try read "$MNT/$i.jpg@webp-e0" >"$T/result.$i") &
	readers[i]=$!
done
# Meanwhile, and by descriptors of our own: what is cached and what is stored.
while [[ $(cat "$T"/result.* | wc -l) -lt 40 ]]; do
	cmp "$MNT/small.jpg@webp" "$T/known"
	cmp "$MNT/small.jpg" "$SRC/small.jpg"
	never dead "$DAEMON"
	sleep 0.1
done
wait "${readers[@]}"
sort "$T"/result.* | uniq -c >&2
never grep -vE '^(OK|EBUSY|EFBIG)$' "$T"/result.*
at_least "$(grep -l '^OK$' "$T"/result.* | wc -l)" 1 'pictures encoded'

peak=$(cat "$GROUP"/memory.{max_usage_in_bytes,peak} 2>/dev/null || true)
at_least "$peak" $((60 << 20)) 'bytes the group had at most' # it was put to the test

# The group's own killer took nobody but encoders: the daemon is who it was.
never dead "$DAEMON"
is "$(stat_of zygote_restarts)" 0 'zygotes lost'
await 30 grep -q '"level": "normal"' "$MNT/.lensfs/stats.json"
for i in 0 20 39; do tried OK read "$MNT/$i.jpg@webp-e0"; done
