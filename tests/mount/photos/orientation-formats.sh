#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# All eight orientations of every format that has them, once and not twice: EXIF's in WebP and PNG,
# TIFF's own tag, AVIF's turn and mirror, which count there, and EXIF's beside them, which does not.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
need exiftool avifenc python3
here=$(cd "$(dirname "$0")" && pwd)

for ext in png webp tif; do picture "$T/a.$ext" 60x40 seed=3; done
for o in 1 2 3 4 5 6 7 8; do
	for ext in png webp tif; do
		cp "$T/a.$ext" "$SRC/$o.$ext"
	done
	exiftool -q -q -n -overwrite_original -IFD0:Orientation="$o" "$SRC/$o".{png,webp,tif}
done
# The same eight as quarter turns against the clock, and then a mirror: 0 exchanges top and bottom,
# 1 left and right (HEIF, ISO 23008-12, 6.5.10 and 6.5.12).
heif=(- '' '--imir 1' '--irot 2' '--imir 0' '--irot 3 --imir 1' '--irot 3' '--irot 1 --imir 1' '--irot 1')
for o in 1 2 3 4 5 6 7 8; do
	# shellcheck disable=SC2086 # options
	avifenc -s 9 --min 0 --max 5 -y 444 ${heif[o]} "$T/a.png" "$SRC/$o.avif" >/dev/null
done
exiftool -q -q -n -overwrite_original -IFD0:Orientation=6 "$SRC"/*.avif

upright=(- rgbw grwb wbgr bwrg rbgw brwg wgbr gwrb)
start
mkdir "$T/out"
for ext in png webp tif avif; do
	for o in 1 2 3 4 5 6 7 8; do
		if ((o < 5)); then full=60x40 half=30x20; else full=40x60 half=20x30; fi
		cp "$MNT/$o.$ext@png" "$T/out/$o.$ext.png"
		cp "$MNT/$o.$ext@w${half%x*}-png-meta" "$T/out/$o.$ext.half.png"
		echo "$o.$ext.png $full ${upright[o]}"
		echo "$o.$ext.half.png $half ${upright[o]}"
	done
done >"$T/wanted"
# Where red, green, blue and white are, in the middle of each quadrant.
cd "$T/out"
# shellcheck disable=SC2046 # names without spaces
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here/../colour python3 - $(cut -d' ' -f1 "$T/wanted") >"$T/seen" <<'END'
import sys
from files import read
ink = {'r': (220, 30, 30), 'g': (30, 160, 40), 'b': (40, 40, 200), 'w': (250, 250, 250)}
def near(rgb):
    return min(ink, key=lambda k: sum((a * 255 - b) ** 2 for a, b in zip(rgb, ink[k])))
for path in sys.argv[1:]:
    p = read(path)
    print(path, f'{p.width}x{p.height}', ''.join(
        near(p.at(p.width * x // 4, p.height * y // 4)[:3]) for y in (1, 3) for x in (1, 3)))
END
diff "$T/wanted" "$T/seen"
is "$(exiftool -q -q -n -s3 -IFD0:Orientation . | sort -u)" 1 'what is left over'
