#!/bin/sh
# SPDX-License-Identifier: MIT
# assemble.sh PAGE STYLE SCRIPT: the page with both in it, and their hashes in its content security
# policy, on standard output.
set -eu

# Of hexadecimal digits, on standard input, the bytes.
bytes()
{
	fold -w 2 | while read -r digits; do
		# shellcheck disable=SC2059 # an octal escape is the format
		printf "\\$(printf '%03o' "0x$digits")"
	done
}
hash()
{
	printf 'sha256-%s' "$(sha256sum <"$1" | cut -c1-64 | bytes | base64 -w 0)"
}
style_hash=$(hash "$2")
script_hash=$(hash "$3")
while IFS= read -r line; do
	case $line in
	'<style>@STYLE@</style>') printf '<style>' && cat "$2" && printf '</style>\n' ;;
	'<script>@SCRIPT@</script>') printf '<script>' && cat "$3" && printf '</script>\n' ;;
	*) printf '%s\n' "$line" | sed "s|@STYLE_HASH@|$style_hash|; s|@SCRIPT_HASH@|$script_hash|" ;;
	esac
done <"$1"
