#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What names pictures is for root, who mounted, and the group that was named; figures are everybody's.
. "$(dirname "$0")/../lib.sh"
need_root
need setpriv

picture "$SRC/a.jpg" 64x48
chmod 755 "$T" "$SRC"
cp "$LENSCTL" "$T/lensctl"
as() { local gid=$1; shift; setpriv --reuid=65534 --regid="$gid" --clear-groups "$@"; }

# tells GROUP CODE COMMAND: what lensctl, as nobody in this group, ends with.
tells() {
	local code=0
	message=$(as "$1" "$T/lensctl" "$3" "$MNT" 2>&1) || code=$?
	is "$code" "$2" "exit code of $3 in group $1 ($message)"
}

start allow_other
as 65534 cat "$MNT/.lensfs/stats.json" "$MNT/.lensfs/metrics" "$MNT/.lensfs/dashboard.html" >/dev/null
for file in errors top.json; do
	never as 65534 cat "$MNT/.lensfs/$file" 2>/dev/null
	never as 0 cat "$MNT/.lensfs/$file" 2>/dev/null
done
tells 65534 3 errors
has "$message" control_group
tells 65534 3 top
tells 65534 3 accesslog
tells 65534 0 stats
stop

start allow_other control_group=4242
for file in errors top.json; do
	is "$(stat -c '%a %u %g' "$MNT/.lensfs/$file")" '440 0 4242'
	never as 65534 cat "$MNT/.lensfs/$file" 2>/dev/null
	as 4242 cat "$MNT/.lensfs/$file" >/dev/null
done
tells 4242 0 errors
tells 4242 0 top
# It reads; it does not steer, nor listen.
tells 4242 3 accesslog
tells 4242 3 reload
stop
refused 2 "control_group|'no such group'" -o 'control_group=no such group' "$SRC" "$MNT"
