#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl bench: measures what it is asked to, by a mount of its own of which nothing is left, and
# touches none that is there.
. "$(dirname "$0")/../lib.sh"
need jq

mkdir -p "$SRC/sub" "$T/tmp"
for n in 1 2 3 4 5; do picture "$SRC/$n.jpg" 320x200 "seed=$n" 2>/dev/null || picture "$SRC/$n.jpg" $((320 + n))x200; done
picture "$SRC/sub/6.png" 100x80
echo words >"$SRC/notes.txt"
export TMPDIR=$T/tmp
left() { find "$T/tmp" -mindepth 1 | head -n 3; }
bench() {
	local code=0
	timeout 120 "$LENSCTL" bench "${@:2}" >"$T/out" 2>"$T/err" || code=$?
	is "$code" "$1" "exit code of bench ${*:2} ($(cat "$T/out" "$T/err"))"
	is "$(left)" '' 'what a bench left'
	never grep -F " $T/tmp" /proc/self/mounts
}

bench 0 --json -v w50-webp -v w50-jpeg -n 3 "$SRC"
is "$(jq -c '[.pictures, [.views[].view], [.views[].made], [.views[].failed]]' "$T/out")" \
	'[3,["w50-webp","w50-jpeg"],[3,3],[0,0]]'
jq -e 'all(.views[]; .per_second > 0 and .bytes > 0 and .percent_of_source > 0)
	and .reading.mount.files_per_second > 0 and .reading.ratio > 0' "$T/out" >/dev/null
# Every format that can be written here, of one picture.
bench 0 "$SRC/sub/6.png"
for words in '1 pictures' w1600-jpeg w1600-webp w1600-png 'the disk'; do has "$(cat "$T/out")" "$words"; done

# A mount that is there, over the same folder, is neither used nor disturbed.
TMPDIR=$T start
bench 0 -v w20-webp -n 2 "$SRC"
is "$(stat_of encodes) $(stat_of entries)" '0 0'
bench 1 -v w20-webp -n 2 "$MNT"
has "$(cat "$T/err")" 'name the folder that is mounted there'
is "$(stat_of encodes) $(stat_of entries)" '0 0'

head -c 300 "$SRC/1.jpg" >"$SRC/sub/cut.jpg"
bench 0 --json -v w20-webp -n 9 "$SRC/sub"
is "$(jq -c '[.views[0].made, .views[0].failed, .views[0].percent_of_source]' "$T/out")" '[1,1,null]'
has "$(cat "$T/err")" cut.jpg
bench 1 "$SRC/notes.txt"
has "$(cat "$T/err")" 'no picture'
bench 1 "$T/missing"
bench 2 -v q101 "$SRC"

# Stopped, it still clears away.
"$LENSCTL" bench -v png-e9 -v avif-e9 -n 5 "$SRC" >/dev/null 2>&1 &
pid=$!
its_mount() { grep -qF " $T/tmp" /proc/self/mounts; }
await 20 its_mount
kill -INT "$pid"
code=0
wait "$pid" || code=$?
is "$code" 130 'exit code of what was stopped'
is "$(left)" '' 'what it left'
