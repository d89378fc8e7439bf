#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Without anybody who notifies the kernel, a variant that came out different is not kept in wait for
# that: when its source is gone, so is all that was known of it.
. "$(dirname "$0")/../lib.sh"

start_fake -w 'prlimit --nofile=64:64' timeout=1 cache_size=5M prefetch=off
tried ENOENT stat "$MNT/none"
before=$(stat_of nodes)
fake "$SRC/a.jpg" output=2000000 output-once=3000000
for i in {1..40}; do fake "$SRC/$i.jpg" "output=$((2000000 + i))"; done
is "$(wc -c <"$MNT/a.jpg@webp")" 3000000
exec {held}<"$MNT/a.jpg@webp"
for i in {1..40}; do cat "$MNT/$i.jpg@webp" >/dev/null; done
is "$(xattr "$MNT/a.jpg@webp" state)" evicted
tried OK drop "$MNT/a.jpg@webp"
cat <&"$held" >/dev/null 2>&1 || true
exec {held}<&-
opened_anew() { [[ $(cat "$MNT/a.jpg@webp" 2>/dev/null | wc -c) == 2000000 ]]; }
await 10 opened_anew

rm "$SRC"/*
forgotten() {
	local name
	for name in a {1..40}; do [[ ! -e $MNT/$name.jpg@webp ]] || return 1; done
	(($(stat_of nodes) <= before))
}
await 5 forgotten
