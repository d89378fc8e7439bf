#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# .lensfs/metrics is what Prometheus reads, by a parser that is stricter than it is
# (control/exposition.py), and says the same as stats.json.
. "$(dirname "$0")/../lib.sh"
need python3

picture "$SRC/a.jpg" 64x48
start_fake
cat "$MNT/a.jpg@webp" "$MNT/a.jpg@webp-q50" >/dev/null
"$LENSCTL" pressure "$MNT" --set 2 --for 60s >/dev/null
level_is() { [[ $(stat_of level) == "\"$1\"" ]]; }
await 5 level_is high

read_metrics() { python3 "$(dirname "$0")/../exposition.py" "$MNT/.lensfs/metrics"; }
read_metrics >"$T/samples"
sample() { awk -v name="$1" '$1 == name { print $2 }' "$T/samples"; }
is "$(sample lensfs_encodes_total)" 2
is "$(sample lensfs_memory_pressure_level)" 2
is "$(sample lensfs_cache_entries)" 2
is "$(sample 'lensfs_cache_bytes{kind="present"}')" "$(stat_of cache_bytes)"
isnt "$(sample 'lensfs_memory_used_ratio{of="machine"}')" ''
is "$(sample 'lensfs_encoder_ends_total{cause="crash"}')" 0
is "$(sample 'lensfs_prefetch_ends_total{as="wasted"}')" 0
isnt "$(sample 'lensfs_memory_pressure_seconds_total{level="high"}')" ''
