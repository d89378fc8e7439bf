#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Readers that wait and are killed, names that are asked for and never again, folders that come
# and go: what the daemon keeps for them is bounded, and given back.
. "$(dirname "$0")/../lib.sh"

for i in $(seq 0 19); do fake "$SRC/slow.$i.jpg" "sleep=100ms" "output=$((1000 + i))"; done
fake "$SRC/hangs.jpg" hang
start_fake workers=1 deadline=4

own_descriptors() {
	local all pipes
	all=$(find "/proc/$DAEMON/fd" -type l | wc -l)
	pipes=$(find "/proc/$DAEMON/fd" -lname 'pipe:*' | wc -l)
	echo $((all - pipes - $(stat_of descriptors) - 2 * $(stat_of encoders)))
}
are_back() { (($(own_descriptors) <= before)); }
threads() { find "/proc/$DAEMON/task" -mindepth 1 -maxdepth 1 | wc -l; }
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$DAEMON/status"; }

tried OK read "$MNT/slow.0.jpg@webp"
before=$(own_descriptors)

# round Q: 200 readers of one name that hangs and of twenty that wait behind it; all are killed.
round() {
	local readers=() i
	for i in $(seq 1 60); do
		cat "$MNT/hangs.jpg@webp-q$1" >/dev/null 2>&1 &
		readers+=($!)
	done
	await 10 stat_is running 1
	for i in $(seq 0 139); do
		cat "$MNT/slow.$((i % 20)).jpg@webp-q$1" >/dev/null 2>&1 &
		readers+=($!)
	done
	at_most "$(own_descriptors)" $((before + 150)) 'descriptors for what waits'
	kill -KILL "${readers[@]}" 2>/dev/null || true
	# Killed readers are freed at once: nobody waits for the encode.
	for i in "${readers[@]}"; do await 10 dead "$i"; done
	{ wait "${readers[@]}"; } 2>/dev/null || true
	await 40 stat_is queue 0
	await 20 stat_is running 0
	await 10 are_back
}
round 1
first=$(rss)
n_threads=$(threads)
for q in 2 3 4; do round "$q"; done
# libfuse starts its threads (four here) when they are first needed.
at_most "$(threads)" $((n_threads + 4)) threads
sanitized || at_most "$(rss)" $((first + 4096)) 'kilobytes after three rounds more'
at_least "$(stat_of encodes)" 60 'encodes that nobody waited for'

# Folders: what watches them goes when they go.
for _ in 1 2 3; do
	for i in $(seq 1 200); do mkdir "$SRC/d$i" && cp "$SRC/slow.1.jpg" "$SRC/d$i/"; done
	find "$MNT" -name '*.jpg' | wc -l >/dev/null
	at_least "$(stat_of watched_folders)" 200 'watched folders'
	for i in $(seq 1 200); do rm -r "$SRC/d$i"; done
	unwatched() { (($(stat_of watched_folders) <= 2)); }
	await 20 unwatched
	await 10 are_back
done
