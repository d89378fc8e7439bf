#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A view that names no format keeps the source's own; where that cannot be written, it is JPEG;
# an extension chooses. The media type says the same.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"

for format in jpg webp avif png gif tif; do picture "$SRC/p.$format" 160x100; done
start
for format in jpg webp avif png gif tif; do
	decodes_to "$MNT/p.$format@w80" "$format" 80x50
	is "$(xattr "$MNT/p.$format@w80" mime_type)" "$(mime_of "$format")"
	decodes_to "$MNT/p.$format@w80.webp" webp 80x50
	decodes_to "$MNT/p.$format@w80.jpg" jpeg 80x50
done
