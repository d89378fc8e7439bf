#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# lensctl pressure: what it shows, and what it refuses.
. "$(dirname "$0")/../lib.sh"

level_is() { [[ $(stat_of level) == "\"$1\"" ]]; }
code_of() { local code=0; "$@" >"$T/out" 2>&1 || code=$?; echo "$code"; }

picture "$SRC/a.jpg" 64x48
start_fake

is "$(code_of "$LENSCTL" pressure "$MNT")" 0
has "$(cat "$T/out")" 'memory pressure: normal'
has "$(cat "$T/out")" 'of the machine'
at_least "$(grep -c ' %$' "$T/out")" 1 'readings shown'
is "$(code_of "$LENSCTL" pressure --once "$MNT/a.jpg")" 0
is "$(code_of "$LENSCTL" pressure)" 2
is "$(code_of "$LENSCTL" pressure "$MNT" --set 2)" 2
is "$(code_of "$LENSCTL" pressure "$MNT" --for 2s)" 2
is "$(code_of "$LENSCTL" pressure "$MNT" --set 4 --for 2s)" 2
has "$(cat "$T/out")" 'critical'
is "$(code_of "$LENSCTL" pressure "$MNT" --set 2 --for soon)" 2
is "$(code_of "$LENSCTL" pressure "$T" --once)" 5

# A rehearsal ends by itself, and says how long it still takes.
is "$(code_of "$LENSCTL" pressure "$MNT" --set high --for 3s)" 0
await 2 level_is high
"$LENSCTL" pressure "$MNT" >"$T/out"
has "$(cat "$T/out")" 'memory pressure: high, simulated for another'
await 10 level_is normal
at_least "$(stat_of level_changes)" 2 'changes of level'
at_least "$(stat_of level_seconds_high)" 2 'seconds at high'
