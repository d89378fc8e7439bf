#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# stats.json is one flat JSON object with the figures that are promised, and they move as they
# should; `lensctl stats` says the same, from any path in the mount.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/sub"
picture "$SRC/a.jpg" 64x48
head -c 200 "$SRC/a.jpg" >"$SRC/cut.jpg"
start cache_size=5m
if command -v jq >/dev/null; then
	jq -e 'type == "object" and all(.[]; type != "object" and type != "array")' \
		"$MNT/.lensfs/stats.json" >/dev/null
fi
for figure in version encodes encode_failures hits misses coalesced evictions cache_bytes \
	cache_limit entries encoders encoder_restarts queue level watch rss_bytes sandbox; do
	stat_of "$figure" >/dev/null
done
is "$(stat_of cache_limit)" $((5 * 1024 * 1024))
is "$(stat_of pid)" "$DAEMON"
is "$(stat_of version)" "\"$("$LENSFS" -V | sed -n 1p | cut -d' ' -f2)\""
tried OK read "$MNT/a.jpg@webp"
tried EIO read "$MNT/cut.jpg@webp"
tried EIO read "$MNT/cut.jpg@webp"
is "$(stat_of encodes) $(stat_of encode_failures) $(stat_of entries)" '1 1 1'
is "$(stat_of cache_bytes)" "$(stat -c %s "$MNT/a.jpg@webp")" 'bytes in the cache'
is "$(stat_of running) $(stat_of queue)" '0 0'
at_least "$(stat_of rss_bytes)" 1000000

for path in "$MNT" "$MNT/sub" "$MNT/a.jpg" "$MNT/.lensfs/stats.json"; do
	is "$("$LENSCTL" stats "$path" | awk '$1 == "encodes" {print $2}')" 1 "encodes, of $path"
done
cd "$MNT/sub"
is "$("$LENSCTL" stats . | awk '$1 == "encode_failures" {print $2}')" 1
cd "$T"
code=0
message=$("$LENSCTL" stats "$SRC" 2>&1) || code=$?
is "$code" 5 'exit code outside a mount'
has "$message" "$SRC"
code=0
"$LENSCTL" stats "$T/missing" 2>/dev/null || code=$?
is "$code" 5 'exit code for what is missing'
