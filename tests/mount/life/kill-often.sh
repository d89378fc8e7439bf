#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# kill -9 at any instant of writing: the next daemon never serves a wrong byte.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" output=200000
start_fake -c "$T/reference-cache"
for q in $(seq 1 40); do cat "$MNT/a.jpg@webp-q$q" >"$T/$q"; done
stop
for pause in 0.02 0.05 0.09 0.14; do
	start_fake cache_size=3m
	(for q in $(seq 1 40); do cat "$MNT/a.jpg@webp-q$q"; done) >/dev/null 2>&1 &
	reader=$!
	sleep "$pause" # any instant will do
	kill -KILL "$DAEMON"
	exits "$DAEMON" 137
	lost
	wait "$reader" || true
	start_fake cache_size=3m
	for q in 1 2 3 5 10 15 20 30 40; do cmp "$MNT/a.jpg@webp-q$q" "$T/$q"; done
	at_most "$(stat_of cache_bytes)" "$(stat_of cache_limit)"
	stop
done
