#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scale.sh [ENTRIES [FOLDER]]: a cache of so many entries (1000000 if not said; a million takes
# 1 GB of disk), made in FOLDER or $TMPDIR and removed afterwards: how long it takes to open, to
# look up, to hit, alone and while 100,000 entries are evicted, and what a daemon over it holds.
# Goals stand beside the figures and judge nobody. LENSFS_BUILD is the build folder.
set -euo pipefail
build=${LENSFS_BUILD:?names no build folder}
entries=${1:-1000000}
top=${2:-${TMPDIR:-/tmp}}
T=$(mktemp -d "$top/lensfs-scale.XXXXXX")
DAEMON=
end() {
	[[ -z $DAEMON ]] || { kill -TERM "$DAEMON" 2>/dev/null && wait "$DAEMON" || true; }
	rm -rf --one-file-system "$T"
}
trap end EXIT
now_ms() { local t=$EPOCHREALTIME; echo $((${t/./} / 1000)); }
stat_of() { sed -n "s/^ *\"$1\": \"\\{0,1\\}\\([^\",]*\\).*/\\1/p" "$T/mount/.lensfs/stats.json"; }

"$build/tests/bench/scale" make "$T/cache" "$entries" >&2

# First a daemon, since measuring evicts; its scrub would go on for hours, and is stopped with it.
mkdir "$T/source" "$T/mount"
begun=$(now_ms)
"$build/src/cli/lensfs" -f -o "cache=$T/cache,cache_size=1024t" "$T/source" "$T/mount" 2>"$T/log" &
DAEMON=$!
until [[ -s $T/mount/.lensfs/stats.json ]]; do
	kill -0 "$DAEMON" || { cat "$T/log" >&2; exit 1; }
	sleep 0.01
done
mounted=$(($(now_ms) - begun))
# Uses are written and the scrub sweeps meanwhile: until it grows no more between two looks.
find "$T/mount" >/dev/null
rss=0
until [[ $(stat_of rss_bytes) == "$rss" ]]; do
	rss=$(stat_of rss_bytes)
	sleep 2
done
scrub="$(stat_of scrub) at $(stat_of scrub_permille) ‰"
kill -TERM "$DAEMON"
begun=$(now_ms)
wait "$DAEMON"
stopped=$(($(now_ms) - begun))
DAEMON=

declare -A f=()
while read -r name value; do f[$name]=$value; done < <("$build/tests/bench/scale" measure "$T/cache")
row() { printf '| %-52s | %12s | %-14s |\n' "$@"; }
row "$entries entries, catalog $(($(stat -c %s "$T/cache/catalog.db") >> 20)) MiB" figure goal
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
