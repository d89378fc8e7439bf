#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What was asked for when it was not there is there as soon as it is: plain and in every
# spelling of a view, also where a folder came along with it; and nothing once it is gone.
. "$(dirname "$0")/../lib.sh"

spellings=(@webp @webp-q50 @q50-webp @webp.webp @q50.webp @w100-h100-webp @h100-w100.webp
	@jpeg-q80 @q80.jpg @q80.jpeg @png @still-webp)
ask() { # ERRNO PATH
	tried "$1" stat "$2"
	for s in "${spellings[@]}"; do tried "$1" lookup "$2$s"; done
}
there() { [[ $(try stat "$1") == OK ]]; }
gone() { [[ $(try stat "$1") == ENOENT ]]; }
mkdir "$SRC/d"
: >"$SRC/empty.jpg"
echo text >"$SRC/text.jpg"
start_fake
asked=("$MNT/new.jpg" "$MNT/d/new.jpg" "$MNT/later/new.jpg" "$MNT/me@home.jpg")
all() { for path in "${asked[@]}"; do ask "$1" "$path"; done; }
for _ in 1 2; do
	all ENOENT
	for s in "${spellings[@]}"; do
		tried ENOENT lookup "$MNT/empty.jpg$s"
		tried ENOENT lookup "$MNT/text.jpg$s"
	done
	mkdir "$SRC/later"
	for path in "${asked[@]}"; do fake "$SRC${path#"$MNT"}" output=500; done
	fake "$SRC/empty.jpg" output=500
	fake "$T/picture" output=500
	mv "$T/picture" "$SRC/text.jpg"
	: >"$SRC/settled"
	await 5 there "$MNT/settled"
	all OK
	for s in "${spellings[@]}"; do
		tried OK lookup "$MNT/empty.jpg$s"
		tried OK lookup "$MNT/text.jpg$s"
	done
	# A real file wins as soon as there is one.
	echo real >"$SRC/new.jpg@webp"
	real() { [[ $(<"$MNT/new.jpg@webp") == real ]]; }
	await 5 real
	rm -r "$SRC/later" "$SRC/d/new.jpg" "$SRC/new.jpg@webp" "$SRC/new.jpg" "$SRC/me@home.jpg"
	: >"$SRC/empty.jpg"
	echo text >"$SRC/text.jpg"
	rm "$SRC/settled"
	await 5 gone "$MNT/settled"
done
all ENOENT
