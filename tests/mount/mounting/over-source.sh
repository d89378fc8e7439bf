#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SOURCE may be MOUNTPOINT itself: its files are there, with their views, and below it are the
# same files again when it is unmounted.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/sub/deep"
picture "$SRC/a.jpg" 64x48
cp "$SRC/a.jpg" "$SRC/sub/deep/b.jpg"
before=$(cd "$SRC" && find . | sort)
start -m "$SRC"
is "$(cd "$SRC" && find . | sort)" "$before" 'listing'
is "$(kind "$SRC/a.jpg@webp")" image/webp
is "$(kind "$SRC/sub/deep/b.jpg@w10.png")" image/png
is "$(stat_of encodes "$SRC")" 2 'encodes'
tried EROFS creat "$SRC/new"
cd "$SRC/sub/deep"
is "$(kind b.jpg@avif)" image/avif
cd "$T"
stop "$SRC"
is "$(cd "$SRC" && find . | sort)" "$before" 'listing after unmounting'
tried OK creat "$SRC/new"
