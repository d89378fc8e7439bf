#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A tree that was walked once is walked again without the daemon; and a folder whose listing the
# kernel has forgotten is listed again without a look into its files.
. "$(dirname "$0")/../lib.sh"
need strace
strace -qq -e trace=none true 2>/dev/null || skip 'may trace no program here'

mkdir -p "$SRC/d/sub"
for i in {1..40}; do
	fake "$SRC/d/$i.jpg" "output=$((1000 + i))"
	echo "$i" >"$SRC/d/$i.html"
done
fake "$SRC/d/sub/x.jpg" output=900
mkdir "$SRC/new"
fake "$SRC/new/picture.jpg" output=900
for name in words.jpg page.html; do echo words >"$SRC/new/$name"; done
start_fake
walk() {
	ls -iR "$MNT/d@webp"
	stat -c '%n %s %i' "$MNT"/d@webp/* "$MNT/d@webp/missing.jpg.webp" 2>&1 || :
	cat "$MNT"/d@webp/*.{webp,html} | sha256sum
}
walk >/dev/null
# A folder's attributes are believed for long only if told after it was watched.
settled() { sleep 1.2; n=$(stat_of getattrs); walk >/dev/null; [[ $(stat_of getattrs) == "$n" ]]; }
await 10 settled
before=$(walk)
is "$(grep -c webp <<<"$before")" 125 'lines of it'
kill -STOP "$DAEMON"
at_end "kill -CONT $DAEMON 2>/dev/null"
(walk >"$T/after") &
reader=$!
await 10 dead $reader
kill -CONT "$DAEMON"
is "$(<"$T/after")" "$before"

# Files of the source that the daemon opens for a listing: those called like pictures, once.
strace -f -qq -e trace=openat2 -o "$T/opens" -p "$DAEMON" &
tracer=$!
tracing() { grep -q "^TracerPid:.*[1-9]" "/proc/$DAEMON/status"; }
await 5 tracing
at_end "kill $tracer 2>/dev/null"
opened() { grep -c "\"$1\"" "$T/opens" || :; }
is "$(ls "$MNT/new@webp" | wc -l)" 3 'listed'
: >"$SRC/d/new.txt"
listed_new() { [[ $(ls "$MNT/d@webp" | wc -l) == 82 ]]; }
await 5 listed_new
ls "$MNT/d@png" "$MNT/new@png" >/dev/null
kill "$tracer"
await 5 dead "$tracer"
is "$(opened picture.jpg) $(opened words.jpg) $(opened page.html)" '1 1 0' 'opens of files that were new'
is "$(opened '[0-9]*\.jpg')" 0 'opens of pictures that were known'
