#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What the mount promises while every encoder is busy: stat and reads of mirrored and cached
# files stay in the order of milliseconds. One table: microseconds of each call (median, 99 %,
# maximum) on the plain source folder, on an idle mount, and on the mount while all encoders
# encode AVIF and more jobs wait; and how many times slower busy is than idle.
#
#	LENSFS_BUILD=BUILD tests/bench/busy.sh [CALLS]
#
# `lookup`, `stat` and `read` go all the way to the daemon at each call (probe.c says how);
# `warm` is what programs see, answered by the kernel. The encoders run at their own niceness on
# all processors, so with as many encoders as processors even the plain folder waits for its turn
# on one: hence the fourth column, the plain folder under the same load.
. "$(dirname "$0")/../mount/lib.sh"

CALLS=${1:-1000}
head -c 65536 /dev/urandom >"$SRC/plain.bin"
picture "$SRC/small.jpg" 640x480
# Each its own content, or they would share one encode.
for i in $(seq 1 40); do picture "$SRC/large.$i.jpg" 3000x2000 pattern=noise seed="$i"; done
start
cat "$MNT/small.jpg@webp-q90" >"$SRC/cached.webp"
workers=$(nproc)

measure() { # CALL PATH…
	probe latency "$1" "$CALLS" "${@:2}"
}
all_of() { # FOLDER VIEW
	measure lookup "$1/missing"
	measure stat "$1/plain.bin"
	measure read "$1/plain.bin"
	measure stat "$1/$2"
	measure read "$1/$2"
	measure warm "$1/plain.bin" "$1/$2"
}
readers=()
load_on() {
	for i in $(seq 1 40); do
		cat "$MNT/large.$i.jpg@avif-e4" >/dev/null 2>&1 &
		readers+=($!)
	done
	await 10 stat_is running "$workers"
}

all_of "$SRC" cached.webp >"$T/plain"
all_of "$MNT" small.jpg@webp-q90 >"$T/idle"
load_on
all_of "$MNT" small.jpg@webp-q90 >"$T/busy"
is "$(stat_of running)" "$workers" 'encoders at work when the measuring ended'
at_least "$(stat_of queue)" 1 'jobs that waited'
all_of "$SRC" cached.webp >"$T/loaded"
is "$(stat_of running)" "$workers" 'encoders at work when the measuring ended'

printf '%-14s | %-20s | %-20s | %-20s | %-20s | %s\n' \
	"$workers encoders" 'plain folder' 'idle mount' 'busy mount' 'plain, same load' 'busy/idle'
printf '%-14s | %6s %6s %6s | %6s %6s %6s | %6s %6s %6s | %6s %6s %6s | %6s %6s\n' 'microseconds' \
	p50 p99 max p50 p99 max p50 p99 max p50 p99 max p50 p99
paste -d' ' "$T/plain" "$T/idle" "$T/busy" "$T/loaded" | {
	for call in 'lookup' 'stat mirrored' 'read mirrored' 'stat cached' 'read cached' 'warm both'; do
		read -ra n
		printf '%-14s | %6s %6s %6s | %6s %6s %6s | %6s %6s %6s | %6s %6s %6s |' "$call" "${n[@]}"
		awk -v a="${n[6]}" -v b="${n[3]}" -v c="${n[7]}" -v d="${n[4]}" \
			'BEGIN {printf " %6.1f %6.1f\n", a / (b ? b : 1), c / (d ? d : 1)}'
	done
}
kill "${readers[@]}" 2>/dev/null || true
