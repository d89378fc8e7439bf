#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl probe: one line and an exit code in Nagios' form, in time whatever is wrong; and what
# lensctl mounts says of the same mounts.
. "$(dirname "$0")/../lib.sh"

# probe CODE WORDS… -- ARGUMENT…
probe_says() {
	local code=0 wanted=$1 words=() began
	shift
	while [[ $1 != -- ]]; do words+=("$1"); shift; done
	began=$(now_ms)
	timeout 60 "$LENSCTL" probe "${@:2}" >"$T/out" || code=$?
	at_most $(($(now_ms) - began)) 8000 'milliseconds of a probe'
	is "$code" "$wanted" "exit code of probe ($(cat "$T/out"))"
	is "$(wc -l <"$T/out")" 1 lines
	for word in "${words[@]}"; do has "$(cat "$T/out")" "$word"; done
}
listed() { "$LENSCTL" mounts | grep -F "$MNT " | grep -E "$1" >/dev/null; }

picture "$SRC/a.jpg" 64x48
probe_says 2 'LENSFS CRITICAL' 'no lensfs is mounted there' -- "$MNT"
probe_says 2 'no lensfs is mounted there' -- "$T/missing"
code=0
"$LENSCTL" probe -t soon "$MNT" 2>/dev/null || code=$?
is "$code" 3 'exit code of a wrong line'
start
probe_says 0 'LENSFS OK' 'encodes in' 'cache ok' ' | answer=0.' 'encode=0.' 'B;;;0;2147483648' -- "$MNT"
grep -E '^LENSFS [A-Z]+: [^|]+ \|( [a-z]+=[0-9.]+(s|B|c)?(;[0-9.]*){0,4})+$' "$T/out" >/dev/null
is "$(stat_of misses) $(stat_of entries)" '0 0' 'traces of a probe'
listed " ok +$DAEMON .*$(stat_of version | tr -d '"')"

# Not now is a warning, by pressure or because encoders hang.
"$LENSCTL" pressure "$MNT" --set critical --for 60s >/dev/null
critical() { [[ $(stat_of level) == '"critical"' ]]; }
await 5 critical
probe_says 1 'LENSFS WARNING' 'does not encode now' 'memory pressure critical' -- "$MNT"
"$LENSCTL" pressure "$MNT" --set normal --for 0.001s >/dev/null
normal() { [[ $(stat_of level) == '"normal"' ]]; }
await 20 normal
encoders=$(encoders_of "$DAEMON")
zygote=$(zygote_of "$DAEMON")
# shellcheck disable=SC2086 # process ids
kill -STOP $zygote $encoders
probe_says 1 'does not encode now' -- -t 1 "$MNT"
# shellcheck disable=SC2086
kill -CONT $zygote $encoders
probe_says 0 'encodes in' -- "$MNT"

# A disk that has less free than it is to keep is one, too, however empty.
"$LENSCTL" cache free 8000t "$MNT" >/dev/null
tried OK read "$MNT/a.jpg@webp"
trouble() { [[ $(stat_of cache_state) == '"trouble"' ]]; }
await 10 trouble
probe_says 1 'cache in trouble' 'No space' -- "$MNT"
"$LENSCTL" cache free 0 "$MNT" >/dev/null
well() { stat_is cache_state '"ok"'; }
await 30 well

# A daemon that hangs.
kill -STOP "$DAEMON"
probe_says 2 'no answer within 1 s' -- -t 1 "$MNT"
listed 'no answer'
kill -CONT "$DAEMON"
probe_says 0 -- "$MNT"

# Who may look but not steer, and who may not even look.
if [[ $(id -u) == 0 ]] && command -v setpriv >/dev/null; then
	chmod 755 "$T"
	cp "$LENSCTL" "$T/lensctl"
	LENSCTL="setpriv --reuid=65534 --regid=65534 --clear-groups $T/lensctl"
	as_nobody() { local code=0; $LENSCTL "$@" >"$T/out" 2>&1 || code=$?; echo "$code"; }
	is "$(as_nobody probe "$MNT")" 3 'exit code of a probe that may not look'
	is "$(as_nobody stats "$MNT")" 3 'exit code of stats'
	has "$(cat "$T/out")" 'no permission'
	is "$(as_nobody mounts)" 0
	grep -F "$MNT " "$T/out" | grep 'no permission' >/dev/null
	stop
	start allow_other
	is "$(as_nobody probe "$MNT")" 0 'exit code of a probe that may not steer'
	has "$(cat "$T/out")" 'encoder not tried: that takes root'
	is "$(as_nobody log-level debug "$MNT")" 3 'exit code of log-level'
	LENSCTL=$T/lensctl
fi

# One that ended badly. What is mounted there is there no more.
kill -KILL "$DAEMON"
await 5 dead "$DAEMON"
lost
probe_says 2 'has ended' -- "$MNT"
listed dead
code=0
"$LENSCTL" stats "$MNT" >"$T/out" 2>&1 || code=$?
is "$code" 5 'exit code of a dead mount'
has "$(cat "$T/out")" 'has ended; mount it again'
await 5 no_holders

# Encoders that never come to life.
printf '#!/bin/sh\nLENSFS_FAKE_STILLBORN=1 exec "%s" "$@"\n' "$FAKE_ENCODER" >"$T/stillborn"
chmod +x "$T/stillborn"
start deadline=1 "encoder=$T/stillborn"
probe_says 2 'cannot encode' -- -t 6 "$MNT"
