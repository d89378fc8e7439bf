#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Command lines that are wrong: code 2 and what is wrong with them; help and version: 0.
. "$(dirname "$0")/../lib.sh"

refused 2 'SOURCE and MOUNTPOINT'
refused 2 'SOURCE and MOUNTPOINT' "$SRC"
refused 2 "too many arguments|extra" "$SRC" "$MNT" extra
refused 2 "nonsense|--help" -o nonsense "$SRC" "$MNT"
refused 2 "-o" "$SRC" "$MNT" -o
refused 2 "unknown option|--nonsense" --nonsense "$SRC" "$MNT"
for bad in cache= cache_size=many cache_size=0 cache_size=-5 workers=0 workers=two deadline=0 \
	deadline=x max_pixels=0 threads=0 encoder= sandbox= sandbox=maybe; do
	refused 2 "${bad%%=*}" -f -o "cache=$CACHE,$bad" "$SRC" "$MNT"
done
refused 2 "unknown option '-o cache_sise=3g'; did you mean 'cache_size'?" -o cache_sise=3g "$SRC" "$MNT"
refused 2 "'3gb' is no value of it, which is: bound of the cache" -o cache_size=3gb "$SRC" "$MNT"
never mounted "$MNT"

refused 0 'usage: lensfs|cache_size=SIZE|Exit codes' --help
refused 0 'usage: lensfs' -h
is "$("$LENSFS" -V | sed -n 1p | cut -d' ' -f1)" lensfs
is "$("$LENSFS" --version)" "$("$LENSFS" -V)"
is "$("$LENSFS" --help 2>/dev/null | wc -l)" "$("$LENSFS" --help 2>&1 | wc -l)" 'lines of help on stdout'

# What fstab and mount(8) bring along is taken, and a comma can be escaped.
mkdir "$T/with,comma"
start -c "$T/with\\,comma/cache" ro nofail _netdev x-systemd.automount user noauto,rw noatime nodev
grep -F " $MNT fuse.lensfs ro," /proc/self/mounts >/dev/null || fail 'not mounted read-only'
[[ -d $T/with,comma/cache ]]
