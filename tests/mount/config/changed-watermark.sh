#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Once a watermark is another one, none of its variants shows the old one: not by a name that was
# read before, not from the cache, not by an encode that had begun.
. "$(dirname "$0")/../lib.sh"

need convert
picture "$SRC/a.png" 40x30
conf=$T/one.conf
mark() { convert -size 10x10 "xc:$1" "$T/new.png" && mv "$T/new.png" "$T/brand.png"; }
corner() { convert "$1[1x1+0+0]" -depth 8 -format '%[hex:p{0,0}]' info:; }
corner_is() { [[ $(corner "$MNT/$1") == "$2"* ]]; }
says() { printf '[watermark brand]\nfile = brand.png\nposition = top-left\n%s\n[view m]\ntokens = png-wm_brand\n' "$1" >"$conf"; }

mark '#0000ff'
cp "$T/brand.png" "$T/first.png"
says ''
start "config=$conf"
corner_is a.png@m 0000FF
cp "$MNT/a.png@m" "$T/blue.png"
blue=$(stat -c %i "$MNT/a.png@m")
key=$(xattr "$MNT/a.png@m" key)
exec {held}<"$MNT/a.png@m"

# Its picture, replaced.
mark '#ffff00'
await 1 corner_is a.png@m FFFF00
isnt "$(stat -c %i "$MNT/a.png@m")" "$blue" 'inode of the other watermark'
isnt "$(xattr "$MNT/a.png@m" key)" "$key" 'key of the other watermark'
is "$(xattr "$MNT/a.png@m" view)" png-e6-wm_brand 'text for people'
cmp "$T/blue.png" - <&"$held" || fail 'what was open is not what it was'
# Written into, in place.
convert -size 10x10 'xc:#ff00ff' png:- >"$T/other"
cat "$T/other" >"$T/brand.png"
await 1 corner_is a.png@m FF00FF
# Its settings.
says 'margin = 5'
await 1 xattr_is "$MNT/a.png@m" state absent
is "$(corner "$MNT/a.png@m")" "$(corner "$MNT/a.png@png")" 'the corner, outside of the margin'
# The first one again is the first one's bytes, which the cache has.
says ''
mv "$T/first.png" "$T/brand.png"
await 1 xattr_is "$MNT/a.png@m" key "$key"
cmp "$MNT/a.png@m" "$T/blue.png"
stop

# After a restart, too: nothing is believed but the digest.
mark '#00ffff'
start "config=$conf"
corner_is a.png@m 00FFFF
# A picture that will not do: the old one stays, and is laid on whole, for it is a copy.
echo words >"$T/brand.png"
await 1 stat_is config_refusals 1
rm "$T/brand.png"
corner_is a.png@wm_brand-w20.png 00FFFF
