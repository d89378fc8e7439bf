#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl log-level: what is less grave is logged no more, and again.
. "$(dirname "$0")/../lib.sh"

for n in 1 2 3; do fake "$SRC/$n.jpg" "output=10$n" error=damaged; done
start_fake
is "$(stat_of log_level)" '"info"'
has "$("$LENSCTL" log-level error "$MNT")" 'logs error and what is graver, where it was info'
is "$(stat_of log_level)" '"error"'
tried EIO read "$MNT/1.jpg@webp"
"$LENSCTL" log-level warning "$MNT/2.jpg" >/dev/null
tried EIO read "$MNT/2.jpg@webp"
grep -F "'2.jpg' as webp" "$LOG" >/dev/null
never grep -F "'1.jpg' as webp" "$LOG"
# The failure is told of all the same.
has "$(<"$MNT/.lensfs/errors")" 1.jpg
code=0
"$LENSCTL" log-level loud "$MNT" 2>"$T/err" || code=$?
is "$code" 2 'exit code for no level'
has "$(cat "$T/err")" "'loud' is no level"
