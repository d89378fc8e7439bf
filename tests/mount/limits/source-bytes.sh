#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A file over the limit of bytes is refused before it is read: EFBIG, with both numbers, told once
# however often it is asked for; as it is, it is there like every other.
. "$(dirname "$0")/../lib.sh"

bytes_read() { awk '$1 == "rchar:" {print $2}' "/proc/$DAEMON/io"; }

picture "$SRC/small.jpg" 640x480
cp "$SRC/small.jpg" "$SRC/large.jpg"
truncate -s 300M "$SRC/large.jpg"
start
before=$(bytes_read)
tried EFBIG open "$MNT/large.jpg@webp"
at_most $(($(bytes_read) - before)) 1000000 'bytes read for the refusal'
is "$(stat_of encoders)" 0 'encoders started for it'
is "$(stat_of too_large)" 1
for _ in {1..5}; do tried EFBIG open "$MNT/large.jpg@webp"; done
is "$(stat_of too_large)" 6
is "$(grep -c "'large.jpg' as" "$LOG")" 1 'log lines of the same'
is "$(wc -l <"$MNT/.lensfs/errors")" 1 'errors told'
has "$(cat "$MNT/.lensfs/errors")" "$((300 * 1024 * 1024)) bytes"
has "$(cat "$MNT/.lensfs/errors")" "$((256 * 1024 * 1024))"
# Nor to find out that nothing is remembered of it.
is "$("$LENSCTL" cache forget "$MNT/large.jpg" || true)" "'$MNT/large.jpg': no failure is remembered"
at_most $(($(bytes_read) - before)) 1000000 'bytes read until then'
is "$(stat -c %s "$MNT/large.jpg")" $((300 * 1024 * 1024))
stop

start max_bytes_source=1g
tried OK read "$MNT/large.jpg@w100"
stop

start max_bytes_source="$(($(stat -c %s "$SRC/small.jpg") - 1))" cache_size=1m
tried EFBIG open "$MNT/small.jpg@webp"
