#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A burst of large pictures in a control group that cannot carry it: $PICTURES (200) photographs
# of 12 megapixels as `@webp-e0`, 40 readers at once, in $LIMIT (256) MiB, with a budget
# for encodes that is far too large for that (encode_memory=1g, four workers); with pressure
# control, and without (-o pressure=off). In both a reader who is told EBUSY or ENOMEM tries
# again after a second, as often as it takes, up to $PATIENCE seconds in all.
#
# For each: seconds, pictures read, encoders killed by the kernel, refusals, the group's peak, with
# page cache by the kernel's counter and without by samples ten times a second. In
# FOLDER, where one is given: burst.tsv, and burst.svg, their picture: the group's memory, the
# level, encodes and kills over time, with control above and without below.
#
# Needs root and a memory controller (version 1 or 2).
# usage: LENSFS_BUILD=build tests/bench/pressure.sh [FOLDER]
. "$(dirname "$0")/../mount/lib.sh"
need python3
: "${PICTURES:=200}" "${LIMIT:=256}" "${PATIENCE:=600}"
out=${1:-$T}

memory_group "$LIMIT"

for i in $(seq 0 7); do echo "$T/$i.jpg" 4000x3000 pattern=photo "seed=$i"; done |
	xargs -P "$(nproc)" -n 4 make-picture
for i in $(seq "$PICTURES"); do { cat "$T/$((i % 8)).jpg"; echo "$i"; } >"$SRC/$i.jpg"; done

for control in on off; do
	options=(encode_memory=1g workers=4)
	[[ $control == on ]] || options+=(pressure=off)
	start -w "$T/in-group" "${options[@]}"
	python3 "$(dirname "$0")/burst.py" run "$control" "$MNT" "$GROUP" "$PATIENCE" "$out" || true
	kill -KILL "$DAEMON"
	wait "$DAEMON" || true
	lost
	umount -l "$MNT"
	await 5 no_holders
	rm -rf "$CACHE"
done
python3 "$(dirname "$0")/burst.py" table "$out"
