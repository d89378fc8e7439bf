# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# What the style tests share; to be sourced. Each takes the folder to look at as its first
# argument, so that it can be tried on a copy, and complains of every fault, not of the first.
set -eu
cd "${1:-$(dirname "$0")/../..}"
shift $(($# > 0))
faults=0

complain()
{
	printf '%s\n' "$*"
	faults=$((faults + 1))
}

# Our files by the find expression given. Not by git, so that it works in a copy and a tarball.
files()
{
	find src tests contrib schema .ci meson.build -type f \( "$@" \) ! -path '*/.*.sw?' | sort
}

c_files()
{
	files -name '*.[ch]'
}

# Programs in a shell's language, by their first line, and what they source.
shell_files()
{
	files ! -name '*.[ch]' ! -path 'contrib/sample/*' | while read -r file; do
		case $file in
		*.sh) echo "$file" ;;
		*) head -n 1 "$file" | grep -q '^#!.*sh$' && echo "$file" ;;
		esac || :
	done
}

# Ends with the count of complaints.
verdict()
{
	[ "$faults" -eq 0 ] || echo "$(basename "$0"): $faults complaints"
	exit $((faults > 0))
}
