#!/bin/sh
# SPDX-License-Identifier: MIT
#
# FOLDER is the argument. No warning of shellcheck's in our scripts; what a script tells it to
# leave has its reason beside it. SC1007 is off: `local a= b=` is how we say empty.
# shellcheck source=tests/style/lib.sh
. "$(dirname "$0")/lib.sh"

command -v shellcheck >/dev/null || {
	echo 'no shellcheck here'
	exit 77
}
# Each alone, so that what it sources is read as that one has it; as many at once as can be.
shell_files | xargs -P "$(nproc)" -n 1 \
	shellcheck --severity=warning --exclude=SC1007 --external-sources --source-path=SCRIPTDIR ||
	complain 'shellcheck complains'
verdict
