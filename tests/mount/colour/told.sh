#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An AVIF may say its colours by code points instead of a profile: they are converted as if it
# had one, and `icc` keeps them as one. HDR stays as it is.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
. "$(dirname "$0")/../colour.sh"
need avifenc exiftool

patches make "$T"
# p3 and linear light in sRGB's primaries, with BT.601's matrix, as avifenc has it by default.
avif() { avifenc -s 9 -y 444 --min 0 --max 2 --ignore-icc --cicp "$1" "$T/$2.png" "$SRC/$3.avif" >/dev/null; }
avif 12/13/6 p3-8 p3
avif 1/8/6 linear-8 linear
avif 1/13/6 srgb-8 srgb
avif 9/16/6 p3-8 hdr
start

means() {
	pixels "$MNT/$2"
	patches check "$1" "$PIXELS" "$3" >"$T/said" || fail "$2: $(<"$T/said")"
}
tagged() { exiftool -q -q -if '$ICC_Profile:ProfileVersion' "$1" >/dev/null; }
means p3-8.png p3.avif@png 2
never tagged "$MNT/p3.avif@png"
for form in png jpeg-q98-444 webp-lossless; do
	tagged "$MNT/p3.avif@$form-icc" || fail "$form-icc says nothing of its colours"
	pixels "$MNT/p3.avif@$form-icc"
	patches same "$T/p3-8.png" "$PIXELS" 6 >"$T/said" || fail "$form-icc"
done
# Eight bits of light are few in the dark.
means linear-8.png linear.avif@png 8
means srgb-8.png srgb.avif@png 2
never tagged "$MNT/srgb.avif@png-icc"
pixels "$MNT/hdr.avif@png"
patches same "$T/p3-8.png" "$PIXELS" 6 >"$T/said" || fail 'HDR'

# PNG's chunks; colour/profiles.sh asks what they mean.
cp "$T"/{gama,chrm,cicp,said-srgb}.png "$SRC"
for name in gama chrm cicp; do
	tagged "$MNT/$name.png@png-flip-icc" || fail "icc of $name.png says nothing of its colours"
	never tagged "$MNT/$name.png@png"
done
never tagged "$MNT/said-srgb.png@png-flip-icc"
