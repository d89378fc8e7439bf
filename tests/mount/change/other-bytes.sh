#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An evicted variant that comes out different when it is made again: who had it open gets
# ESTALE, never other bytes, and who opens it anew soon gets the new ones, whole.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" output=2000000 output-once=3000000
for i in {1..40}; do fake "$SRC/$i.jpg" "output=$((2000000 + i))"; done
start_fake -w 'prlimit --nofile=64:64' cache_size=5M
cat "$MNT/a.jpg@webp" >"$T/old"
is "$(stat -c %s "$T/old")" 3000000
exec {held}<"$MNT/a.jpg@webp"
for i in {1..40}; do cat "$MNT/$i.jpg@webp" >/dev/null; done
is "$(xattr "$MNT/a.jpg@webp" state)" evicted

# Its pages go, so the bytes are wanted again.
tried OK drop "$MNT/a.jpg@webp"
if cat <&"$held" >"$T/held" 2>"$T/said"; then
	cmp "$T/held" "$T/old"
else
	has "$(<"$T/said")" 'Stale file handle'
fi
exec {held}<&-
opened_anew() { [[ $(cat "$MNT/a.jpg@webp" 2>/dev/null | wc -c) == 2000000 ]]; }
await 10 opened_anew
is "$(stat -c %s "$MNT/a.jpg@webp")" 2000000
