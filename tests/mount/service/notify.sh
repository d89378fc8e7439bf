#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A service manager hears READY=1 only when the mount has answered, what is under way, what becomes of
# a reload that SIGHUP asked for, and STOPPING=1 before the mount is gone. Encoders do not know of it.
. "$(dirname "$0")/../lib.sh"

need python3
picture "$SRC/a.jpg" 64x48
heard() { grep -qE -- "$1" "$T/heard"; }
line() { grep -nE -m1 -- "$1" "$T/heard" | cut -d: -f1; }
serve() { start -w "env NOTIFY_SOCKET=$1 $2" "config=$T/mine.conf"; }
printf '[view thumb]\ntokens = w20-webp\n' >"$T/mine.conf"

for address in "$T/notify" "@lensfs-test-$$"; do
	rm -f "$T/heard"
	/usr/bin/env python3 "$(dirname "$0")/listen.py" "$address" "$T/heard" &
	listener=$!
	await 10 test -e "$T/heard"
	serve "$address" ''
	await 10 heard ' READY=1\|STATUS=0 encoding, 0 waiting; [0-9]+ encoded'
	is "$(grep -c READY=1 "$T/heard")" 1 'times that it was ready'
	# Nobody asked for a watchdog.
	never heard WATCHDOG
	for pid in $(pgrep -P "$DAEMON"); do
		case $(cat "/proc/$pid/comm") in
		lensfs-prober) is "$(find "/proc/$pid/fd" -lname /dev/fuse)" '' 'its /dev/fuse' ;;
		*) never grep -qaE 'NOTIFY_SOCKET|WATCHDOG' "/proc/$pid/environ" ;;
		esac
	done

	printf '[view thumb]\ntokens = w30-webp\n' >"$T/mine.conf"
	kill -HUP "$DAEMON"
	await 10 heard 'RELOADING=1\|MONOTONIC_USEC=[0-9]+\|STATUS='
	since_boot=$(grep -oE -m1 'MONOTONIC_USEC=[0-9]+' "$T/heard" | cut -d= -f2)
	at_most "$since_boot" "$(($(cut -d. -f1 /proc/uptime) * 1000000 + 2000000))" MONOTONIC_USEC
	ready_again() { [[ $(grep -c READY=1 "$T/heard") == 2 ]]; }
	await 10 ready_again
	printf 'nonsense\n' >"$T/mine.conf"
	kill -HUP "$DAEMON"
	await 10 heard 'READY=1\|STATUS=.*the configuration is refused: .*mine.conf:1: '

	stop
	await 10 heard STOPPING=1
	heard 'STOPPING=1\|STATUS=unmounting'
	at_least "$(line STOPPING=1)" "$(line RELOADING=1)"
	tail -n1 "$T/heard" | grep -q STOPPING=1
	kill "$listener"
	printf '[view thumb]\ntokens = w20-webp\n' >"$T/mine.conf"
done

# Unmounted from outside is an end like another.
rm -f "$T/heard" "$T/notify"
/usr/bin/env python3 "$(dirname "$0")/listen.py" "$T/notify" "$T/heard" &
await 10 test -e "$T/heard"
serve "$T/notify" ''
await 10 heard READY=1
fusermount3 -u "$MNT"
exits "$DAEMON" 0
lost
await 10 heard STOPPING=1
await 5 no_holders

# A manager that does not listen, and one that cannot be reached, keep nobody from serving.
serve /nowhere/notify WATCHDOG_USEC=1000000
is "$(kind "$MNT/a.jpg@w20.webp")" image/webp
stop

# In the background nobody hears of it: the address is that of whoever mounts.
rm -f "$T/heard" "$T/notify"
/usr/bin/env python3 "$(dirname "$0")/listen.py" "$T/notify" "$T/heard" &
await 10 test -e "$T/heard"
NOTIFY_SOCKET=$T/notify timeout 20 "$LENSFS" -o "cache=$CACHE,cache_free=0" "$SRC" "$MNT" 2>/dev/null
pid=$(stat_of pid)
fusermount3 -u "$MNT"
ended "$MNT" "$pid"
is "$(cat "$T/heard")" '' 'what was heard'
