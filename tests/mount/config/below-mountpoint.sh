#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The configuration and its watermark may lie in SOURCE, and SOURCE be mounted over: they are read
# through the mount itself then, by who need not answer for it.
. "$(dirname "$0")/../lib.sh"

need convert
need_root
picture "$SRC/a.png" 40x30
convert -size 10x10 'xc:#0000ff' "$SRC/brand.png"
says() { printf '[watermark brand]\nfile = brand.png\n[view m]\ntokens = png-wm_brand-w%s\n' "$1"; }
says 20 >"$SRC/lensfs.conf"
mkdir "$T/below"
mount --bind "$SRC" "$T/below"
at_end "umount -l '$T/below'"

start -s "$SRC" -m "$SRC" "config=$SRC/lensfs.conf"
xattr_is "$SRC/a.png@m" view png-e6-w20-wm_brand
tried OK read "$SRC/a.png@m"
says 10 >"$T/below/lensfs.conf"
"$LENSCTL" reload "$SRC" >/dev/null
await 1 xattr_is "$SRC/a.png@m" view png-e6-w10-wm_brand
stop "$SRC"
