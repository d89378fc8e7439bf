#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The bound in bytes holds all the time, in the figures and on the disk; and what is larger than
# the whole cache can be read all the same.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" output=40000
fake "$SRC/huge.jpg" output=700000
blob_bytes() { find "$CACHE" -type f -size +9k -size -2000k -printf '%f %s\n' | grep -vE '\.db|catalog' | awk '{n += $2} END {print n + 0}'; }
start_fake cache_size=250k
is "$(stat_of cache_limit)" "$((250 * 1024))" 'the limit'
for q in $(seq 1 30); do
	is "$(wc -c <"$MNT/a.jpg@webp-q$q")" 40000 'size'
	at_most "$(stat_of cache_bytes)" "$(stat_of cache_limit)" 'bytes in the cache'
done
at_least "$(stat_of evictions)" 24 'evictions'
at_least "$(stat_of cache_bytes)" 160000 'bytes in the cache'
at_most "$(blob_bytes)" $((250 * 1024)) 'bytes on the disk'
at_least "$(blob_bytes)" 160000 'bytes on the disk'

is "$(wc -c <"$MNT/huge.jpg@webp")" 700000 'size of what is larger than the cache'
cmp "$MNT/huge.jpg@webp" "$MNT/huge.jpg@webp.webp"
at_most "$(stat_of cache_bytes)" "$(stat_of cache_limit)" 'bytes in the cache'
stop
# A smaller bound holds from the start.
start_fake cache_size=100k
under() { (($(stat_of cache_bytes) <= 102400 && $(blob_bytes) <= 102400)); }
await 10 under
