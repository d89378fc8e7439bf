#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A variant's mode is the source's without the right to write or run it; owner and time are the
# source's; its inode is stable, also over a remount, and another one for another version.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
chmod 6754 "$SRC/a.jpg"
touch -d '2001-02-03 04:05:06.789012345' "$SRC/a.jpg"
[[ $(id -u) != 0 ]] || chown 123:456 "$SRC/a.jpg"
chmod 6754 "$SRC/a.jpg"
of() { stat -c "$1" "$MNT/a.jpg@webp"; }
start
is "$(of %a)" 444
is "$(of %u:%g)" "$(stat -c %u:%g "$SRC/a.jpg")"
is "$(of %.9Y)" 981173106.789012345
is "$(of %h)" 1
ino=$(of %i)
stop
start
is "$(of %i)" "$ino" 'inode after a remount'
chmod 640 "$SRC/a.jpg"
mode_is() { [[ $(of %a) == "$1" ]]; }
await 5 mode_is 440
picture "$SRC/a.jpg" 64x48 seed=2
inode_changed() { [[ $(of %i) != "$ino" ]]; }
await 5 inode_changed
