#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# miss=enoent and miss=original answer at once while a variant is not there, have it made behind,
# and do not try again what is known to fail; also while memory is critical.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
cat "$SRC/a.jpg" >"$SRC/slow.jpg"
fake "$SRC/slow.jpg" sleep=700ms
fake "$SRC/bad.jpg" error=damaged
fake "$SRC/other.jpg" sleep=50ms
cat >"$T/one.conf" <<'END'
[view later]
tokens = webp-w20
miss = enoent
[view instead]
tokens = webp-w21
miss = original
END
at_once() {
	local begun
	begun=$(now_ms)
	"$@"
	at_most $(($(now_ms) - begun)) 400 "milliseconds for: $*"
}
start_fake "config=$T/one.conf"

# enoent
at_once tried ENOENT open "$MNT/slow.jpg@later"
at_once tried ENOENT open "$MNT/slow.jpg@later.webp"
await 5 stat_is running 1
never test -e "$MNT/slow.jpg@later"
await 5 test -e "$MNT/slow.jpg@later"
is "$(kind "$MNT/slow.jpg@later")" image/webp kind
is "$(stat_of misses)" 1 'jobs'
tried ENOENT open "$MNT/bad.jpg@later"
await 5 stat_is encode_failures 1
for _ in 1 2 3; do tried ENOENT open "$MNT/bad.jpg@later"; done
is "$(stat_of misses)" 2 'jobs, where a failure is remembered'
# Who waits joins what goes on behind.
fake "$SRC/joined.jpg" sleep=300ms
tried ENOENT open "$MNT/joined.jpg@later"
tried OK read "$MNT/joined.jpg@webp-w20"
is "$(stat_of misses)" 3 'jobs of a name that waits and one that does not'

# original
rm "$SRC/slow.jpg"
fake "$SRC/slow.jpg" sleep=700ms
at_once cmp "$MNT/slow.jpg@instead" "$SRC/slow.jpg"
is "$(stat -c %i "$MNT/slow.jpg@instead")" "$(stat -c %i "$MNT/slow.jpg")" 'inode meanwhile'
has "$("$LENSCTL" explain "$MNT/slow.jpg@instead")" 'not made yet'
has "$("$LENSCTL" explain "$MNT/slow.jpg@instead")" 'miss    original'
made() { [[ $(kind "$1") == image/webp ]]; }
await 5 made "$MNT/slow.jpg@instead"
is "$(xattr "$MNT/slow.jpg@instead" state)" present state
cmp "$MNT/bad.jpg@instead" "$SRC/bad.jpg"
await 5 stat_is encode_failures 2
cmp "$MNT/bad.jpg@instead" "$SRC/bad.jpg"

# The mount's own policy is wait, and no preset's.
tried OK read "$MNT/other.jpg@webp-w22"

# Critical: what is there is there, what is not is answered as ever, and nothing is begun.
"$LENSCTL" pressure "$MNT" --set critical --for 60s
level_is() { [[ $(stat_of level) == '"critical"' ]]; }
await 5 level_is
misses=$(stat_of misses)
tried EBUSY open "$MNT/other.jpg@webp-w23"
tried ENOENT open "$MNT/other.jpg@later"
cmp "$MNT/other.jpg@instead" "$SRC/other.jpg"
tried OK read "$MNT/joined.jpg@later"
is "$(stat_of misses)" $((misses + 1)) 'jobs begun while memory is critical'
text=$("$LENSCTL" explain "$MNT/other.jpg@later") || :
for words in 'preset  later' 'state   absent' 'miss    enoent' 'not made yet'; do has "$text" "$words"; done
stop

# The whole mount's, and the real encoder: nginx's try_files.
rm -r "$CACHE"
start miss=enoent
tried ENOENT open "$MNT/a.jpg@webp-w20"
await 10 test -e "$MNT/a.jpg@webp-w20"
is "$(kind "$MNT/a.jpg@webp-w20")" image/webp kind
tried ENOENT open "$MNT/a.jpg@nonsense"
tried ENOENT open "$MNT/none.jpg@webp"
