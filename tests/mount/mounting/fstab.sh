#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The real mount(8) mounts lensfs: by lines of a file like /etc/fstab, with all the options that
# such lines have, by type fuse.lensfs and by mount.lensfs. It returns when the mount answers, and
# what went wrong is said on its terminal and in its exit code.
. "$(dirname "$0")/../lib.sh"

own_mounts
need mount findmnt
[[ -x /sbin/mount.fuse3 ]] || skip 'no mount.fuse3 here'
lensfs_installed
picture "$SRC/a.jpg" 64x48
mkdir -p "$T/with space" "$T/new"
chmod 755 "$T"
chmod 777 "$T/new"
fstab() { printf '%s %s %s %s 0 0\n' "$@" >>"$T/fstab"; }
own=cache=$CACHE,cache_free=0
generic=nosuid,nodev,noexec,noatime,_netdev,nofail,noauto,lazytime
fstab "$SRC" "$MNT" fuse.lensfs "ro,$generic,x-systemd.automount,x-gvfs-hide,comment=mine,allow_other,$own"
fstab "$SRC" "$T/with\\040space" lensfs "rw,$generic,cache_size=5g,$own"
fstab "$SRC" "$T/new/a" lensfs "ro,noauto,X-mount.mkdir,$own"
fstab "lensfs#$SRC" "$T/new/b" fuse "ro,noauto,X-mount.mkdir,$own"
fstab "$SRC" "$T/new/c" lensfs "ro,noauto,no_such_option,$own"
fstab "$T/nowhere" "$T/new/d" lensfs "ro,noauto,$own"
mkdir "$T/new/c" "$T/new/d"

for mnt in "$MNT" "$T/with space" "$T/new/a" "$T/new/b"; do
	timeout 20 mount -T "$T/fstab" "$mnt" >"$T/said" 2>&1
	is "$(kind "$mnt/a.jpg@w20.webp")" image/webp
	is "$(sed '/^lensfs: warning: encoders are confined less /d' "$T/said")" '' 'what it said'
	is "$(findmnt -no FSTYPE,SOURCE -M "$mnt" | tr -s ' ')" "fuse.lensfs $SRC"
	has ",$(findmnt -no OPTIONS -M "$mnt")," ,ro,
	pid=$(stat_of pid "$mnt")
	[[ $mnt == "$T"/new/* ]] || has ",$(findmnt -no OPTIONS -M "$mnt")," ,nosuid,nodev,noexec,noatime,
	umount "$mnt"
	ended "$mnt" "$pid"
done

# failing CODE WORDS ARGUMENT…: of mount(8).
failing() {
	local code=0 message
	message=$(timeout 20 mount "${@:3}" 2>&1) || code=$?
	is "$code" "$1" "exit code of mount ($message)"
	has "$message" "$2"
}
failing 1 "unknown option '-o no_such_option'" -T "$T/fstab" "$T/new/c"
failing 32 "source folder '$T/nowhere'" -T "$T/fstab" "$T/new/d"
failing 4 "source folder '$T/nowhere'" -t fuse.lensfs -o "$own" "$T/nowhere" "$T/new/d"
# mount -s is for options that only other systems know; -f only looks.
timeout 20 mount -s -T "$T/fstab" "$T/new/c"
pid=$(stat_of pid "$T/new/c")
failing 32 'a lensfs is mounted there' -t lensfs -o "$own" "$SRC" "$T/new/c"
failing 2 'lensctl reload' -o remount,ro "$T/new/c"
failing 2 'lensctl reload' -o user_id=0,group_id=0,remount,ro "$T/new/c"
umount "$T/new/c"
ended "$T/new/c" "$pid"
timeout 20 mount -f -t lensfs -o "$own" "$SRC" "$T/new/c"
never mounted "$T/new/c"
