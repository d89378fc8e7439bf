#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A user may mount what a line of /etc/fstab with `user` says, by mount(8) and fusermount3.
. "$(dirname "$0")/../lib.sh"

own_mounts
need mount setpriv
[[ -x /sbin/mount.fuse3 ]] || skip 'no mount.fuse3 here'
[[ -u $(type -P fusermount3) && -u $(type -P mount) ]] || skip 'mount or fusermount3 is not setuid'
as() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
as "$LENSFS" --version >/dev/null 2>&1 || skip 'the programs are not for others to run'
lensfs_installed
mknod -m 666 "$T/fuse" c 10 229 2>/dev/null && mount --bind "$T/fuse" /dev/fuse
as test -w /dev/fuse || skip '/dev/fuse is not for users'

picture "$SRC/a.jpg" 64x48
chmod 755 "$T"
mkdir "$CACHE"
chown -R 65534:65534 "$SRC" "$MNT" "$CACHE"
echo "$SRC $MNT fuse.lensfs ro,user,noauto,cache=$CACHE,cache_free=0 0 0" >"$T/fstab"
mount --bind "$T/fstab" /etc/fstab
as timeout 20 mount "$MNT"
cp "$(type -P probe)" "$T/probe"
is "$(as "$T/probe" try read "$MNT/a.jpg@webp")" OK
pid=$(pgrep -U 65534 -f "$MNT")
as fusermount3 -u "$MNT"
ended "$MNT" "$pid"
