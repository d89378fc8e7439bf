#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A web site of some hundred files is mirrored through `@webp-q75-keepname/`: the same names, every
# picture a WebP, every other file byte for byte as it was.
. "$(dirname "$0")/../lib.sh"
need rsync

make_site() {
	local dir i
	for i in 1 2 3 4 5 6; do picture "$T/p$i.jpg" 60x40 seed=$i; done
	picture "$T/p7.png" 60x40 seed=7
	picture "$T/p8.gif" 20x10 frames=3
	for dir in . blog blog/2024 'blog/2024/summer holiday' assets assets/img assets/img/@2x ünicode deep/er/still; do
		mkdir -p "$SRC/$dir"
		for i in {1..12}; do echo "<html><img src=photo$i.jpg>$dir $i</html>" >"$SRC/$dir/page $i.html"; done
		for i in {1..6}; do cp -p "$T/p$i.jpg" "$SRC/$dir/photo$i.jpg"; done
		cp -p "$T/p1.jpg" "$SRC/$dir/PHOTO&quot;1'.JPG"
		cp -p "$T/p7.png" "$SRC/$dir/logo@2x.png"
		cp -p "$T/p8.gif" "$SRC/$dir/anim.gif"
		head -c $((RANDOM * 3)) /dev/urandom >"$SRC/$dir/blob.js"
		printf 'body{background:url("photo1.jpg")}' >"$SRC/$dir/style.css"
		echo '<svg xmlns="http://www.w3.org/2000/svg"/>' >"$SRC/$dir/icon.svg"
		: >"$SRC/$dir/.htaccess"
	done
	ln -s ../assets "$SRC/blog/assets"
	ln -s nowhere "$SRC/dangling"
	chmod 750 "$SRC/deep/er"
	touch -d '2001-02-03 04:05:06.789' "$SRC/blog" "$SRC/photo1.jpg" "$SRC/style.css"
}
make_site
start
tree=$MNT/@webp-q75-keepname
at_least "$(find "$SRC" -type f | wc -l)" 200 'files of the site'
shape() { (cd "$1" && find . -mindepth 1 -printf '%P %y %l %U %G %T@\n' | sort); }
is "$(shape "$tree")" "$(shape "$SRC")" 'names, kinds and times'

rsync -a "$tree/" "$T/copy"
is "$(cd "$T/copy" && find . -mindepth 1 | sort)" "$(cd "$SRC" && find . -mindepth 1 | sort)" 'what was copied'
others=0 pictures=0
while read -rd '' name; do
	case ${name,,} in
	*.jpg | *.png | *.gif)
		is "$(kind "$T/copy/$name")" image/webp "$name"
		is "$(stat -c %a "$T/copy/$name")" 444 "mode of $name"
		cmp "$T/copy/$name" "$MNT/$name@webp-q75"
		pictures=$((pictures + 1))
		;;
	*)
		cmp "$T/copy/$name" "$SRC/$name"
		is "$(stat -c '%a %s %y' "$T/copy/$name")" "$(stat -c '%a %s %y' "$SRC/$name")" "$name"
		others=$((others + 1))
		;;
	esac
done < <(cd "$SRC" && find . -type f -printf '%P\0')
is "$pictures $others" "$((9 * 9)) $((9 * 16))" 'pictures and other files'
is "$(stat_of encode_failures)" 0 'failed encodes'
is "$(stat_of encodes)" 8 'encodes: equal pictures are made once'
