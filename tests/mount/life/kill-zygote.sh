#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# kill -9 of the zygote, idle and with a job under way: another one is started, the job is done.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/slow.jpg" sleep=1s output=5000
fake "$SRC/a.jpg" output=5000
start_fake
first=$(zygote_of "$DAEMON")
kill -KILL "$first"
is "$(wc -c <"$MNT/a.jpg@webp")" 5000
isnt "$(zygote_of "$DAEMON")" "$first" 'the zygote'

cat "$MNT/slow.jpg@webp" >"$T/out" &
reader=$!
await 5 stat_is running 1
kill -KILL "$(zygote_of "$DAEMON")"
await 20 dead "$reader"
wait "$reader"
is "$(wc -c <"$T/out")" 5000
is "$(wc -c <"$MNT/a.jpg@avif")" 5000
is "$(stat_of zygote_restarts)" 2 'restarts of the zygote'
is "$(stat_of encode_failures)" 0 'failures'
