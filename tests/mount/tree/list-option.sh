#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# -o list=VIEW[:VIEW…]: ordinary folders list these views of each picture beside it, and no others;
# all of a large folder, once each, whatever happens meanwhile.
. "$(dirname "$0")/../lib.sh"
need rsync

long=$(printf 'n%.0s' {1..246}).jpg # and @webp makes 255
mkdir -p "$SRC/d/empty" "$SRC/many"
fake "$SRC/d/a.jpg" output=1000
fake "$SRC/d/b.jpg" output=1100
fake "$SRC/d/$long" output=1200
fake "$SRC/d/a.jpg.bak" output=1300
echo words >"$SRC/d/words.jpg"
echo words >"$SRC/d/notes.txt"
echo real >"$SRC/d/b.jpg@webp"
mkdir "$SRC/d/sub.jpg"
start_fake list=webp:w20-png.png
list() { ls -A "$MNT/$1" | tr '\n' ' '; }
was="a.jpg a.jpg.bak a.jpg@w20-png.png a.jpg@webp b.jpg b.jpg@w20-png.png b.jpg@webp empty $long $long@webp notes.txt sub.jpg words.jpg "
is "$(list d)" "$was" 'listed'
is "$(list d)" "$was" 'listed again'
is "$(stat_of encodes)" 0 'encodes for listing'
is "$(list d@webp)" "a.jpg.bak a.jpg.webp b.jpg.webp b.jpg@webp empty $long.webp notes.txt sub.jpg words.jpg " 'in a tree'
is "$(cat "$MNT/d/b.jpg@webp")" real
find "$MNT/d" -type f -printf '%i %p\0' | while read -rd '' ino path; do
	is "$(stat -c %i "$path")" "$ino" "number of $path"
	tried OK read "$path"
done
rsync -a "$MNT/d/" "$T/copy"
is "$(rsync -ai "$MNT/d/" "$T/copy")" '' 'a second time'
is "$(wc -c <"$T/copy/a.jpg@w20-png.png")" 1000
tried OK read "$MNT/d/a.jpg@avif" # as ever

# Changes, also of what decides whether there are views at all.
fake "$SRC/d/words.jpg" output=1400
rm "$SRC/d/b.jpg@webp" "$SRC/d/$long"
now='a.jpg a.jpg.bak a.jpg@w20-png.png a.jpg@webp b.jpg b.jpg@w20-png.png b.jpg@webp empty notes.txt sub.jpg words.jpg words.jpg@w20-png.png words.jpg@webp '
changed() { [[ $(list d) == "$now" ]]; }
await 5 changed
is "$(wc -c <"$MNT/d/b.jpg@webp")" 1100

# Many, in several requests and for several readers; also when the kernel keeps no listing.
touch -d '1 hour ago' "$T/settled"
for i in {1..1500}; do echo "$SRC/many/$i.jpg"; done | xargs touch -r "$T/settled"
for i in {1..300}; do fake "$SRC/many/picture$i.jpg" output=500; done
names() { find "$MNT/many" -mindepth 1 -printf '%P\n' | sort; }
wanted=$( (ls "$SRC/many" && for i in {1..300}; do echo "picture$i.jpg@webp"; echo "picture$i.jpg@w20-png.png"; done) | sort)
is "$(names)" "$wanted" 'many'
is "$(names)" "$wanted" 'many, again'
for i in {1..8}; do
	: >"$SRC/many/0.jpg" # takes back what is kept
	rm "$SRC/many/0.jpg"
	names >"$T/names.$i" &
	jobs[i]=$!
done
for i in {1..8}; do
	wait "${jobs[i]}"
	is "$(grep -vx 0.jpg "$T/names.$i")" "$wanted" "reader $i"
done
stop

start_fake list=webp timeout=1
is "$(names | wc -l)" 2100 'nothing watched'
is "$(names | wc -l)" 2100 'nothing watched'
stop
refused 2 "-o list=webp:nonsense|unknown token" -f -o list=webp:nonsense "$SRC" "$MNT"
refused 2 "-o list=webp:|empty" -f -o list=webp: "$SRC" "$MNT"
refused 2 "twice" -f -o list=webp-w20:w20.webp "$SRC" "$MNT"
