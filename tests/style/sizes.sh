#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sizes.sh FOLDER: no file of code grows over 500 lines; split it on its nouns.
# shellcheck source=tests/style/lib.sh
. "$(dirname "$0")/lib.sh"

for file in $(c_files) $(shell_files); do
	lines=$(wc -l <"$file")
	[ "$lines" -le 500 ] || complain "$file: $lines lines, over 500"
done
verdict
