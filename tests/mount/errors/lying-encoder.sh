#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An encoder that says what is not so is not believed: EIO, never wrong bytes.
. "$(dirname "$0")/../lib.sh"

for lie in empty wrong-magic lie-size garbage-reply exit=3 error=damaged error=unsupported; do
	fake "$SRC/$lie.jpg" "$lie"
done
fake "$SRC/toolarge.jpg" error=toolarge
fake "$SRC/well.jpg" output=5000
q=0
start_fake
for lie in empty wrong-magic lie-size garbage-reply exit=3 error=damaged error=unsupported; do
	tried EIO open "$MNT/$lie.jpg@webp"
	q=$((q + 1))
	is "$(wc -c <"$MNT/well.jpg@webp-q$q")" 5000
done
tried EFBIG open "$MNT/toolarge.jpg@webp"
is "$(stat_of encodes)" 7 'encodes'
is "$(stat_of entries)" 7 'entries'
