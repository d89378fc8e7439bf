#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Ctrl-C ends what goes through a list, and does not only pass on to the next; a second one ends what
# waits for a mount that hangs.
. "$(dirname "$0")/../lib.sh"

for n in 1 2 3; do fake "$SRC/$n.jpg" "output=100$n"; done
fake "$SRC/long.jpg" sleep=60s
start_fake prefetch=off

# stopped COMMAND…: begins on standard input, is interrupted once it has done something, and ends.
stopped() {
	local code=0 began pid
	setsid "$@" <"$T/names" >"$T/out" 2>"$T/err" &
	pid=$!
	await 20 some_lookups
	kill -INT "$pid"
	began=$(now_ms)
	await 10 dead "$pid"
	at_most $(($(now_ms) - began)) 5000 'milliseconds to its end'
	wait "$pid" || code=$?
	is "$code" 130 "exit code of $*"
}
lookups=0
some_lookups() { (($(stat_of lookups) > lookups + 20)); }

for _ in $(seq 20000); do echo "$MNT/1.jpg"; done >"$T/names"
stopped "$LENSCTL" warm --evict -v webp -
has "$(cat "$T/err")" 'stopped; to go on, run it again'
lookups=$(stat_of lookups)
mapfile -t names < <(head -n 8000 "$T/names")
stopped "$LENSCTL" cache drop "${names[@]}"
at_most "$(wc -l <"$T/out")" 7000 'paths that were gone through'

# No name is too long, nor is a list that nobody ends.
code=0
head -c 20000000 /dev/zero | tr '\0' x | timeout 60 "$LENSCTL" warm -v webp - >"$T/out" 2>"$T/err" || code=$?
is "$code" 1 'exit code for a name that is none'
has "$(cat "$T/err")" 'File name too long'
printf '%s\0' "$MNT/1.jpg" "$MNT/2.jpg" | timeout 60 "$LENSCTL" warm -v webp - >"$T/out"
has "$(cat "$T/out")" '2 made'

# All is listed, and one is waited for, when the mount begins to hang. (Who is in the middle of a
# request to it then, nothing ends: fuse's request_wait_answer().)
"$LENSCTL" warm -j 1 "$MNT/long.jpg@webp" >"$T/out" 2>"$T/err" &
pid=$!
has_listed() { grep -q futex "/proc/$pid/wchan" && (($(stat_of running) > 0)); }
await 20 has_listed
kill -STOP "$DAEMON"
kill -INT "$pid"
handler_gone() { local mask; mask=$(awk '/^SigCgt/ {print $2}' "/proc/$pid/status"); ((!(0x$mask & 2))); }
await 10 handler_gone
kill -INT "$pid"
await 10 dead "$pid"
kill -CONT "$DAEMON"
code=0
wait "$pid" || code=$?
isnt "$code" 0 'exit code of what was stopped twice'
