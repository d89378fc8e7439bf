#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every line has its level: for syslog in the background, and for the journal where stderr is that.
# A stderr that is not, though $JOURNAL_STREAM was inherited, gets words.
. "$(dirname "$0")/../lib.sh"

own_mounts
need python3
printf '\377\330\377\340 no picture' >"$SRC/bad.jpg"
printf 'nonsense\n' >"$T/bad.conf"
logged() { grep -qE -- "$1" "$T/logged"; }

# /dev/log as this world has it.
mkdir "$T/dev"
mount -t tmpfs none "$T/dev"
cp -a /dev/{null,zero,urandom,fuse,fd,stdin,stdout,stderr} "$T/dev/"
mount --move "$T/dev" /dev
/usr/bin/env python3 "$(dirname "$0")/listen.py" /dev/log "$T/logged" &
await 10 test -e "$T/logged"

timeout 20 "$LENSFS" -o "cache=$CACHE,cache_free=0" "$SRC" "$MNT" 2>"$T/said"
pid=$(stat_of pid)
# 24 is the daemons' facility; 6 tells, 4 warns.
await 10 logged "<30>.* lensfs\\[$pid\\]: '$SRC' is mounted on '$MNT'"
tried EIO read "$MNT/bad.jpg@webp"
await 10 logged "<28>.* lensfs\\[$pid\\]: 'bad.jpg' as webp"
kill -USR1 "$pid"
await 10 logged "<30>.* lensfs\\[$pid\\]: state: 0 jobs under way"
kill -TERM "$pid"
ended "$MNT" "$pid"
await 10 logged "<30>.* lensfs\\[$pid\\]: '$MNT' is unmounted"
# What keeps it from starting is for the terminal, and not yet for the log.
: >"$T/logged"
never timeout 20 "$LENSFS" -o "cache=$CACHE,config=$T/bad.conf" "$SRC" "$MNT" 2>"$T/said"
grep -q "^lensfs: .*bad.conf:1:" "$T/said"
is "$(cat "$T/logged")" '' 'what was logged'

touch "$LOG"
start -w "env JOURNAL_STREAM=$(stat -c %d:%i "$LOG")"
tried EIO read "$MNT/bad.jpg@avif" # the other failure is remembered, and told no more
await 10 grep -q "^<4>'bad.jpg' as avif" "$LOG"
grep -qx "<6>'$SRC' is mounted on '$MNT'" "$LOG"
stop
: >"$LOG"
start -w "env JOURNAL_STREAM=$(stat -c %d:%i "$T/said")"
await 10 grep -qx "lensfs: '$SRC' is mounted on '$MNT'" "$LOG"
stop
