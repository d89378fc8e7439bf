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
touch -d '1 hour ago' "$SRC"/d/*
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

# Files of the source that the daemon opens while the listing is made anew.
strace -f -qq -e trace=openat2 -o "$T/opens" -p "$DAEMON" &
tracer=$!
tracing() { grep -q "^TracerPid:.*[1-9]" "/proc/$DAEMON/status"; }
await 5 tracing
at_end "kill $tracer 2>/dev/null"
: >"$SRC/d/new.txt"
listed_new() { [[ $(ls "$MNT/d@webp" | grep -c .) == 82 ]]; }
await 5 listed_new
ls "$MNT/d@png" >/dev/null
kill "$tracer"
await 5 dead "$tracer"
at_most "$(grep -c '\.jpg' "$T/opens" || :)" 0 'opens of pictures that were known'
at_most "$(grep -c '\.html' "$T/opens" || :)" 0 'opens of what is not called a picture'
