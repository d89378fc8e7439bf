#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# With `icc` the numbers stay as they are and the profile goes along, where the format can hold it;
# elsewhere the colours are converted. Either way they mean the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
. "$(dirname "$0")/../colour.sh"
need exiftool

# JPEG XL has it inside of the codestream, packed.
profile_of() {
	if [[ $(kind "$1") == image/jxl ]]; then
		: >"$T/icc"
		djxl "$1" "$T/icc.png" --orig_icc_out "$T/icc" >/dev/null 2>&1
		sha256sum <"$T/icc"
	else
		exiftool -q -q -b -ICC_Profile "$1" | sha256sum
	fi
}
none=$(printf '' | sha256sum)

patches make "$SRC"
start
# kept SOURCE VIEW TOLERANCE: of 255, and only the codec's.
kept() {
	is "$(profile_of "$MNT/$1@$2")" "$(profile_of "$SRC/$1")" "profile of $2 of $1"
	pixels "$MNT/$1@$2"
	patches same "$SRC/$1" "$PIXELS" "$3" >"$T/said" || fail "the numbers of $2 of $1 differ by $(<"$T/said")"
	isnt "$(profile_of "$SRC/$1")" "$none"
}
converted() {
	[[ $2 == jxl* ]] || is "$(profile_of "$MNT/$1@$2")" "$none" "profile of $2 of $1"
	pixels "$MNT/$1@$2"
	patches check "$1" "$PIXELS" 1.4 >"$T/said" || fail "$2 of $(<"$T/said")"
}
for view in png tiff-icc jxl-lossless-icc webp-lossless-icc avif-q98-icc jpeg-q98-icc; do
	case $view in *q98*) loss=3 ;; *) loss=0 ;; esac
	if [[ $view == png ]]; then converted swapped-8.png "$view"; continue; fi
	kept swapped-8.png "$view" "$loss"
done
kept adobe-16.png png-icc 0
kept adobe-16.png jpeg-q98-icc 3
kept grey-8.png png-icc 0
kept grey-16.png tiff-icc 0
kept grey-8.png jpeg-q98-icc 1
kept grey-8.png jxl-lossless-icc 0
for view in webp-lossless-icc avif-q98-icc gif-icc; do converted grey-8.png "$view"; done
converted p3-8.png gif-icc
for view in png-icc webp-lossless-icc jxl-lossless-icc avif-q98-icc; do converted ink-8.tif "$view"; done
for source in ink-8.tif ink-ycck.jpg; do
	for view in jpeg-q98-icc tiff-icc; do
		is "$(profile_of "$MNT/$source@$view")" "$(profile_of "$SRC/$source")" "profile of $view of $source"
	done
done
# A profile that cannot be meant is not passed on.
converted wrong-grey.jpg png-icc
