#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One daemon owns a cache folder: a second is refused with code 6 and told who has it; when the
# first is gone, even by kill -9, the folder is free.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
mkdir "$T/second"
start
refused 6 "$CACHE|$DAEMON|-o cache=DIR" -f -o "cache=$CACHE" "$SRC" "$T/second"
refused 6 "$CACHE|$DAEMON|-o cache=DIR" -o "cache=$CACHE" "$SRC" "$T/second"
tried OK read "$MNT/a.jpg@webp"
kill -KILL "$DAEMON"
exits "$DAEMON" 137
lost
start -m "$T/second"
tried OK read "$T/second/a.jpg@webp"
umount -l "$MNT" 2>/dev/null || fusermount3 -uz "$MNT"
