#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A mount that somebody with privileges made beforehand and hands over as /dev/fd/N is served by
# a lensfs that has none; one that is not what a lensfs needs is refused, where the kernel tells.
. "$(dirname "$0")/../lib.sh"

own_mounts
need mount findmnt
[[ -x /sbin/mount.fuse3 ]] || skip 'no mount.fuse3 here'
setpriv --reuid=65534 --regid=65534 --clear-groups "$LENSFS" --version >/dev/null 2>&1 ||
	skip 'the programs are not for others to run'
lensfs_installed
picture "$SRC/a.jpg" 64x48
chmod 755 "$T"
mkdir "$CACHE"
chown 65534:65534 "$CACHE"
# A lensfs that dies leaves the descriptor to nobody, and so the mount dead, but there.
hand_over() { timeout 20 mount -t fuse.lensfs -o "drop_privileges,cache=$CACHE,cache_free=0$1" "$2" "$MNT"; }
refuse() {
	local code=0 message
	message=$(hand_over "$1" "$2" 2>&1) || code=$?
	is "$code" 5 "exit code ($message)"
	has "$message" "$3"
	umount -l "$MNT"
}

hand_over ,ro,default_permissions,allow_other,setuid=nobody "$SRC" 2>"$T/said"
is "$(kind "$MNT/a.jpg@w20.webp")" image/webp
tried EROFS write "$MNT/a.jpg"
pid=$(stat_of pid)
is "$(ps -o user= -p "$pid" | tr -d ' ')" nobody 'its user'
is "$(sed -n 's/^CapPrm:\t//p' "/proc/$pid/status")" 0000000000000000 'its capabilities'
umount "$MNT"
ended "$MNT" "$pid"

# By any opener; and who has the descriptor keeps the mount alive, so encoders must not.
exec 9<>/dev/fuse
mount -i -t fuse.lensfs -o ro,default_permissions,rootmode=40000,user_id=0,group_id=0,fd=9 \
	none "$MNT"
timeout 20 "$LENSFS" -o "cache=$CACHE,cache_free=0" "$SRC" /dev/fd/9
exec 9>&-
is "$(kind "$MNT/a.jpg@w20.webp")" image/webp
pid=$(stat_of pid)
for encoder in $(pgrep -P "$pid" lensfs-encoder); do
	is "$(find "/proc/$encoder/fd" -lname /dev/fuse)" '' "the encoder's /dev/fuse"
done
umount "$MNT"
ended "$MNT" "$pid"

refused 5 'no open /dev/fuse' "$SRC" /dev/fd/9
if ! grep -q 'does not tell where' "$T/said"; then
	refuse '' "$SRC" ro,default_permissions
	refuse ,ro "$SRC" ro,default_permissions
	refuse ,default_permissions "$SRC" ro,default_permissions
	refuse ,ro,default_permissions "$MNT" "SOURCE '$MNT' cannot lie in"
	refuse ,ro,default_permissions "$MNT/below" "SOURCE '$MNT/below' cannot lie in"
	refuse ,ro,default_permissions "$T" "SOURCE '$T' cannot lie in"
fi
