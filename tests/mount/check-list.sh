#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whether meson knows every case: its list, made at configuration, are our arguments.
known=$(printf '%s\n' "$@" | sort)
found=$(cd "$(dirname "$0")" && find . -mindepth 2 -name '*.sh' -printf '%P\n' | sort)
[[ $known == "$found" ]] && exit 0
echo 'The list of mount cases changed; have meson look again: meson setup --reconfigure BUILD' >&2
diff <(echo "$known") <(echo "$found") >&2
exit 1
