#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl accesslog tells of each request, once for everybody who reads; it ends with its reader,
# with the mount, and costs the mount nothing else; and it is not everybody's.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/sub"
fake "$SRC/sub/a.jpg" output=1000
fake "$SRC/slow.jpg" sleep=1s
fake "$SRC/never.jpg" hang
fake "$SRC/cut.jpg" error=damaged
printf 'text' >"$SRC/note.txt"
start_fake workers=2

# reads FILE: lines go there from here on. $reader is its process.
reads() {
	"$LENSCTL" accesslog "$MNT" >"$1" &
	reader=$!
	# The first line there is says that it reads.
	await 10 told_of_a_lookup "$1"
}
told_of_a_lookup() { stat "$MNT/missing.$RANDOM" >/dev/null 2>&1 || [[ -s $1 ]]; }
told() { grep -qE "$2" "$1"; }

reads "$T/one"
first=$reader
reads "$T/two"

[[ $(cat "$MNT/note.txt") == text ]]
cat "$MNT/sub/a.jpg@webp" >/dev/null
tried EIO open "$MNT/cut.jpg@webp"
tried EIO open "$MNT/cut.jpg@webp"
probe xattr "$MNT/sub/a.jpg@webp" system.lensfs.state >/dev/null
size=$(stat -c %s "$MNT/sub/a.jpg@webp")
for file in "$T/one" "$T/two"; do
	head='^20[0-9-]+T[0-9:]+\.[0-9]{6}Z \[uid:[0-9]+,gid:[0-9]+,pid:[0-9]+\]'
	tail='<[0-9]+\.[0-9]{6}>$'
	await 10 told "$file" "$head lookup 'note\.txt': OK $tail"
	await 10 told "$file" "$head read 'note\.txt' [0-9]+ at 0: OK 4 $tail"
	await 10 told "$file" "$head lookup 'sub/a\.jpg@webp': OK $tail"
	await 10 told "$file" "$head getattr 'sub/a\.jpg@webp-q79-e4': OK $size encoded $tail"
	await 10 told "$file" "$head read 'sub/a\.jpg@webp-q79-e4' [0-9]+ at 0: OK $size hit $tail"
	await 10 told "$file" "$head getattr 'cut\.jpg@webp-q79-e4': EIO encoded $tail"
	await 10 told "$file" "$head getattr 'cut\.jpg@webp-q79-e4': EIO remembered $tail"
	await 10 told "$file" "$head getxattr 'sub/a\.jpg@webp-q79-e4' system\.lensfs\.state: OK 7 $tail"
	never told "$file" 'lines lost'
done

# One encodes, the other joins; who gives up is told of, too.
cat "$MNT/slow.jpg@webp" >/dev/null &
cat "$MNT/slow.jpg@webp" >/dev/null
wait "$!"
await 10 told "$T/one" "getattr 'slow\.jpg@webp-q79-e4': OK 1000 encoded <1\."
await 10 told "$T/one" "getattr 'slow\.jpg@webp-q79-e4': OK 1000 joined <"
cat "$MNT/never.jpg@webp" >/dev/null 2>&1 &
begun() { [[ $(stat_of running) == 1 ]]; }
await 10 begun
kill -KILL "$!"
wait "$!" 2>/dev/null || true
await 10 told "$T/one" "getattr 'never\.jpg@webp-q79-e4': EINTR <"

# Whole lines, and nothing else.
never grep -qvE "^20.* <[0-9.]+>$" "$T/one"

# Ctrl-C ends it at once, and the other reader goes on. (Jobs of a script ignore SIGINT.)
kill -TERM "$first"
await 2 dead "$first"
stat "$MNT/again" >/dev/null 2>&1 || true
await 10 told "$T/two" "lookup 'again': ENOENT"
# It ends, too, when what it writes to has ended, though there is nothing to write.
{ "$LENSCTL" accesslog "$MNT"; echo $? >"$T/code"; } | head -n 1 >"$T/head" &
await 10 told_of_a_lookup "$T/head"
await 5 test -s "$T/code"
is "$(<"$T/code")" 0 'exit code of accesslog into head'

# A hostile name forges no line.
stat "$MNT/"$'x\n2026' >/dev/null 2>&1 || true
await 10 told "$T/two" "lookup 'x\\\\x0a2026': ENOENT"

# The end of the mount is its end, within a second.
began=$(now_ms)
stop
await 5 dead "$reader"
at_most $(($(now_ms) - began)) 3000 'ms to the end'
wait "$reader" || fail "exit code $? of accesslog at the end of the mount"
