#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The pictures of $LENSFS_MEDIA: what is a picture decodes in every format, what is damaged or a
# liar has the errno of its kind, and the mount goes on after each.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"

[[ -d ${LENSFS_MEDIA:-} ]] || skip 'LENSFS_MEDIA is not set'
start -s "$LENSFS_MEDIA" deadline=20
begin=$(now_ms)
find "$LENSFS_MEDIA" -type f -printf '%P\n' | sort >"$T/list"
while read -r name; do
	for view in webp-w100 w100.jpg; do
		outcome=$(try read "$MNT/$name@$view")
		case $name in
		*.md | *.svg | *.svgz | *.ico) wanted=ENOENT ;;
		truncated.*) wanted=EIO ;;
		17000x17000.avif) wanted=EFBIG ;;
		big-height.webp | invalid_multiframe.gif | looks-like-svg.webp) wanted='OK EIO EFBIG ENOENT' ;;
		*) wanted=OK ;;
		esac
		[[ " $wanted " == *" $outcome "* ]] || fail "$name@$view: $outcome, not $wanted"
		if [[ $outcome == OK ]]; then
			is "$(xattr "$MNT/$name@$view" width)x$(xattr "$MNT/$name@$view" height)" \
				"$(decoded "$MNT/$name@$view")" "$name@$view"
		fi
	done
done <"$T/list"
say "$(wc -l <"$T/list") files, $(stat_of encodes) encodes, $(($(now_ms) - begin)) ms"
