#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# apparmor.sh ROOT: the profiles in contrib/apparmor are ones that the parser takes; nothing is
# loaded into the kernel.
set -euo pipefail

command -v apparmor_parser >/dev/null || { echo 'no apparmor_parser'; exit 77; }
for profile in "$1"/contrib/apparmor/*; do
	apparmor_parser --skip-kernel-load --skip-cache "$profile"
done
