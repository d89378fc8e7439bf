#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The watchdog is fed in time while the mount answers, and not while no thread answers the kernel,
# however well the rest of the daemon is; and a daemon that is killed then leaves nobody behind.
. "$(dirname "$0")/../lib.sh"

need python3
picture "$SRC/a.jpg" 64x48
picture "$SRC/slow.jpg" 64x48
/usr/bin/env python3 "$(dirname "$0")/listen.py" "$T/notify" "$T/heard" &
await 10 test -e "$T/heard"
fed() { grep -c WATCHDOG=1 "$T/heard" || true; }
fed_to() { (($(fed) >= $1)); }
stuck() {
	start -w "env NOTIFY_SOCKET=$T/notify WATCHDOG_USEC=2000000 LD_PRELOAD=$LENSFS_TEST_TOOLS/slow-stat.so
		SLOW_STAT=slow.jpg SLOW_STAT_SIGNALS=$T/signal" threads=1
	await 10 fed_to "$(($(fed) + 5))"
	rm -f "$T"/signal.*
	stat "$MNT/slow.jpg" >"$T/stat" 2>&1 &
	asker=$!
	await 10 test -e "$T/signal.taken"
}

sanitized && skip 'another preloaded library and a sanitizer do not go together'
stuck
# No gap came near to what the manager would have waited for.
never grep -qE '^([2-9]|1\.[5-9]|[1-9][0-9])[0-9.]* WATCHDOG=1' "$T/heard"
# The one question under way may be answered yet; no other is.
before=$(fed)
await 10 grep -q 'the mount does not answer' "$LOG"
at_most "$(fed)" "$((before + 1))" 'how often it was fed'
touch "$T/signal.go"
wait "$asker"
await 10 fed_to "$((before + 3))"
grep -q 'the mount answers again' "$LOG"
stop

stuck
prober=$(pgrep -P "$DAEMON" lensfs-prober)
kill -ABRT "$DAEMON"
await 10 dead "$DAEMON"
wait "$DAEMON" || true
lost
wait "$asker" || true
await 10 dead "$prober"
await 10 no_holders
