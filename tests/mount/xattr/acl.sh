#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Access control lists of the source hold in the mount, for files, folders and views; a change
# of one shows.
. "$(dirname "$0")/../lib.sh"

need_root
need setpriv setfacl getfacl
cp "$(type -P probe)" "$T/probe"
chmod 755 "$T"
as() { is "$(setpriv --reuid="$2" --regid="$3" --clear-groups "$T/probe" try "${@:4}")" "$1" "$*"; }
picture "$SRC/a.jpg" 64x48
mkdir "$SRC/folder"
picture "$SRC/folder/b.jpg" 64x48 seed=2
chown 0:65534 "$SRC/a.jpg"
# User 1001 may; the group may not, though the mode, which shows the mask, says r for it.
setfacl -m u:1001:rw,g::-,m::rw,o::- "$SRC/a.jpg" || skip 'no ACLs on this file system'
setfacl -m u:1001:rx,g::-,m::rx,o::- "$SRC/folder"
start allow_other
for name in a.jpg a.jpg@webp folder/b.jpg@webp; do
	as OK 1001 1001 read "$MNT/$name"
	as EACCES 1002 65534 read "$MNT/$name"
done
is "$(getfacl -c "$MNT/a.jpg" 2>/dev/null)" "$(getfacl -c "$SRC/a.jpg" 2>/dev/null)"
has "$(getfacl -c "$MNT/a.jpg@webp" 2>/dev/null)" 'user:1001:r--'

setfacl -x u:1001 "$SRC/a.jpg"
refuses() { [[ $(setpriv --reuid=1001 --regid=1001 --clear-groups "$T/probe" try open "$1") == EACCES ]]; }
await 5 refuses "$MNT/a.jpg"
await 5 refuses "$MNT/a.jpg@webp"
