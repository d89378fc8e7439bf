# SPDX-License-Identifier: MIT
#
# Decoding by programs that have nothing to do with libvips, for cases that look at pictures.
# Sourced after lib.sh.
# shellcheck shell=bash

need dwebp djpeg djxl heif-convert file

# decoded FILE: decodes all of its pixels, and says WIDTHxHEIGHT of what came out. libvips has no
# part in it; PNG, for which Debian has no such tool that all have, is at least looked at by
# file(1), and its chunks by their checksums.
decoded() {
	local out=$T/decoded
	case $(kind "$1") in
	image/jpeg) djpeg -pnm "$1" >"$out.ppm" && pnm_dimensions "$out.ppm" ;;
	image/webp) decode_webp "$1" "$out" ;;
	image/avif) decode_avif "$1" "$out" ;;
	image/jxl) djxl "$1" "$out.ppm" >/dev/null 2>&1 && pnm_dimensions "$out.ppm" ;;
	image/png) decode_png "$1" ;;
	image/gif) file -b "$1" | sed -n 's/.* \([0-9]*\) x \([0-9]*\)$/\1x\2/p' ;;
	image/tiff) file -b "$1" | sed -n "s/.*width=\([0-9]*\).*/\1/p" >"$out.w"; echo "$(<"$out.w")x$(file -b "$1" | sed -n "s/.*height=\([0-9]*\).*/\1/p")" ;;
	*) echo "no picture: $(file -b "$1")" ;;
	esac
}

# pixels FILE: decodes it into $PIXELS, a PNG or PNM with all the bits that FILE has. Here ImageMagick
# looks at the formats for which no smaller tool keeps them.
pixels() {
	PIXELS=$T/pixels
	rm -f "$PIXELS".*
	case $(kind "$1") in
	image/jpeg) djpeg -pnm "$1" >"$PIXELS.pnm" ;;
	image/webp) dwebp -quiet "$1" -pam -o "$PIXELS.pnm" ;;
	image/avif) avifdec "$1" "$PIXELS.png" >/dev/null ;;
	image/jxl) djxl "$1" "$PIXELS.png" >/dev/null 2>&1 ;;
	image/png) cp "$1" "$PIXELS.png" ;;
	image/gif) convert "gif:$1[0]" "$PIXELS.pam" ;;
	image/tiff) convert "tiff:$1" "$PIXELS.pam" ;;
	*) fail "no picture: $(file -b "$1")" ;;
	esac
	PIXELS=$(echo "$PIXELS".*)
}

# PGM and PPM say it in their second line, PAM (with alpha) in two of their own.
pnm_dimensions() {
	head -c 200 "$1" | awk '/^P[56]/ {getline; print $1 "x" $2; exit}
		/^WIDTH/ {w = $2} /^HEIGHT/ {print w "x" $2; exit}'
}

decode_webp() {
	local chunks
	chunks=$(webpinfo "$1") || return
	if [[ $chunks == *ANIM* ]]; then
		sed -n 's/.*Canvas size \([0-9]*\) x \([0-9]*\).*/\1x\2/p' <<<"$chunks"
	else
		dwebp -quiet "$1" -ppm -o "$2.ppm" && pnm_dimensions "$2.ppm"
	fi
}

# heif-convert writes what the extension says.
decode_avif() {
	if command -v avifdec >/dev/null; then
		avifdec "$1" "$2.y4m" >/dev/null && head -1 "$2.y4m" |
			sed -n 's/^YUV4MPEG2 W\([0-9]*\) H\([0-9]*\) .*/\1x\2/p'
	else
		heif-convert "$1" "$2.avif.jpg" >/dev/null && djpeg -pnm "$2.avif.jpg" >"$2.ppm" &&
			pnm_dimensions "$2.ppm"
	fi
}

decode_png() {
	if command -v pngcheck >/dev/null; then
		pngcheck -q "$1" >/dev/null || return
	elif command -v pngtopnm >/dev/null; then
		pngtopnm "$1" >/dev/null || return
	elif command -v python3 >/dev/null; then
		python3 - "$1" <<-'END' || return
			import struct, sys, zlib
			data, at, pixels = open(sys.argv[1], 'rb').read(), 8, b''
			while at < len(data):
			    size, kind = struct.unpack('>I4s', data[at:at + 8])
			    body = data[at + 8:at + 8 + size]
			    assert zlib.crc32(kind + body) == struct.unpack('>I', data[at + 8 + size:at + 12 + size])[0]
			    pixels += body if kind == b'IDAT' else b''
			    at += 12 + size
			assert kind == b'IEND' and len(zlib.decompress(pixels)) > 0
		END
	fi
	file -b "$1" | sed -n 's/.*, \([0-9]*\) x \([0-9]*\),.*/\1x\2/p'
}

# shrunk WIDTHxHEIGHT TO: dimensions at that width; the height is rounded, never enlarged.
shrunk() {
	local w=${1%x*} h=${1#*x}
	if ((w <= $2)); then echo "$1"; else echo "$2x$(((h * $2 * 2 + w) / (2 * w)))"; fi
}

# near A B: equal, or a height that differs by one, for rounding.
near() {
	[[ ${1%x*} == "${2%x*}" ]] && ((${1#*x} - ${2#*x} <= 1 && ${2#*x} - ${1#*x} <= 1))
}

mime_of() { case $1 in jpg) echo image/jpeg ;; tif) echo image/tiff ;; *) echo "image/$1" ;; esac; }

# decodes_to FILE FORMAT DIMENSIONS
decodes_to() {
	local size
	is "$(kind "$1")" "$(mime_of "$2")" "kind of ${1##*/}"
	size=$(decoded "$1")
	is "$(xattr "$1" width)x$(xattr "$1" height)" "$size" "what is said of ${1##*/}"
	near "$size" "$3" || fail "${1##*/} decodes to $size, not $3"
}
