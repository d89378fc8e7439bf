#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The control socket: told in stats.json, below any cache folder, closed to other users, and no
# trouble to who comes after a kill -9.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" error=damaged
long=$T/$(printf 'c%.0s' {1..200})/$(printf 'd%.0s' {1..200})
mkdir -p "$long"
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
# forgets CODE WORDS COMMAND…
forgets() {
	local code=0 text
	text=$("${@:3}" 2>&1) || code=$?
	is "$code" "$1" "exit code of ${*:3} ($text)"
	has "$text" "$2"
}
allowed=()
if [[ $(id -u) == 0 ]]; then allowed=(allow_other); fi
start_fake -c "$long/cache" "${allowed[@]}"
socket=$long/cache/control.sock
is "$(stat_of control_socket)" "\"$socket\""
is "$(stat -c '%a %F' "$socket")" '600 socket'
is "$(stat -c '%a' "$long/cache")" 700
tried EIO open "$MNT/a.jpg@webp"
forgets 0 webp-q79-e4 "$LENSCTL" cache forget "$MNT/a.jpg"

if [[ $(id -u) == 0 ]] && command -v setpriv >/dev/null; then
	tried EIO open "$MNT/a.jpg@webp"
	cp "$LENSCTL" "$T/lensctl"
	chmod 755 "$T"
	forgets 3 'only root' as_nobody "$T/lensctl" cache forget "$MNT/a.jpg"
	# Whoever is let to the socket by mistake is still asked who he is.
	chmod 777 "$long/cache" "$socket"
	forgets 3 'only root' as_nobody "$T/lensctl" cache forget "$MNT/a.jpg"
	chmod 700 "$long/cache"
	is "$(xattr "$MNT/a.jpg@webp" state)" failed
	forgets 0 webp-q79-e4 "$LENSCTL" cache forget "$MNT/a.jpg"
fi

# A daemon that is stopped cannot answer, and one that was killed has left its socket.
kill -KILL "$DAEMON"
# Waited for: its other threads may hold the cache folder for a moment longer.
exits "$DAEMON" 137
lost
forgets 5 "$MNT" "$LENSCTL" cache forget "$MNT/a.jpg@webp"
[[ -S $socket ]]
start_fake -c "$long/cache" "${allowed[@]}"
tried EIO open "$MNT/a.jpg@webp"
forgets 0 webp-q79-e4 "$LENSCTL" cache forget "$MNT/a.jpg@webp"
stop
[[ ! -e $socket ]]
forgets 5 'not in a lensfs mount' "$LENSCTL" cache forget "$MNT/a.jpg@webp"

# No place for a socket is no reason not to serve.
mkdir -p "$T/cache/control.sock"
start_fake
is "$(stat_of control_socket)" null
forgets 5 'no control socket' "$LENSCTL" cache forget "$MNT/a.jpg"
has "$(cat "$LOG")" 'cannot steer'
