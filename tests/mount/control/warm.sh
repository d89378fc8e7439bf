#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl warm: what it makes, what it leaves, what is missing, what it drops; lists on standard
# input; Ctrl-C, and going on after it.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/sub/deep"
for n in 1 2 3; do fake "$SRC/$n.jpg" "output=100$n"; done
fake "$SRC/sub/a b.jpg" output=2001
fake "$SRC/sub/deep/c.jpg" output=2002
fake "$SRC/broken.jpg" error=damaged
echo words >"$SRC/notes.txt"
# warm CODE ARGUMENT…: what it says is left in $T/out and $T/err.
warm() {
	local code=0
	timeout 60 "$LENSCTL" warm "${@:2}" >"$T/out" 2>"$T/err" || code=$?
	is "$code" "$1" "exit code of warm ${*:2} ($(cat "$T/out" "$T/err" | tr '\0' '\n'))"
}
said() { for words; do has "$(cat "$T/out")" "$words"; done; }
told() { for words; do has "$(cat "$T/err")" "$words"; done; }
missing() { is "$(wc -l <"$T/out")" "$1" 'names that are missing'; }

# What is encoded ahead of a reader would be there already, some of it.
start_fake workers=2 prefetch=off
# Nothing is read to find out what is missing.
warm 1 --check -v webp "$MNT"
missing 6
told '6 missing, 0 there'
is "$(stat_of misses)" 0 'jobs begun by a check'
# What is missing can be handed on as it is, with its blank.
warm 1 --check -0 -v webp "$MNT/sub"
mv "$T/out" "$T/list"
warm 0 -0 - <"$T/list"
said '2 made (3.9 KiB), 0 were there'
is "$(xattr "$MNT/sub/a b.jpg@webp" state)" present

warm 1 -j 3 -v webp --view w10-avif "$MNT"
said '8 made' '2 were there already, 2 failed, 2 no pictures'
told 'broken.jpg@webp' 'broken.jpg@w10-avif' 'Input/output error'
is "$(stat_of encodes)" 10 encodes
n=$(stat_of encodes)
warm 1 -v webp -v w10-avif "$MNT"
said '0 made (0 B), 10 were there'
is "$(stat_of encodes)" "$n" 'encodes of what was there'
warm 0 "$MNT/1.jpg@webp" "$MNT/2.jpg@q79-webp"
said '0 made (0 B), 2 were there'
warm 1 --check -v webp "$MNT"
missing 0
told '0 missing, 5 there, 1 failed'
if command -v jq >/dev/null; then
	warm 1 --json -v webp -v w20-webp "$MNT/sub" "$MNT/broken.jpg"
	is "$(jq -c '[.made, .there, .failed, .passed_over, .complete, (.failures | length)]' "$T/out")" \
		'[2,2,2,0,true,2]'
	is "$(jq -r '.failures[0].path' "$T/out" | cut -d@ -f1)" "$MNT/broken.jpg"
fi

# A folder through a view says by itself which.
warm 0 "$MNT/sub@w12-webp"
said '2 made' '0 failed'
is "$(xattr "$MNT/sub/deep/c.jpg@w12-webp" state)" present

# What is given by name is not passed over.
warm 1 "$MNT/1.jpg"
told 'say which with --view'
warm 1 -v webp "$MNT/notes.txt"
told 'notes.txt@webp' 'no such view'
warm 1 "$MNT/sub"
told 'say which you want with --view'
never grep -q made "$T/out"
warm 2 -v q101 "$MNT"
told q101
# A reason has quotes of its own.
warm 2 -v wepb "$MNT"
told "'wepb' is no view: unknown token 'wepb'; did you mean 'webp'?"
warm 2 --check --evict -v webp "$MNT"
warm 2 -j 0 -v webp "$MNT"
warm 5 -v webp "$SRC"
told 'not in a lensfs mount'

# Dropped are the views that are named, and no others.
warm 0 --evict -v webp "$MNT/sub" "$MNT/1.jpg"
said '3 variants dropped, 5004 bytes'
is "$(xattr "$MNT/1.jpg@webp" state) $(xattr "$MNT/1.jpg@w10-avif" state)" 'absent present'
warm 0 --evict "$MNT/2.jpg@webp"
said '1 variants dropped, 1002 bytes'
echo "$MNT/2.jpg" >"$T/list"
warm 0 --evict - <"$T/list"
said '1 variants dropped, 1002 bytes'

# While memory is critical it waits.
"$LENSCTL" pressure "$MNT" --set critical --for 2s >/dev/null
warm 0 -v webp "$MNT/2.jpg" "$MNT/3.jpg"
said '1 made' '1 were there'
stop

# Ctrl-C: at once, though readers wait for encodes; and what was made is there the next time.
for n in $(seq 40); do fake "$SRC/sub/slow$n.jpg" sleep=100ms "output=30$n"; done
start_fake workers=2 cache_size=64m prefetch=off
"$LENSCTL" warm -j 4 -v webp "$MNT/sub" >"$T/out" 2>"$T/err" &
pid=$!
some_encoded() { (($(stat_of encodes) >= 5)); }
await 20 some_encoded
began=$(now_ms)
kill -INT "$pid"
code=0
wait "$pid" || code=$?
at_most $(($(now_ms) - began)) 3000 'milliseconds to its end'
is "$code" 130 'exit code of what was stopped'
told 'run it again'
never stat_is encodes 42
warm 0 -v webp "$MNT/sub"
grep -E '^[0-9]+ made .* [1-9][0-9]* were there already, 0 failed' "$T/out"
is "$(stat_of encodes)" 42 'encodes of both runs'
stop

# Nor is a single encode waited for, which goes on.
fake "$SRC/long.jpg" sleep=20s
start_fake prefetch=off
"$LENSCTL" warm -v webp "$MNT/long.jpg" >"$T/out" 2>"$T/err" &
pid=$!
encoding() { xattr_is "$MNT/long.jpg@webp" state encoding; }
await 20 encoding
began=$(now_ms)
kill -INT "$pid"
code=0
wait "$pid" || code=$?
at_most $(($(now_ms) - began)) 5000 'milliseconds to its end'
is "$code" 130 'exit code of what was stopped'
encoding
stop

# What the cache cannot keep is said.
start_fake cache_size=1k prefetch=off
warm 1 -v webp "$MNT/sub/deep"
told 'the cache does not have it'
stop
start_fake cache_size=10k prefetch=off
# What another one evicts at once has failed, so either code may be.
timeout 60 "$LENSCTL" warm -v w30-webp "$MNT/sub" >"$T/out" 2>"$T/err" || true
told 'cache_size is smaller'
