#!/bin/sh
# SPDX-License-Identifier: MIT
#
# headers.sh FOLDER BUILDFOLDER COMPILER…: each header compiles on its own, so whoever includes it
# needs to know nothing of what it needs; and each .c includes its own header before any other.
# shellcheck source=tests/style/lib.sh
. "$(dirname "$0")/lib.sh"
build=$1
shift

# shellcheck disable=SC2046 # a list of words
compile()
{
	"$@" -x c -std=gnu17 -fsyntax-only -Wall -Wextra -Werror -Wno-missing-field-initializers \
		-D_GNU_SOURCE -DFUSE_USE_VERSION=314 -D_FILE_OFFSET_BITS=64 -I"$build" -Isrc -I. \
		$(pkg-config --cflags fuse3 vips check) -
}

for header in $(files -name '*.h' ! -name '*.sql.h'); do
	printf '#include "%s"\n' "${header#src/}" | compile "$@" ||
		complain "$header: does not compile on its own"
done
for header in $(files -path 'src/*' -name '*.h'); do
	source=${header%.h}.c
	[ -e "$source" ] || continue
	first=$(sed -n 's/^#include [<"]\([^>"]*\).*/\1/p' "$source" | head -n 1)
	[ "src/$first" = "$header" ] || complain "$source: includes '$first' before its own header"
done
verdict
