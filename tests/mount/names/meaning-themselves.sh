#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Names with an '@' that people really have mean what they mean, and cost nothing; as sources
# they have views like any other.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/@eaDir" "$SRC/.@__thumb" "$SRC/user@host"
for name in a@2x.png logo@3x.png me@home.png @eaDir/x.png user@host/x.png @.png @@.png; do
	picture "$SRC/$name" 40x30
done
picture "$SRC/p.jpg" 40x30
start
for name in a@2x.png logo@3x.png me@home.png @eaDir/x.png user@host/x.png @.png @@.png; do
	cmp "$SRC/$name" "$MNT/$name"
	tried OK read "$MNT/$name@webp"
	is "$(kind "$MNT/$name@w20.png")" image/png "kind of $name@w20.png"
done
encodes=$(stat_of encodes)
[[ -d $MNT/@eaDir && -d $MNT/.@__thumb ]]
for name in p@2x.jpg p.jpg@2x p.jpg@eaDir me@work.jpg a@3x.png .@__qini @eaDir/p.jpg; do
	tried ENOENT stat "$MNT/$name"
done
is "$(stat_of encodes)" "$encodes" 'encodes'
