#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A source that changes at random shows through the mount as it is, after one round trip of an
# event, and no reader ever gets a mixture of versions: see churn.c. $LENSFS_CHURN_SEED repeats
# a run that failed, $LENSFS_CHURN_SECONDS makes it longer (the lane runs it for an hour).
. "$(dirname "$0")/../lib.sh"

start_fake
seed=${LENSFS_CHURN_SEED:-$RANDOM}
say "seed $seed"
churn "$SRC" "$MNT" "${LENSFS_CHURN_SECONDS:-20}" "$seed" || fail "with seed $seed"
