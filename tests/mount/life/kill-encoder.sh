#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# kill -9 of an encoder in its work and of an idle one: the job is run again, the mount goes on.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/slow.jpg" sleep-once=20s output=5000
fake "$SRC/a.jpg" output=5000
start_fake workers=1
cat "$MNT/slow.jpg@webp" >"$T/out" &
reader=$!
await 5 stat_is running 1
kill -KILL "$(encoders_of "$DAEMON")"
await 10 dead "$reader"
wait "$reader"
is "$(wc -c <"$T/out")" 5000
is "$(stat_of encoder_crashes)" 1 'crashes'

idle=$(encoders_of "$DAEMON")
kill -KILL "$idle"
await 5 dead "$idle"
is "$(wc -c <"$MNT/a.jpg@webp")" 5000
is "$(stat_of encodes)" 2 'encodes'
is "$(stat_of encode_failures)" 0 'failures'
