#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything works for a user without privileges, whom fusermount3 helps to mount.
. "$(dirname "$0")/../lib.sh"

need_root
need setpriv
[[ -u $(type -P fusermount3) ]] || skip 'fusermount3 is not setuid'
picture "$SRC/a.jpg" 64x48
chmod 755 "$T"
mkdir "$CACHE"
chown -R 65534:65534 "$SRC" "$MNT" "$CACHE"
as_nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
$as_nobody "$LENSFS" --version >/dev/null 2>&1 || skip 'the programs are not for others to run'
$as_nobody test -w /dev/fuse || skip '/dev/fuse is not for users'
# Root is "other" here, so only nobody can ask.
$as_nobody "$LENSFS" -f -o "cache=$CACHE" "$SRC" "$MNT" 2>>"$LOG" &
DAEMON=$!
DAEMONS[$MNT]=$DAEMON
up() { dead "$DAEMON" || mounted "$MNT"; }
await 20 up
mounted "$MNT"
cp "$(type -P probe)" "$T/probe"
as() { $as_nobody "$@"; }
is "$(as "$T/probe" try read "$MNT/a.jpg@webp")" OK
is "$(as stat -c '%u %a' "$MNT/a.jpg@webp")" '65534 444'
tried EACCES stat "$MNT/a.jpg"
as fusermount3 -u "$MNT"
exits "$DAEMON" 0
lost
never mounted "$MNT"
await 5 no_holders
