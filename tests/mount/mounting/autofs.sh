#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# autofs mounts at the first look into a folder, by a map of lines and by a program, and unmounts
# when nobody has looked for a while: then the daemon is gone.
. "$(dirname "$0")/../lib.sh"

own_mounts
need automount mount
[[ -x /sbin/mount.fuse3 ]] || skip 'no mount.fuse3 here'
[[ -c /dev/autofs ]] || skip 'no /dev/autofs here'
lensfs_installed
picture "$SRC/a.jpg" 64x48
mkdir "$T/auto" "$T/program"
options=ro,allow_other,cache=$CACHE,cache_free=0
echo "photos -fstype=fuse.lensfs,$options :$SRC" >"$T/map"
printf '#!/bin/sh\n[ "$1" = photos ] && echo "-fstype=lensfs,%s :%s"\n' "$options" "$SRC" >"$T/map.program"
chmod 755 "$T/map.program"
printf '%s file:%s --timeout=2\n%s program:%s --timeout=2\n' \
	"$T/auto" "$T/map" "$T/program" "$T/map.program" >"$T/master"
# Its own process group is let into an autofs folder without a mount.
setsid automount --foreground --verbose --pid-file "$T/automount.pid" "$T/master" >>"$LOG" 2>&1 &
automount=$!
at_end "kill -KILL $automount 2>/dev/null; umount -l $T/auto $T/program 2>/dev/null"
waits() { grep -qF " $1 autofs " /proc/self/mounts; }
gives_up() { dead "$automount" || waits "$T/program"; }
await 20 gives_up
waits "$T/auto" || skip "automount does not run here: $(tail -n 1 "$LOG")"

gone() { ! mounted "$1"; }
for folder in "$T/auto" "$T/program"; do
	gone "$folder/photos"
	is "$(kind "$folder/photos/a.jpg@w20.webp")" image/webp
	mounted "$folder/photos"
	pid=$(stat_of pid "$folder/photos")
	await 30 gone "$folder/photos"
	await 15 dead "$pid"
done
kill -TERM "$automount"
await 20 dead "$automount"
