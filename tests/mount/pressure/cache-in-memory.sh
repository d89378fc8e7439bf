#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A cache folder on tmpfs shrinks as memory gets scarcer, what is left of it is served, and it
# grows again afterwards. One on a disk keeps its bytes.
. "$(dirname "$0")/../lib.sh"
need_root

level_is() { [[ $(stat_of level) == "\"$1\"" ]]; }
level() { # LEVEL NAME
	"$LENSCTL" pressure "$MNT" --set "$1" --for 300s >/dev/null
	await 10 level_is "$2"
}
holds_at_most() { (($(stat_of cache_bytes) <= $1)); }
fill_it() { for i in $(seq 40); do cat "$MNT/$i.jpg@$1" >/dev/null; done; }

for i in $(seq 40); do fake "$SRC/$i.jpg" "output=250000" "sleep=${i}ms"; done
mkdir "$CACHE"
mount -t tmpfs -o size=64m lensfs-test "$CACHE" || skip 'may not mount a tmpfs here'
at_end "umount -l '$CACHE'"
start_fake
is "$(stat_of cache_on)" '"memory"'
fill_it webp
is "$(stat_of entries)" 40
level elevated elevated
await 10 holds_at_most 7500000
level high high
await 10 holds_at_most 5000000
level critical critical
await 10 holds_at_most 2500000
at_least "$(stat_of entries)" 5 'variants kept'
at_least "$(stat_of relief_evictions)" 28 'evictions for want of memory'
is "$(stat_of relief_evicted_bytes)" $((40 * 250000 - $(stat_of cache_bytes)))
served=0
for i in $(seq 40); do
	[[ $(try read "$MNT/$i.jpg@webp") != OK ]] || served=$((served + 1))
done
at_least "$served" "$(stat_of entries)" 'variants served while memory is critical'
level normal normal
is "$(stat_of cache_held)" 0
kept=$(stat_of entries)
fill_it webp-q50 # others: the kernel still has what was read
is "$(stat_of entries)" $((kept + 40))
stop

start_fake -c "$T/on-disk"
if [[ $(stat_of cache_on) == '"disk"' ]]; then
	fill_it webp
	level critical critical
	is "$(stat_of entries)" 40
	await 10 stat_is relief_blobs 40
fi
