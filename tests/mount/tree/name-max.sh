#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Names at the limit: what an extension would make longer than a name may be keeps its name, is
# shown through the view all the same, and can be copied.
. "$(dirname "$0")/../lib.sh"

letters() { printf 'n%.0s' $(seq "$1"); }
fits=$(letters 246).jpg   # and .webp makes 255
longer=$(letters 247).jpg # and .webp makes 256
longest=$(letters 251).jpg
plain=$(letters 255)
mkdir "$SRC/d"
for name in "$fits" "$longer" "$longest" "$plain"; do fake "$SRC/d/$name" output=$((1000 + ${#name})); done
folder=$(letters 250) # and @webp makes 255
mkdir "$SRC/$folder" "$SRC/$(letters 255)"
fake "$SRC/$folder/a.jpg" output=900
fake "$SRC/$(letters 255)/a.jpg" output=900
start_fake

is "$(ls "$MNT/d@webp" | sort)" "$(printf '%s\n' "$fits.webp" "$longer" "$longest" "$plain" | sort)"
mkdir "$T/out"
cp -r "$MNT/d@webp" "$T/out/"
for name in "$fits.webp" "$longer" "$longest" "$plain"; do
	is "$(kind "$T/out/d@webp/$name")" image/webp "kind of $name"
	is "$(wc -c <"$T/out/d@webp/$name")" "$(wc -c <"$MNT/d/${name%.webp}@webp")"
done
tried ENAMETOOLONG stat "$MNT/d@webp/$longer.webp"
tried ENOENT stat "$MNT/d@webp/$(letters 240).webp"
tried ENAMETOOLONG stat "$MNT/d@webp/$(letters 300)"
is "$(kind "$MNT/d@webp/$longest@webp-q10")" image/webp
is "$(ls "$MNT/$folder@webp")" a.jpg.webp
is "$(ls "$MNT/$(letters 255)@webp")" a.jpg.webp
is "$(ls "$MNT/@webp/$(letters 255)")" a.jpg.webp
