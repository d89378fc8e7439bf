#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What changes in the source shows in its trees through views: listings, names known as missing,
# pictures, other files, attributes; also for who stands in one of them, and by every way there.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/a/deep" "$SRC/b" "$T/outside"
for d in a a/deep b; do
	fake "$SRC/$d/x.jpg" output=1000
	echo "$d" >"$SRC/$d/name.txt"
done
start_fake
ways() { printf '%s\n' "$MNT/@webp/$1" "$MNT/${1%%/*}@webp${1#"${1%%/*}"}" "$MNT/@q80.webp/$1"; }
# What each way to folder $1 lists is $2, and each listed name can be opened.
lists() {
	local way name
	while read -r way; do
		[[ $(ls -A "$way" 2>/dev/null | tr '\n' ' ') == "$2" ]] || return 1
		for name in $2; do [[ $(try read "$way/$name") == OK || -d $way/$name ]] || return 1; done
	done < <(ways "$1")
}
size_is() { # FOLDER NAME SIZE
	local way
	while read -r way; do [[ $(wc -c <"$way/$2") == "$3" ]] || return 1; done < <(ways "$1")
}
missing() {
	local way
	while read -r way; do [[ $(try stat "$way/$2") == ENOENT ]] || return 1; done < <(ways "$1")
}
for d in a a/deep b; do
	folders=
	[[ $d != a ]] || folders='deep '
	lists "$d" "${folders}name.txt x.jpg.webp "
	for name in new.jpg new.jpg.webp new.jpg@webp new.txt new; do missing "$d" "$name"; done
done

# A changed picture, in place and replaced; the reader of the old one keeps it.
exec 7<"$MNT/a@webp/x.jpg.webp"
old=$(stat -c %i "$MNT/a@webp/x.jpg.webp")
fake "$SRC/a/x.jpg" output=2000
await 5 size_is a x.jpg.webp 2000
await 5 size_is a x.jpg@webp 2000
isnt "$(stat -c %i "$MNT/a@webp/x.jpg.webp")" "$old" 'number of another version'
is "$(wc -c <&7)" 1000 'what a reader has open'
exec 7<&-
fake "$T/new" output=2500
mv "$T/new" "$SRC/a/deep/x.jpg"
await 5 size_is a/deep x.jpg.webp 2500

# New ones, and gone ones.
fake "$SRC/a/new.jpg" output=3000
echo text >"$SRC/a/new.txt"
mkdir "$SRC/a/folder"
await 5 size_is a new.jpg.webp 3000
await 5 size_is a new.jpg@webp 3000
await 5 lists a 'deep folder name.txt new.jpg.webp new.txt x.jpg.webp '
rm -r "$SRC/a/new.jpg" "$SRC/a/new.txt" "$SRC/a/folder"
await 5 missing a new.jpg.webp
await 5 missing a new.jpg@webp
await 5 missing a new.txt
await 5 lists a 'deep name.txt x.jpg.webp '

# What a file is decides its name: written to, it is another's.
echo words >"$SRC/a/x.jpg"
await 5 lists a 'deep name.txt x.jpg '
missing a x.jpg.webp
fake "$SRC/a/x.jpg" output=4000
await 5 lists a 'deep name.txt x.jpg.webp '
size_is a x.jpg.webp 4000
mv "$SRC/a/x.jpg" "$SRC/a/y.jpg"
await 5 lists a 'deep name.txt y.jpg.webp '
missing a x.jpg.webp
mv "$SRC/a/y.jpg" "$SRC/a/y.bak"
await 5 lists a 'deep name.txt y.bak '
mv "$SRC/a/y.bak" "$SRC/a/x.jpg"
await 5 lists a 'deep name.txt x.jpg.webp '

# Other files, and attributes of all kinds.
echo longer >"$SRC/b/name.txt"
await 5 size_is b name.txt 7
chmod 700 "$SRC/b"
chmod 640 "$SRC/b/x.jpg"
touch -d '2020-02-02' "$SRC/b/name.txt"
mode_is() { [[ $(stat -c %a "$MNT/$1") == "$2" ]]; }
await 5 mode_is b@webp 700
await 5 mode_is @webp/b 700
await 5 mode_is b@webp/x.jpg.webp 440
is "$(stat -c %y "$MNT/@webp/b/name.txt")" "$(stat -c %y "$SRC/b/name.txt")"

cd "$MNT/@webp/b"
is "$(stat -c %a .)" 700
told_for_good() { n=$(stat_of getattrs); sleep 1.2; stat . >/dev/null; [[ $(stat_of getattrs) == "$n" ]]; }
await 10 told_for_good
chmod 750 "$SRC/b"
here_is() { [[ $(stat -c %a .) == 750 ]]; }
await 5 here_is
cd /

# Folders that move, also for who stands there.
cd "$MNT/@webp/a/deep"
is "$(ls)" 'name.txt
x.jpg.webp'
mv "$SRC/a" "$SRC/c"
await 5 missing a x.jpg.webp
await 5 lists c 'deep name.txt x.jpg.webp '
await 5 lists c/deep 'name.txt x.jpg.webp '
fake "$SRC/c/deep/z.jpg" output=5000
here() { [[ $(ls . 2>/dev/null | tr '\n' ' ') == 'name.txt x.jpg.webp z.jpg.webp ' ]]; }
await 5 here
is "$(wc -c <z.jpg.webp)" 5000
mv "$SRC/c" "$T/outside/c"
await 5 missing c x.jpg.webp
tried ENOENT stat "$MNT/c@webp"
mv "$T/outside/c" "$SRC/c"
await 5 lists c 'deep name.txt x.jpg.webp '
cd /
mv "$SRC/b" "$SRC/.b" && mv "$SRC/c" "$SRC/b" && mv "$SRC/.b" "$SRC/c"
await 5 lists b 'deep name.txt x.jpg.webp '
await 5 lists c 'name.txt x.jpg.webp '
rm -r "$SRC/b"
await 5 missing b x.jpg.webp
tried ENOENT stat "$MNT/b@webp"
mkdir "$SRC/b"
fake "$SRC/b/only.jpg" output=900
await 5 lists b 'only.jpg.webp '
