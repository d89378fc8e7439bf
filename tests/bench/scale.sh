#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scale.sh [ENTRIES [FOLDER]]: a cache of so many entries (1000000 if not said; a million takes
# 1 GB of disk), made in FOLDER or $TMPDIR and removed afterwards: how long it takes to open, to
# look up, to hit, alone and while 100,000 entries are evicted, and what a daemon over it holds.
# Goals stand beside the figures and judge nobody. LENSFS_BUILD is the build folder.
entries=${1:-1000000}
export TMPDIR=${2:-${TMPDIR:-/tmp}}
. "$(dirname "$0")/../mount/lib.sh"

scale=${LENSFS_BUILD:?names no build folder}/tests/bench/scale
"$scale" make "$CACHE" "$entries" >&2

# First a daemon, since measuring evicts; its scrub would go on for hours, and is stopped with it.
begun=$(now_ms)
start cache_size=1024t
mounted=$(($(now_ms) - begun))
# Uses are written and the scrub sweeps meanwhile: until it has grown no more for two seconds.
find "$MNT" >/dev/null
rss=0 grown=0
rss_rests() {
	local now
	now=$(stat_of rss_bytes)
	[[ $now == "$rss" ]] || rss=$now grown=$(now_ms)
	(($(now_ms) - grown >= 2000))
}
await 600 rss_rests
scrub="$(stat_of scrub) at $(stat_of scrub_permille) ‰"
begun=$(now_ms)
stop
stopped=$(($(now_ms) - begun))

declare -A f=()
while read -r name value; do f[$name]=$value; done < <("$scale" measure "$CACHE")
row() { printf '| %-52s | %12s | %-14s |\n' "$@"; }
row "$entries entries, catalog $(($(stat -c %s "$CACHE/catalog.db") >> 20)) MiB" figure goal
row --- ---: ---
row 'open the cache, pages not in memory, ms' "${f[start_clean_msec]}" '< 1000'
row 'the same after a process that died, ms' "${f[start_unclean_msec]}" '< 1000'
row 'lensfs: from its start to the first answer, ms' "$mounted" '< 1000'
row 'lensfs: from SIGTERM to its end, ms' "$stopped" ''
row 'lensfs: resident, MiB' "$((rss >> 20))" '< 64'
row 'lensfs: its scrub meanwhile' "$scrub" ''
row 'lookup, 3 of 4 present: median, µs' "${f[lookup_p50_usec]}" ''
row 'lookup: 99th percentile, µs' "${f[lookup_p99_usec]}" '< 50'
row 'hit (lookup, open, note): median, µs' "${f[hit_p50_usec]}" ''
row 'hit: 99th percentile, µs' "${f[hit_p99_usec]}" ''
row "evict ${f[evicted]} entries, s" "${f[evict_sec]}" ''
row 'hit meanwhile: 99th percentile, µs' "${f[hit_evicting_p99_usec]}" '≤ 2 × hit'
row 'hit meanwhile: longest, µs' "${f[hit_evicting_max_usec]}" ''
row 'memory of the process that did all this, MiB' "${f[anon_mib]}" '< 64'
