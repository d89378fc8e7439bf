#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A preset is a view under another name: the same file as its tokens spelled out, overridden by
# tokens beside it, and by a mount that allows nothing else the only views there are.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
mkdir -p "$XDG_CONFIG_HOME/lensfs"
cat >"$XDG_CONFIG_HOME/lensfs/10-shop.conf" <<'END'
[view thumb]
tokens = webp-w20-h20-cover
[view exact]
tokens = webp-lossless
END
printf '[view thumb]\ntokens = webp-w16-h16-cover\n' >"$XDG_CONFIG_HOME/lensfs/20-later.conf"
start
inode() { stat -c %i "$MNT/$1"; }

is "$(xattr "$MNT/a.jpg@thumb" view)" webp-q79-e4-w16-h16-cover 'what the later file says'
is "$(inode a.jpg@thumb)" "$(inode a.jpg@webp-w16-h16-cover)" 'inode of the spelled-out name'
is "$(inode a.jpg@thumb.webp)" "$(inode a.jpg@thumb)" 'inode of the name with its extension'
is "$(xattr "$MNT/a.jpg@q50-thumb-w8" view)" webp-q50-e4-w8-h16-cover 'tokens before and behind'
is "$(xattr "$MNT/a.jpg@exact" view)" webp-lossless-e4 exact
is "$(xattr "$MNT/a.jpg@exact-q50" view)" webp-q50-e4 'what excludes it'
tried ENOENT open "$MNT/a.jpg@thumb.png"
tried ENOENT open "$MNT/a.jpg@thumb-exact"
tried ENOENT open "$MNT/a.jpg@wm_none"
cp "$SRC/a.jpg" "$SRC/b.jpg@thumb"
is "$(kind "$MNT/b.jpg@thumb")" image/jpeg 'a real file of that name'

text=$("$LENSCTL" explain "$MNT/a.jpg@thumb-q50")
for words in 'preset  thumb' 'miss    wait' 'view    webp-q50-e4-w16-h16-cover'; do
	has "$text" "$words"
done
text=$("$LENSCTL" explain "$MNT/a.jpg@thumb-exact") || :
has "$text" "'thumb' and 'exact' are presets"
has "$(cat "$MNT/.lensfs/config")" $'[view thumb]\ntokens = webp-w16-h16-cover\nmiss = wait\n'
stop

start only_presets
tried OK open "$MNT/a.jpg@thumb"
tried OK open "$MNT/a.jpg@thumb.webp"
tried ENOENT open "$MNT/a.jpg@thumb-q50"
tried ENOENT open "$MNT/a.jpg@webp"
text=$("$LENSCTL" explain "$MNT/a.jpg@webp") || :
has "$text" "'webp' is no preset"
# What is steered is what the name is, however it is spelled to the daemon.
tried OK read "$MNT/a.jpg@thumb"
tried OK read "$MNT/@thumb/a.jpg.webp"
has "$("$LENSCTL" cache drop "$MNT/a.jpg@thumb")" '1 variant'
tried OK read "$MNT/a.jpg@exact"
has "$("$LENSCTL" cache drop "$MNT/@exact/a.jpg.webp")" '1 variant'
text=$("$LENSCTL" cache forget "$MNT/a.jpg@thumb" 2>&1) || :
has "$text" "no failure"
stop

# One file that was named is read instead.
printf '[view only]\ntokens = q5\n[mount]\nonly_presets = yes\n' >"$T/one.conf"
start "config=$T/one.conf"
tried OK open "$MNT/a.jpg@only"
tried ENOENT open "$MNT/a.jpg@thumb"
stop
start "config=$T/one.conf" only_presets=no
tried OK open "$MNT/a.jpg@webp"
stop

# What the README shows is read, and means what it says.
readme=$(dirname "$0")/../../../README.md
sed -n '/^    \[view/,/^    opacity/s/^    //p' "$readme" >"$T/one.conf"
picture "$T/brand.png" 40x20
start "config=$T/one.conf"
tried OK read "$MNT/a.jpg@thumb.webp"
tried OK read "$MNT/a.jpg@w800-wm_brand"
for line in 'tokens = webp-w200-h200-cover' 'opacity = 60%'; do
	has "$(cat "$MNT/.lensfs/config")" "$line"
done
