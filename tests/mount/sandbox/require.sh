#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A system that lacks a part of the sandbox: lensfs mounts and says what is missing, but with
# -o sandbox=require it refuses with code 7.
unset LENSFS_TEST_SANDBOX # which this asks about
. "$(dirname "$0")/../lib.sh"

need_root
need setpriv
picture "$SRC/a.jpg" 64x48
start
held=$(stat_of sandbox)
stop

mounts_without() {
	local part=$1
	start -w "${*:2}"
	[[ $(stat_of sandbox) != *"$part"* ]] || fail "'$part' is in force: $(stat_of sandbox)"
	grep -q "warning: encoders .* without .*$part (" "$LOG" || fail "nothing is told of '$part'"
	tried OK read "$MNT/a.jpg@webp"
	stop
	true >"$LOG"
}
refused_without() {
	local part=$1 code=0 message
	message=$(timeout 20 "${@:2}" "$LENSFS" -f -o "cache=$CACHE,sandbox=require" "$SRC" "$MNT" 2>&1) || code=$?
	is "$code" 7 "exit code of lensfs ($message)"
	has "$message" "$part ("
	has "$message" 'sandbox=require'
	never mounted "$MNT"
}

# Root of a container that may not change its user, or could not end who had another.
mounts_without user setpriv --bounding-set=-setuid --inh-caps=-setuid
refused_without user setpriv --bounding-set=-setuid --inh-caps=-setuid
refused_without user setpriv --bounding-set=-kill --inh-caps=-kill

[[ $held == *landlock* ]] || skip 'this kernel has no Landlock to take away'
mounts_without landlock lacking landlock_create_ruleset
refused_without landlock lacking landlock_create_ruleset

if [[ $held == *seccomp* ]]; then
	start sandbox=require
	is "$(stat_of sandbox)" '"no-new-privs user caps landlock seccomp rlimits"'
	tried OK read "$MNT/a.jpg@webp"
else
	refused_without seccomp env
fi
