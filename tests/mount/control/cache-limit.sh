#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Other bounds at run time: a lower one evicts before lensctl returns, a higher one holds more.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" output=50000
blobs() { find "$CACHE/blobs" -type f -printf '%s\n' | awk '{n += $1} END {print n + 0}'; }
fill() { for q in $(seq "$1" "$2"); do cat "$MNT/a.jpg@webp-q$q" >/dev/null; done; }
set_bound() {
	local code=0
	SAID=$("$LENSCTL" cache "${@:2}" 2>&1) || code=$?
	is "$code" "$1" "exit code of lensctl cache ${*:2} ($SAID)"
}
start_fake cache_size=1m
fill 1 20
is "$(blobs)" 1000000
set_bound 0 limit 300k "$MNT"
has "$SAID" 'limit 307200 bytes'
has "$SAID" '14 variants evicted'
at_most "$(blobs)" 307200 'bytes on the disk'
is "$(stat_of cache_limit)" 307200
fill 21 40
at_most "$(blobs)" 307200 'bytes on the disk'
set_bound 0 limit 2m "$MNT/a.jpg"
fill 41 60
at_least "$(blobs)" 1200000 'bytes on the disk'

# So that nothing of it is left: the disk has no so much.
set_bound 0 free "$(($(stat_of disk_free) + (1 << 30)))" "$MNT"
at_least "$(stat_of cache_free)" $((1 << 30)) 'bytes to be kept free'
is "$(blobs)" 0 'bytes on the disk'
is "$(wc -c <"$MNT/a.jpg@webp-q61")" 50000
is "$(blobs)" 0 'bytes on the disk'
set_bound 0 free 99% "$MNT"
at_least "$(stat_of cache_free)" 1000000 'bytes to be kept free'
set_bound 0 free 1m "$MNT"
is "$(stat_of cache_free)" 1048576
await 20 stat_is cache_state '"ok"'
fill 62 64
is "$(blobs)" 150000

for size in 0 -1 x 1.5g '' 5%; do set_bound 2 limit "$size" "$MNT"; done
for size in 100% 5x % 123%; do set_bound 2 free "$size" "$MNT"; done
set_bound 2 limit 1g
set_bound 2 limit
set_bound 5 limit 1g "$SRC"
has "$("$LENSCTL" --help)" 'cache limit SIZE MOUNT'
