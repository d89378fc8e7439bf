#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A source replaced or overwritten during its encode: a reader gets the old version, the new
# one, or ESTALE, and never a mix; soon after, everybody gets the new one.
. "$(dirname "$0")/../lib.sh"

fake "$T/old" sleep=700ms output=200000
fake "$T/new" output=150000
cp "$T/old" "$SRC/old.jpg"
cp "$T/new" "$SRC/new.jpg"
start_fake workers=2
cat "$MNT/new.jpg@webp" >"$T/new.webp"
cat "$MNT/old.jpg@webp-q33" >/dev/null

by_rename() { cp "$T/new" "$T/tmp" && mv "$T/tmp" "$1"; }
by_writing() { cat "$T/new" >"$1"; }

for way in by_rename by_writing; do
	cp "$T/old" "$SRC/$way.jpg"
	# A version of its own, so that nothing is in the cache yet.
	printf '#%s' "$way" >>"$SRC/$way.jpg"
	cp "$SRC/$way.jpg" "$SRC/copy.$way.jpg"
	misses=$(stat_of misses)
	cat "$MNT/$way.jpg@webp" >"$T/out" 2>"$T/err" &
	reader=$!
	await 5 stat_is running 1
	"$way" "$SRC/$way.jpg"
	await 10 dead "$reader"
	code=0
	wait "$reader" || code=$?
	cat "$MNT/copy.$way.jpg@webp" >"$T/old.webp"
	if ((code == 0)); then
		cmp -s "$T/out" "$T/old.webp" || cmp -s "$T/out" "$T/new.webp" ||
			fail "neither old nor new: $(stat -c %s "$T/out") bytes"
	else
		has "$(<"$T/err")" 'Stale file handle'
	fi
	is_new() { cmp -s "$MNT/$way.jpg@webp" "$T/new.webp"; }
	await 5 is_new
	at_least "$(stat_of misses)" "$misses"
done

# Growing all the time: every reader has a whole variant of some version, or ESTALE.
cp "$T/old" "$SRC/growing.jpg"
# The pause is the writer's pace, and nothing is known by it.
(until [[ -e $T/enough ]]; do printf '#' >>"$SRC/growing.jpg" && sleep 0.05; done) &
writer=$!
for _ in 1 2 3 4; do
	if cat "$MNT/growing.jpg@webp" >"$T/out" 2>"$T/err"; then
		is "$(stat -c %s "$T/out")" 200000 'size'
	else
		has "$(<"$T/err")" 'Stale file handle'
	fi
done
: >"$T/enough"
wait "$writer"
cat "$SRC/growing.jpg" >"$SRC/settled.jpg"
cat "$MNT/settled.jpg@webp" >"$T/settled"
is_settled() { cmp -s "$MNT/growing.jpg@webp" "$T/settled"; }
await 5 is_settled
