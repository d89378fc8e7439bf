#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A real file wins over what a view would be called, also one that comes later, and goes again; the
# view stays reachable by its name. A real folder called like a view is that folder.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/d" "$SRC/holiday" "$SRC/holiday@webp"
fake "$SRC/d/photo.jpg" output=1500
fake "$SRC/d/other.jpg" output=1600
fake "$SRC/holiday/h.jpg" output=900
fake "$SRC/d/photo.png" output=1700
echo real >"$SRC/d/photo.jpg.webp"
mkdir "$SRC/d/other.jpg.webp"
echo mine >"$SRC/holiday@webp/mine.txt"
start_fake

is "$(ls -A "$MNT/holiday@webp")" mine.txt 'the real folder'
is "$(cat "$MNT/holiday@webp/mine.txt")" mine
is "$(ls "$MNT/holiday@webp.webp")" h.jpg.webp 'by another spelling'
is "$(ls "$MNT/@webp" | tr '\n' ' ')" 'd holiday holiday@webp ' 'through another'
is "$(ls "$MNT/d@webp" | tr '\n' ' ')" 'other.jpg.webp photo.jpg.webp photo.png.webp ' 'listed once'
is "$(cat "$MNT/d@webp/photo.jpg.webp")" real
[[ -d $MNT/d@webp/other.jpg.webp ]]
is "$(wc -c <"$MNT/d@webp/photo.jpg@webp")" 1500 'the view of photo.jpg'
is "$(wc -c <"$MNT/d@webp/other.jpg@webp")" 1600 'the view of other.jpg'
is "$(wc -c <"$MNT/d@webp/photo.png.webp")" 1700
is "$(cat "$MNT/d@webp-keepname/photo.jpg.webp")" real
is "$(wc -c <"$MNT/d@webp-keepname/photo.jpg")" 1500 'with keepname'

# A real picture by that name is shown through the view like any other.
mv "$SRC/d/photo.jpg.webp" "$T/real"
gone() { [[ $(wc -c <"$MNT/d@webp/photo.jpg.webp") == 1500 ]]; }
await 5 gone
fake "$T/new" output=1800
mv "$T/new" "$SRC/d/photo.jpg.webp"
picture_there() { [[ $(wc -c <"$MNT/d@webp/photo.jpg.webp") == 1800 ]]; }
await 5 picture_there
is "$(ls "$MNT/d@webp" | tr '\n' ' ')" 'other.jpg.webp photo.jpg.webp photo.png.webp ' 'listed once'
mv "$T/real" "$SRC/d/photo.jpg.webp"
real_there() { [[ $(tr -d '\0' <"$MNT/d@webp/photo.jpg.webp") == real ]]; }
await 5 real_there

# A real name in the place of a view's, in a tree and of one.
tried OK read "$MNT/d@webp/photo.jpg@webp"
echo later >"$SRC/d/photo.jpg@webp"
later() { [[ $(tr -d '\0' <"$MNT/d@webp/photo.jpg@webp") == later ]]; }
await 5 later
is "$(ls "$MNT/d@png")" 'other.jpg.png
other.jpg.webp
photo.jpg.png
photo.jpg.webp
photo.jpg@webp
photo.png'
mkdir "$SRC/d@png"
real_folder() { [[ -z $(ls "$MNT/d@png") ]]; }
await 5 real_folder
rmdir "$SRC/d@png"
view_again() { [[ -e $MNT/d@png/other.jpg.png ]]; }
await 5 view_again
mkdir "$SRC/@png"
root_folder() { [[ -z $(ls "$MNT/@png") ]]; }
await 5 root_folder
