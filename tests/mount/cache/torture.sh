#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Load, changing limits, and kill -9 at a random instant, again and again: each time the next
# daemon is there within a second, keeps its bound, has every variant byte for byte, and the cache
# has nothing wrong in it. $TORTURE_ROUNDS rounds, 4 if not said; tests/lanes/torture takes 200,
# and $TORTURE_SEED has them again.
. "$(dirname "$0")/../lib.sh"

need python3
rounds=${TORTURE_ROUNDS:-4}
# A second is the promise; beside other tests a processor may be away for longer.
patience=${TORTURE_PATIENCE_MSEC:-5000}
RANDOM=${TORTURE_SEED:-$$}
seed=$RANDOM
readers=8
here=$(dirname "$0")
torture() { timeout 300 "$here/torture.py" "$MNT" "$T/reference" "$readers" "$@"; }
# Of 1 to 24 MiB all in all, so that every limit below has something to evict.
for n in $(seq 30); do fake "$SRC/$n.jpg" "output=$((2000 + n * n * 100))"; done
start_fake -c "$T/reference-cache"
mkdir "$T/reference"
for n in $(seq 30); do
	for q in $(seq 10 19); do
		cat "$MNT/$n.jpg@webp-q$q" >"$T/reference/$n.jpg@webp-q$q"
	done
done
stop

limits=(1m 2m 4m 8m)
any_limit() { echo "${limits[RANDOM % ${#limits[@]}]}"; }
# Files may go while they are counted.
files_bytes() { { find "$CACHE/blobs" -type f -printf '%s\n' 2>/dev/null || true; } | awk '{ s += $1 } END { print s + 0 }'; }
within_bound() {
	at_most "$(stat_of cache_bytes)" "$(stat_of cache_limit)" "bytes in round $round"
	at_most "$(files_bytes)" "$(stat_of cache_limit)" "bytes of files in round $round"
}
change_limits() {
	local round=$1
	while sleep 0.$((RANDOM % 3 + 1)); do
		timeout 10 "$LENSCTL" cache limit "$(any_limit)" "$MNT" >/dev/null 2>&1 || return 0
	done
}
can_limit=
! "$LENSCTL" --help | grep -q '^  cache limit ' || can_limit=yes

longest=0 slow=0
for round in $(seq "$rounds"); do
	start_fake "cache_size=$(any_limit)"
	torture 20 "$seed.$round" &
	load=$!
	changer=
	if [[ $can_limit ]]; then change_limits "$round" & changer=$!; fi
	sleep "$((RANDOM % 2)).$((RANDOM % 90 + 10))"
	kill -KILL "$DAEMON"
	exits "$DAEMON" 137
	lost
	wait "$load" || fail "a wrong variant in round $round (seed $seed)"
	[[ ! $changer ]] || { kill "$changer" 2>/dev/null || true; wait "$changer" 2>/dev/null || true; }

	begun=$(now_ms)
	start_fake "cache_size=$(any_limit)"
	took=$(($(now_ms) - begun))
	((took <= longest)) || longest=$took
	((took <= 1000)) || slow=$((slow + 1))
	at_most "$took" "$patience" "milliseconds until the mount answers in round $round"
	within_bound
	verified=$(timeout 60 "$LENSCTL" cache verify "$MNT") || fail "round $round (seed $seed): $verified"
	torture 0 "$seed" || fail "a wrong variant after round $round (seed $seed)"
	within_bound
	is "$(stat_of dropped)" 0 "blobs dropped in round $round"
	if ((round % 3 == 0)); then
		stop
	else
		kill -KILL "$DAEMON"
		exits "$DAEMON" 137
		lost
	fi
done
say "$rounds rounds, seed $seed; the longest start took $longest ms, $slow took over a second"
