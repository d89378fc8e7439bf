#!/bin/sh
# SPDX-License-Identifier: MIT
#
# format.sh FOLDER: C files are as clang-format leaves them. Its releases do not agree with one
# another, so only the one of Debian 12 judges; where it is not, the question is skipped.
#
#	clang-format -i FILE	makes it so
# shellcheck source=tests/style/lib.sh
. "$(dirname "$0")/lib.sh"
release=14

for format in clang-format-$release clang-format; do
	case $($format --version 2>/dev/null) in
	*"version $release."*) break ;;
	esac
	format=
done
[ -n "$format" ] || {
	echo "no clang-format $release here"
	exit 77
}

for file in $(c_files); do
	"$format" --dry-run -Werror "$file" 2>/dev/null || complain "$file: clang-format -i would change it"
done
verdict
