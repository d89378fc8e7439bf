#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A view that would make a huge picture of a small one costs a header: EFBIG at once, remembered,
# and the encoder is hardly larger for it. What trim would leave is known only from the pixels.
. "$(dirname "$0")/../lib.sh"

peak_kib() { awk '$1 == "VmHWM:" {print $2}' "/proc/$(encoders_of "$DAEMON")/status"; }

picture "$SRC/small.png" 64x48
picture "$SRC/frames.gif" 64x48 frames=8
bombs=(w65535-h65535-up-pad w65535-h65535-pad w65535-up h65535-up-tiff w65535-h65535-fill-up.png
	w1-h65535-cover-up-smart w65535-h65535-pad-trim-jxl w65535-h65535-pad-bgff0000.jpg)
start workers=1
tried OK read "$MNT/small.png@webp"
encoder=$(encoders_of "$DAEMON")
before=$(peak_kib)
begin=$(now_ms)
for bomb in "${bombs[@]}"; do tried EFBIG open "$MNT/small.png@$bomb"; done
at_most $(($(now_ms) - begin)) 10000 'milliseconds for refusals'
# 16 million pixels a frame.
tried EFBIG open "$MNT/frames.gif@w4000-h4000-pad"
tried OK open "$MNT/frames.gif@w400-h400-pad"
at_most $(($(peak_kib) - before)) 65536 'KiB that refusals took'
is "$(encoders_of "$DAEMON")" "$encoder" 'the encoder'
is "$(stat_of too_large)" $((1 + ${#bombs[@]}))
is "$(stat_of encoder_restarts)" 0
has "$(xattr "$MNT/small.png@w65535-up" error)" 'over the limit of 100000000 pixels'
is "$(xattr "$MNT/small.png@w65535-up" state)" failed
