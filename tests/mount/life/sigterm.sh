#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SIGTERM and SIGINT with readers that wait: they are answered, within seconds, and the mount is
# gone, even with encodes that would take for ever; nothing is remembered of these as failures.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/hangs.jpg" hang-once output=5000
for signal in TERM INT; do
	# The wrapper undoes what a shell does to background commands.
	start_fake -w 'env --default-signal=INT' workers=2
	readers=()
	for q in 1 2 3 4 5; do
		cat "$MNT/hangs.jpg@webp-q$q" >/dev/null 2>"$T/err.$q" &
		readers+=($!)
	done
	await 5 stat_is misses 5
	begin=$(now_ms)
	kill "-$signal" "$DAEMON"
	for reader in "${readers[@]}"; do
		await 5 dead "$reader"
		never wait "$reader"
	done
	at_most $(($(now_ms) - begin)) 4000 'milliseconds until all readers were answered'
	exits "$DAEMON" 0
	lost
	never mounted "$MNT"
	await 5 no_holders
done
start_fake
is "$(xattr "$MNT/hangs.jpg@webp-q1" state)" absent
