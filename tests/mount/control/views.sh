#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl views: every token of the grammar is listed with its range, and a range is what is taken;
# with a mount, what its encoders can.
. "$(dirname "$0")/../lib.sh"
need jq

picture "$SRC/a.png" 64x48
start
"$LENSCTL" views "$MNT" >"$T/text"
"$LENSCTL" views --json "$MNT" >"$T/json"
# As tokens.c prints the table.
for token in q lossless e aq 420 444 prog w h x fit cover pad centre smart crop rot90 blur bg still \
	anim p meta icc max keepname; do
	is "$(jq --arg t "$token" '[.tokens[] | select(.token == $t)] | length' "$T/json")" 1 "rows of $token"
done
for words in 'q1…q100' 'w1…w65535' bgRRGGBB cropLEFT_TOP_WIDTH_HEIGHT max1k coding; do
	has "$(cat "$T/text")" "$words"
done

# What is said to be written is, and no range is wider than what parses.
for format in $(jq -r '.formats[] | select(.write) | .format' "$T/json"); do
	tried OK read "$MNT/a.png@w8-$format"
done
jq -r '.tokens[] | select(.min != null and .token != "p") |
	"\(.token) \(.max) \(if .token == "x" then "-w2" else "" end)"' "$T/json" |
	while read -r token max rest; do
		is "$(xattr "$MNT/a.png@webp-$token$max$rest" state)" absent "$token$max"
		tried ENOENT stat "$MNT/a.png@webp-$token$((max + 1))$rest"
	done
is "$(jq -c '.formats[] | select(.format == "heic") | [.read, .write]' "$T/json")" '[true,false]'
is "$(jq -c '.formats[] | select(.format == "jxl") | .read' "$T/json")" false
is "$(jq -c '.tokens[] | select(.token == "aq") | .formats' "$T/json")" '["webp"]'
is "$(jq '.formats[] | select(.format == "webp") | .quality' "$T/json")" 79

# A mount whose libvips lacks a codec says so.
has "$(stat_of formats_write)" webp
never grep -q 'heic' <<<"$(stat_of formats_write)"
code=0
"$LENSCTL" views "$SRC" 2>/dev/null || code=$?
is "$code" 5 'exit code outside a mount'
stop

# Presets and watermarks are those of the mount.
mkdir -p "$XDG_CONFIG_HOME/lensfs"
picture "$XDG_CONFIG_HOME/lensfs/logo.png" 8x8
printf '[view thumb]\ntokens = webp-w20\nmiss = enoent\n[watermark logo]\nfile = logo.png\n' \
	>"$XDG_CONFIG_HOME/lensfs/a.conf"
start
"$LENSCTL" views --json "$MNT/a.png" >"$T/json"
is "$(jq -c '[.presets[0].preset, .presets[0].tokens, .presets[0].miss, .watermarks, .only_presets]' "$T/json")" \
	'["thumb","webp-w20","enoent",["wm_logo"],false]'
text=$("$LENSCTL" views "$MNT")
for words in 'PRESET' 'thumb' 'webp-w20' 'watermarks: wm_logo' 'wm_NAME'; do has "$text" "$words"; done
is "$("$LENSCTL" views --json | jq .presets)" null 'presets without a mount'
