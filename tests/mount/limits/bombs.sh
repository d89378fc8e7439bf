#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A picture that claims to be huge costs a header: the encoder is hardly larger after the refusal
# than after a small picture, and it is the same encoder.
. "$(dirname "$0")/../lib.sh"

peak_kib() { awk '$1 == "VmHWM:" {print $2}' "/proc/$(encoders_of "$DAEMON")/status"; }

picture "$SRC/small.png" 64x48
picture "$SRC/claims.png" 60000x60000 header=1
# Frame header of a JPEG of 65535 x 65535, and nothing after it.
printf '\377\330\377\340\000\020JFIF\000\001\001\000\000\001\000\001\000\000' >"$SRC/claims.jpg"
printf '\377\300\000\021\010\377\377\377\377\003\001\021\000\002\021\000\003\021\000' >>"$SRC/claims.jpg"
printf '\377\332\000\014\003\001\000\002\000\003\000\000\077\000' >>"$SRC/claims.jpg"
bombs=(claims.png claims.jpg)
if [[ -e ${LENSFS_MEDIA:-}/17000x17000.avif ]]; then
	cp "$LENSFS_MEDIA/17000x17000.avif" "$SRC/"
	bombs+=(17000x17000.avif)
fi
start workers=1
tried OK read "$MNT/small.png@webp"
encoder=$(encoders_of "$DAEMON")
before=$(peak_kib)
for bomb in "${bombs[@]}"; do
	for view in webp w100.jpg avif; do tried EFBIG open "$MNT/$bomb@$view"; done
done
at_most $(($(peak_kib) - before)) 65536 'KiB that refusals took'
is "$(encoders_of "$DAEMON")" "$encoder" 'the encoder'
is "$(stat_of too_large)" $((3 * ${#bombs[@]}))
is "$(stat_of encoder_restarts)" 0
tried OK read "$MNT/small.png@w10.jpg"
