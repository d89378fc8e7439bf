#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A reader of a slow encode can be interrupted and killed at once, while it opens and while it
# stats; the encode ends in the cache all the same.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" sleep=4s output=70000
start_fake workers=2
q=0
for signal in INT KILL; do
	for reader in cat stat; do
		q=$((q + 1))
		# Shells start background commands with SIGINT ignored.
		env --default-signal=INT "$reader" "$MNT/a.jpg@webp-q$q" >/dev/null 2>&1 &
		pid=$!
		await 5 stat_is misses "$q"
		begin=$(now_ms)
		kill "-$signal" "$pid"
		await 5 dead "$pid"
		at_most $(($(now_ms) - begin)) 2000 "milliseconds until SIG$signal ended $reader"
		never wait "$pid" 2>/dev/null
	done
done
is "$(stat_of encodes)" 0 'encodes before they can have ended'
await 30 stat_is encodes 4
at_least "$(stat_of interrupted)" 1 'interrupted requests'
for q in 1 2 3 4; do is "$(wc -c <"$MNT/a.jpg@webp-q$q")" 70000; done
is "$(stat_of encodes)" 4 'encodes'
