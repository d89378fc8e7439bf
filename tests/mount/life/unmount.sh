#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# fusermount3 -u and umount end the daemon well, with 0.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
start
tried OK read "$MNT/a.jpg@webp"
fusermount3 -u "$MNT"
exits "$DAEMON" 0
lost
never mounted "$MNT"
await 5 no_holders

start
if [[ $(id -u) == 0 ]]; then umount "$MNT"; else fusermount3 -u "$MNT"; fi
exits "$DAEMON" 0
lost

# With a file held open it is busy, and goes on serving.
start
exec 7<"$MNT/a.jpg"
never fusermount3 -u "$MNT" 2>/dev/null
tried OK read "$MNT/a.jpg@webp"
exec 7<&-
