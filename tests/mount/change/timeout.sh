#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# With -o timeout=SEC nothing is watched: the stats say so, the kernel believes what it was told
# for that long, and not much longer.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" output=4000
start_fake timeout=3
is "$(stat_of watch)" '"timeout"'
ls -l "$MNT" >/dev/null
cat "$MNT/a.jpg" >/dev/null
is "$(wc -c <"$MNT/a.jpg@webp")" 4000
tried ENOENT stat "$MNT/b.jpg"
tried ENOENT stat "$MNT/b.jpg@webp"
is "$(stat_of watched_folders)" 0 'watched folders'
start_ms=$(now_ms)
fake "$SRC/b.jpg" output=5000
fake "$SRC/a.jpg" output=40001
is "$(try stat "$MNT/b.jpg")" ENOENT 'b.jpg within the timeout'
agrees() { diff -r "$SRC" "$MNT" >/dev/null && cat "$MNT"/{a,b}.jpg@webp 2>/dev/null | wc -c | grep -qx 45001; }
await 10 agrees
at_most "$(($(now_ms) - start_ms))" 4500 'milliseconds'
