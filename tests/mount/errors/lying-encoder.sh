#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An encoder that says what is not so is not believed: EIO with the reason, never wrong bytes, and
# another encoder takes its place.
. "$(dirname "$0")/../lib.sh"

results=(empty wrong-magic truncated lie-size lie-dimensions wrong-dimensions)
deaths=(garbage-reply exit=3)
words=(error=damaged error=unsupported)
for lie in "${results[@]}" "${deaths[@]}" "${words[@]}"; do fake "$SRC/$lie.jpg" "$lie"; done
picture "$SRC/real.jpg" 64x48
cp "$SRC/real.jpg" "$SRC/other-source.jpg"
printf 'FAKE lie-source\n' >>"$SRC/other-source.jpg"
# Of a size that can be told beforehand: only then does an encoder write to a file of the cache. What
# is in memory is sealed, and a descriptor of that is worth nothing.
cp "$SRC/real.jpg" "$SRC/keep-output.jpg"
printf 'FAKE keep-output\n' >>"$SRC/keep-output.jpg"
fake "$SRC/keep-memory.jpg" keep-output
fake "$SRC/toolarge.jpg" error=toolarge
fake "$SRC/well.jpg" output=5000
q=0
start_fake workers=1
still_well() {
	q=$((q + 1))
	is "$(wc -c <"$MNT/well.jpg@webp-q$q")" 5000
}
refused_lies() { [[ $(stat_of encoder_lies) == "$1" && $(stat_of encoder_restarts) == "$1" ]]; }
is "$(wc -c <"$MNT/real.jpg@w32-webp")" 1000
n=0
tried OK open "$MNT/keep-memory.jpg@webp"
for lie in "${results[@]}" other-source keep-output; do
	pid=$(encoders_of "$DAEMON")
	tried EIO open "$MNT/$lie.jpg@webp"
	n=$((n + 1))
	await 5 refused_lies "$n"
	await 5 dead "$pid"
	has "$(grep "'$lie.jpg'" "$LOG")" 'the encoder '
	has "$(grep "'$lie.jpg'" "$MNT/.lensfs/errors")" 'the encoder '
	has "$(xattr "$MNT/$lie.jpg@webp" error)" 'the encoder '
	# Not asked again at once.
	tried EIO open "$MNT/$lie.jpg@webp"
	is "$(stat_of encoder_lies)" "$n" 'lies'
	still_well
done
for lie in "${deaths[@]}" "${words[@]}"; do
	tried EIO open "$MNT/$lie.jpg@webp"
	still_well
done
tried EFBIG open "$MNT/toolarge.jpg@webp"
is "$(stat_of encoder_lies)" "$n" 'lies'
is "$(stat_of encodes)" $((q + 2)) 'encodes'
is "$(stat_of entries)" $((q + 2)) 'entries'
