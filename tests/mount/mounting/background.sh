#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# In the background lensfs returns only when the mount answers, with 0, nothing on stderr (but for
# what this system's sandbox lacks), and a daemon that has left the terminal and the folder;
# relative paths still mean what they did.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
cd "$T"
for round in 1 2 3; do
	# `wait` below: who inherits our pipe has not let go of it.
	timeout 20 "$LENSFS" -o cache=cache source mount >"$T/said" 2>&1
	is "$(kind "$MNT/a.jpg@w$((round + 10)).webp")" image/webp
	pid=$(stat_of pid)
	mounted "$MNT"
	is "$(sed '/^lensfs: warning: encoders are confined less /d' "$T/said")" '' 'what it said'
	is "$(readlink "/proc/$pid/cwd")" / 'its folder'
	is "$(ps -o sid= -p "$pid" | tr -d ' ')" "$(ps -o pgid= -p "$pid" | tr -d ' ')" 'its session'
	for fd in 0 1 2; do is "$(readlink "/proc/$pid/fd/$fd")" /dev/null "descriptor $fd"; done
	encoders=$(pgrep -P "$pid" lensfs-encoder)
	kill -TERM "$pid"
	await 10 dead "$pid"
	never mounted "$MNT"
	for encoder in $encoders; do await 5 dead "$encoder"; done
done
