#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Over the deadline: ETIMEDOUT for every waiter, the encoder is killed, and the failure is
# remembered; the next picture has a fresh encoder.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/hangs.jpg" hang
fake "$SRC/well.jpg" output=5000
start_fake deadline=1 workers=1
begin=$(now_ms)
tried ETIMEDOUT open "$MNT/hangs.jpg@webp" &
first=$!
await 5 stat_is running 1
encoder=$(encoders_of "$DAEMON")
tried ETIMEDOUT stat "$MNT/hangs.jpg@webp" &
second=$!
wait "$first"
wait "$second"
at_least $(($(now_ms) - begin)) 900 'milliseconds until the deadline'
await 5 dead "$encoder"
is "$(stat_of encoder_deadlines)" 1 'deadlines'

tried OK read "$MNT/well.jpg@webp"
begin=$(now_ms)
tried ETIMEDOUT open "$MNT/hangs.jpg@webp"
at_most $(($(now_ms) - begin)) 800 'milliseconds for a remembered failure'
is "$(stat_of encoder_deadlines)" 1 'deadlines'
has "$(xattr "$MNT/hangs.jpg@webp" error)" 'timed out'
