#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# .lensfs/metrics is what Prometheus reads, by a parser that is stricter than it is
# (exposition.py) and, where there is one, by promtool; and says the same as stats.json.
. "$(dirname "$0")/../lib.sh"
need python3

picture "$SRC/a.jpg" 64x48
fake "$SRC/bad.jpg" error=damaged
fake "$SRC/huge.jpg" pixels=100000x100000
fake "$SRC/slow.jpg" sleep=300ms output=100
start_fake workers=1
read_metrics() { python3 "$(dirname "$0")/../exposition.py" "$MNT/.lensfs/metrics"; }
read_metrics >"$T/nothing-yet"
cat "$MNT/a.jpg@webp" "$MNT/a.jpg@webp-q50" >/dev/null
tried EIO open "$MNT/bad.jpg@avif"
tried EIO open "$MNT/bad.jpg@avif"
tried EFBIG open "$MNT/huge.jpg@avif"
# The second waits for the first to end.
cat "$MNT/slow.jpg@webp" >/dev/null &
busy() { [[ $(stat_of running) == 1 ]]; }
await 10 busy
cat "$MNT/slow.jpg@jpeg" >/dev/null
wait "$!"
"$LENSCTL" pressure "$MNT" --set 2 --for 60s >/dev/null
level_is() { [[ $(stat_of level) == "\"$1\"" ]]; }
await 5 level_is high

read_metrics >"$T/samples"
if command -v promtool >/dev/null; then promtool check metrics <"$MNT/.lensfs/metrics"; fi
sample() { awk -v name="$1" '$1 == name { print $2 }' "$T/samples"; }
is "$(sample 'lensfs_encodes_total{format="webp",result="ok"}')" 3
is "$(sample 'lensfs_encodes_total{format="jpeg",result="ok"}')" 1
is "$(sample 'lensfs_encodes_total{format="avif",result="ok"}')" 0
is "$(sample 'lensfs_encodes_total{format="avif",result="damaged"}')" 1
is "$(sample 'lensfs_encodes_total{format="avif",result="too_large"}')" 1
is "$(awk '/^lensfs_encodes_total/ { n += $2 } END { print n }' "$T/samples")" \
	$(($(stat_of encodes) + $(stat_of encode_failures))) 'encodes of all kinds'
is "$(sample 'lensfs_variant_requests_total{cache="failure"}')" 1
is "$(sample 'lensfs_variant_requests_total{cache="miss"}')" "$(stat_of misses)"
is "$(sample 'lensfs_encode_seconds_count{format="webp"}')" 3
is "$(sample 'lensfs_encode_seconds_bucket{format="jpeg",le="0.25"}')" 0
is "$(sample 'lensfs_encode_seconds_bucket{format="jpeg",le="2.5"}')" 1
# Its source is a line of text, and so smaller than the 100 bytes.
is "$(sample 'lensfs_encode_size_ratio_count{format="webp"}')" 3
is "$(sample 'lensfs_encode_size_ratio_bucket{format="jpeg",le="1"}')" 0
is "$(sample 'lensfs_encode_queue_seconds_count{for="prefetch"}')" 0
at_least "$(sample 'lensfs_encode_queue_seconds_count{for="reader"}')" 4
# One of them waited for longer than anybody else.
at_least "$(($(sample 'lensfs_encode_queue_seconds_count{for="reader"}') - \
	$(sample 'lensfs_encode_queue_seconds_bucket{for="reader",le="0.01"}')))" 1
is "$(sample lensfs_watching)" 1
is "$(sample lensfs_cache_trouble)" 0
is "$(sample "lensfs_build_info{version=$(stat_of version)}")" 1
# Before anything happened there is nothing of any format, and nothing is missing.
never grep -q 'format=' "$T/nothing-yet"
grep -q '^lensfs_encode_saved_bytes_total 0$' "$T/nothing-yet"
is "$(sample lensfs_memory_pressure_level)" 2
is "$(sample lensfs_cache_entries)" 4
is "$(sample 'lensfs_cache_bytes{kind="present"}')" "$(stat_of cache_bytes)"
isnt "$(sample 'lensfs_memory_used_ratio{of="machine"}')" ''
is "$(sample 'lensfs_encoder_ends_total{cause="crash"}')" 0
is "$(sample 'lensfs_prefetch_ends_total{as="wasted"}')" 0
isnt "$(sample 'lensfs_memory_pressure_seconds_total{level="high"}')" ''
