#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl cache forget: a remembered failure is forgotten and the next read tries anew, of a view
# or of all views of a picture; what else it is asked is answered in words and exit codes.
. "$(dirname "$0")/../lib.sh"

# The second attempt goes well: only a new one can tell.
fake "$SRC/a.jpg" error-once=damaged output=5000
fake "$SRC/b.jpg" error=toolarge
fake "$SRC/well.jpg" output=4000
mkdir "$SRC/sub"
odd=$'sub/50% of\n\xe4"it".jpg'
fake "$SRC/$odd" error-once=damaged output=3000
echo words >"$SRC/notes.txt"
start_fake
# forget CODE WORDS… -- PATH…
forget() {
	local code=0 text words=() wanted=$1
	shift
	while [[ $1 != -- ]]; do words+=("$1"); shift; done
	shift
	text=$("$LENSCTL" cache forget "$@" 2>&1) || code=$?
	is "$code" "$wanted" "exit code for $* ($text)"
	for word in "${words[@]}"; do has "$text" "$word"; done
}
failures() { stat_of encode_failures; }

tried EIO open "$MNT/a.jpg@webp"
tried EIO stat "$MNT/a.jpg@webp"
tried EIO open "$MNT/a.jpg@webp.webp"
is "$(failures)" 1 'failed encodes'
explained=$("$LENSCTL" explain "$MNT/a.jpg@webp") || true
has "$explained" 'told to fail: damaged'
has "$explained" 'lensctl cache forget'
at_least "$(xattr "$MNT/a.jpg@webp" retry)" 86000 'seconds until it is tried again'
at_most "$(xattr "$MNT/a.jpg@webp" retry)" 86400 'seconds until it is tried again'
n=$(stat_of misses)
forget 0 'forgot the failure of webp-q79-e4' -- "$MNT/a.jpg@webp"
is "$(stat_of misses)" "$n" 'jobs begun, none by forgetting'
is "$(wc -c <"$MNT/a.jpg@webp")" 5000 'size at the next read'
forget 1 'no failure is remembered' -- "$MNT/a.jpg@webp"
is "$(wc -c <"$MNT/a.jpg@webp")" 5000

# All views of a picture, and of no other; from a folder of the mount; under any name.
for view in webp avif w10; do
	tried EFBIG open "$MNT/b.jpg@$view"
	tried EIO open "$MNT/$odd@$view"
done
at_most "$(xattr "$MNT/b.jpg@webp" retry)" 60 'seconds until it is tried again'
n=$(failures)
forget 0 webp-q79-e4 avif-q63-e1 jpeg-q80-w10 -- "$MNT/b.jpg"
tried EIO open "$MNT/$odd@webp"
is "$(failures)" "$n" 'failed encodes'
tried EFBIG open "$MNT/b.jpg@webp"
is "$(failures)" $((n + 1)) 'failed encodes'
cd "$MNT/sub"
forget 0 avif-q63-e1 -- "${odd#sub/}@avif"
cd "$T"
is "$(wc -c <"$MNT/$odd@avif")" 3000
ln -s "$MNT/sub" "$T/way"
forget 0 webp-q79-e4 -- "$T/way/${odd#sub/}"
is "$(wc -c <"$MNT/$odd@webp")" 3000
# Of several, each is done, and the worst is told.
tried EFBIG open "$MNT/b.jpg@avif"
forget 1 'no failure' avif-q63-e1 -- "$MNT/well.jpg" "$MNT/b.jpg@avif" "$MNT/b.jpg@png"

forget 1 'no such file' -- "$MNT/missing.jpg"
forget 1 'missing.jpg' -- "$MNT/missing.jpg@webp"
forget 1 q101 -- "$MNT/a.jpg@q101"
forget 1 'not a picture' -- "$MNT/notes.txt"
forget 1 'not a picture' -- "$MNT/notes.txt@webp"
forget 1 folder -- "$MNT"
forget 1 'not a regular file' -- "$MNT/sub"
forget 5 'No such file' -- "$MNT/missing/a.jpg"
forget 5 'not in a lensfs mount' -- "$SRC/a.jpg"
forget 2 usage --
code=0
"$LENSCTL" cache x 2>/dev/null || code=$?
is "$code" 2 'exit code of an unknown command'
has "$("$LENSCTL" --help)" 'cache forget'
is "$(stat_of encodes)" 3 'encodes: none by asking'

# Two mounts: each hears of its own.
mkdir "$T/source2"
fake "$T/source2/a.jpg" error=damaged
start -s "$T/source2" -m "$T/mount2" -c "$T/cache2" "encoder=$FAKE_ENCODER"
tried EIO open "$T/mount2/a.jpg@webp"
tried EFBIG open "$MNT/b.jpg@avif"
forget 0 "'$T/mount2/a.jpg'" webp-q79-e4 avif-q63-e1 -- "$T/mount2/a.jpg" "$MNT/b.jpg"
tried EIO open "$T/mount2/a.jpg@webp"
is "$(stat_of encode_failures "$T/mount2")" 2 'failed encodes'
stop "$T/mount2"
[[ ! -e $T/cache2/control.sock ]]
forget 5 -- "$T/mount2/a.jpg"
