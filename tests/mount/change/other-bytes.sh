#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An evicted variant that comes out different when it is made again: who had it open gets
# ESTALE, never other bytes, and who opens it anew soon gets the new ones, whole.
. "$(dirname "$0")/../lib.sh"

# Larger than read-ahead, so that a reader that has only begun must ask again.
fake "$SRC/a.jpg" output=2000000 output-once=3000000
for i in {1..99}; do fake "$SRC/$i.jpg" "output=$((2000000 + i))"; done
start_fake -w 'prlimit --nofile=64:64' cache_size=4M
cat "$MNT/a.jpg@webp" >"$T/old"
is "$(stat -c %s "$T/old")" 3000000
exec {held}<"$MNT/a.jpg@webp"
for i in {1..99}; do cat "$MNT/$i.jpg@webp" >/dev/null; done
is "$(xattr "$MNT/a.jpg@webp" state)" evicted
# The pages go; the blob and its descriptor went.
dd if="$MNT/a.jpg@webp" iflag=nocache count=0 status=none
if cat <&"$held" >"$T/held" 2>"$T/said"; then
	cmp "$T/held" "$T/old"
else
	has "$(<"$T/said")" 'Stale file handle'
fi
exec {held}<&-
opened_anew() { [[ $(wc -c <"$MNT/a.jpg@webp") == 2000000 && $(cat "$MNT/a.jpg@webp" | wc -c) == 2000000 ]]; }
await 10 opened_anew
