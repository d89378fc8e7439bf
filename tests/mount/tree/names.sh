#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a folder through a view shows, and by which names; every listed name can be opened, and is
# the same file as the view beside its picture.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/holiday/deep/er" "$SRC/holiday/empty"
n=0
for name in a.jpg B.JPG c.png deep/d.jpg deep/er/e.webp plain .hidden 'odd name
of ü.jpg' dot.; do
	case $name in
	*.png | *.webp) format=${name##*.} ;;
	*) format=jpg ;;
	esac
	picture "$T/p.$format" 64x48 seed=$((++n))
	mv "$T/p.$format" "$SRC/holiday/$name"
done
# By its bytes a PNG and a TIFF, by their names something else; and what is no picture by either.
picture "$T/p.png" 64x48 seed=20
mv "$T/p.png" "$SRC/holiday/lies.jpg"
picture "$T/p.tif" 64x48 seed=21
mv "$T/p.tif" "$SRC/holiday/raw.cr2"
cp "$SRC/holiday/a.jpg" "$SRC/holiday/a.jpg.bak"
echo words >"$SRC/holiday/words.jpg"
echo words >"$SRC/holiday/notes.txt"
: >"$SRC/holiday/empty.png"
ln -s a.jpg "$SRC/holiday/link.jpg"
ln -s deep "$SRC/holiday/linked"
ln -s holiday "$SRC/linked"
mkfifo "$SRC/holiday/fifo"
picture "$SRC/top.jpg" 64x48 seed=30
start

others=(a.jpg.bak deep empty empty.png fifo link.jpg linked notes.txt raw.cr2 words.jpg)
sorted() { printf '%s\n' "$@" | sort; }
listed() { find "$1" -mindepth 1 -maxdepth 1 -printf '%P\n' | sort; }
is "$(listed "$MNT/holiday@webp")" "$(sorted "${others[@]}" a.jpg.webp B.JPG.webp c.png.webp \
	plain.webp .hidden.webp 'odd name
of ü.jpg.webp' dot. lies.jpg.webp)" 'through webp'
is "$(listed "$MNT/holiday@jpeg-q50")" "$(sorted "${others[@]}" a.jpg B.JPG c.png.jpg \
	plain.jpg .hidden.jpg 'odd name
of ü.jpg' dot. lies.jpg)" 'through jpeg'
is "$(listed "$MNT/holiday@w20")" "$(sorted "${others[@]}" a.jpg B.JPG c.png plain.jpg .hidden.jpg \
	'odd name
of ü.jpg' dot. lies.jpg.png)" 'through no format'
is "$(listed "$MNT/holiday@webp-keepname")" "$(listed "$SRC/holiday")" 'with keepname'
is "$(listed "$MNT/@webp")" "$(sorted holiday linked top.jpg.webp)" 'the root'
is "$(listed "$MNT/@webp/holiday/deep")" "$(sorted d.jpg.webp er)" 'nested'
is "$(listed "$MNT/holiday@webp/deep/er")" e.webp 'deeper'

# What is listed can be opened, has the number it is listed with, and is what it says.
check() { # FOLDER TYPE
	find "$MNT/$1" -type f -printf '%i %p\0' | while read -rd '' ino path; do
		is "$(stat -c %i "$path")" "$ino" "number of $path"
		source=$(xattr "$path" source 2>/dev/null) || continue
		tried OK read "$path"
		is "$(kind "$path")" "$2" "kind of $path"
		is "$(xattr "$path" mime_type)" "$2"
		ino_beside=$(stat -c %i "$MNT/$source@$(xattr "$path" view)")
		is "$ino_beside" "$ino" "number of '$source' beside the picture"
		echo x >>"$T/checked"
	done
}
for view in webp webp-keepname webp-w10; do check "@$view" image/webp; done
check holiday@jpeg image/jpeg
is "$(wc -l <"$T/checked")" $((3 * 10 + 9)) 'pictures checked'
is "$(kind "$MNT/holiday@w20/lies.jpg.png")" image/png

# Everything else is as it is.
for name in a.jpg.bak notes.txt raw.cr2 words.jpg empty.png; do
	cmp "$SRC/holiday/$name" "$MNT/holiday@webp/$name"
	is "$(stat -c '%i %h %s %Y %a' "$MNT/holiday@webp/$name")" \
		"$(stat -c '%i %h %s %Y %a' "$SRC/holiday/$name")" "$name"
done
is "$(readlink "$MNT/holiday@webp/link.jpg")" a.jpg
is "$(listed "$MNT/holiday@webp/linked/")" "$(sorted d.jpg.webp er)" 'a link to a folder'
[[ -p $MNT/holiday@webp/fifo ]]
is "$(stat -c '%h %Y %a %u' "$MNT/holiday@webp")" "$(stat -c '%h %Y %a %u' "$SRC/holiday")" 'the folder'

# Not listed, but there: originals and views by their names.
is "$(stat -c %i "$MNT/holiday@webp/a.jpg")" "$(stat -c %i "$SRC/holiday/a.jpg")" 'the original'
for name in a.jpg@webp a.jpg@webp.webp a.jpg@w10-png; do
	is "$(stat -c %i "$MNT/holiday@webp/$name")" "$(stat -c %i "$MNT/holiday/$name")" "$name"
done
is "$(listed "$MNT/holiday@webp/deep@png")" "$(sorted d.jpg.png er)" 'another view within'
[[ -d $MNT/@webp/.. && -d $MNT/holiday@webp.webp ]]
is "$(listed "$MNT/holiday@q50.webp/deep")" "$(sorted d.jpg.webp er)" 'the format by extension'
is "$(stat -c %i "$MNT/holiday@q50-webp")" "$(stat -c %i "$MNT/holiday@webp-q50")" 'two spellings'

# And what is not.
for name in holiday@webp/a.jpg.png holiday@webp/a.jpg.webp.webp holiday@webp/missing.jpg.webp \
	holiday@webp/notes.txt.webp holiday@webp/.webp holiday@webp/@webp holiday/@webp @webp/@webp \
	linked@webp notes@webp holiday@nonsense @nonsense @ holiday@webp/.lensfs \
	holiday@webp-keepname/a.jpg.webp holiday@jpeg/c.png.webp top.jpg@webp/x .lensfs@webp; do
	r=$(try stat "$MNT/$name")
	[[ $r == ENOENT || $r == ENOTDIR ]] || fail "$name: $r"
done
tried EROFS write "$MNT/holiday@webp/a.jpg.webp"
tried EROFS mkdir "$MNT/holiday@webp/new"
