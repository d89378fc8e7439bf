#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every token with every format does what tests/conformance.md says, which is what an independent
# decoder sees. After a change that is meant: LENSFS_UPDATE=1 writes the table anew.
. "$(dirname "$0")/../lib.sh"

need python3 djpeg dwebp webpmux djxl avifdec convert identify exiftool
here=$(cd "$(dirname "$0")" && pwd)
document=$here/../../conformance.md

mkdir -p "$SRC"
convert -size 16x16 xc:black "$T/square.png"
cat >"$T/conformance.conf" <<END
[watermark square]
file = $T/square.png
position = bottom-right
margin = 0
opacity = 100%
END
start "config=$T/conformance.conf"
tokens >"$T/tokens"
python3 "$here/../conformance/table.py" "$MNT" "$SRC" "$T/tokens" "$T/table" ||
	fail 'some cells are not as they should be'
{ sed '/^| token/,$d' "$document"; cat "$T/table"; } >"$T/document"
if [[ -n ${LENSFS_UPDATE:-} ]]; then
	cp "$T/document" "$document"
fi
diff -u "$document" "$T/document" || fail 'tests/conformance.md is not what is true'
