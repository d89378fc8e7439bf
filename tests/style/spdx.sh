#!/bin/sh
# SPDX-License-Identifier: MIT
#
# spdx.sh FOLDER: every source file names its licence, once, in its first two lines.
# shellcheck source=tests/style/lib.sh
. "$(dirname "$0")/lib.sh"

# The mark is written in two parts, or this file would have it thrice.
mark='SPDX-License-''Identifier: MIT'
for file in $(files -name '*.[ch]' -o -name '*.sql' -o -name '*.py' -o -name meson.build) $(shell_files); do
	head -n 2 "$file" | grep -qF "$mark" || complain "$file: no '$mark' in its first two lines"
	[ "$(grep -cF 'SPDX-License-''Identifier:' "$file")" -le 1 ] ||
		complain "$file: more than one licence line"
done
verdict
