# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# What the lanes share; to be sourced. A lane is one way to build and test that is too slow or
# too particular for every run. Each has its own build folder, build-LANE/ in the checkout, or
# the folder that $LENSFS_LANE_BUILD names.
set -eu

lane=$(basename "$0")
top=$(cd "$(dirname "$0")/../.." && pwd -P)
build=${LENSFS_LANE_BUILD:-$top/build-$lane}
if [ -z "${LENSFS_MEDIA-}" ] && [ -d "$top/../shared/media" ]; then
	LENSFS_MEDIA=$(cd "$top/../shared/media" && pwd -P)
	export LENSFS_MEDIA
fi

# What mount cases need of a build, for lanes that run nothing else.
# shellcheck disable=SC2034 # for them
lane_of_mounts="src/cli/lensfs src/cli/lensctl src/encode/encoder/lensfs-encoder
	tests/fake/lensfs-encoder-fake tests/mount/probe tests/mount/churn tests/mount/make-picture"

lane_need()
{
	for tool; do
		command -v "$tool" >/dev/null || {
			echo "$lane: needs '$tool', which is not installed" >&2
			exit 77
		}
	done
}

# lane_build OPTION…: configures anew, so that the lane's options and environment count, and builds
# everything, or $lane_targets.
lane_build()
{
	if [ -f "$build/build.ninja" ]; then
		set -- --wipe "$@"
	fi
	configured=$(meson setup "$@" "$build" "$top" 2>&1) || {
		printf '%s\n' "$configured" >&2
		return 1
	}
	# shellcheck disable=SC2086 # a list of words
	ninja -C "$build" ${lane_targets-} || return 1
}

# lane_asan: what AddressSanitizer, its leak checker and UBSan are told.
lane_asan()
{
	# Libraries have no frame pointers, and suppressions go by who called: unwind by tables.
	ASAN_OPTIONS="abort_on_error=0:exitcode=99:detect_stack_use_after_return=1"
	ASAN_OPTIONS="$ASAN_OPTIONS:fast_unwind_on_malloc=0:malloc_context_size=30"
	UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:exitcode=99"
	LSAN_OPTIONS="suppressions=$top/tests/lanes/lsan.supp:print_suppressions=0"
	export ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS
}

# lane_test OPTION…: meson test; its last line is the count, and it fails where a test did.
lane_test()
{
	rc=0
	meson test -C "$build" --no-rebuild --print-errorlogs "$@" </dev/null || rc=$?
	# Under a wrapper the log is called after it.
	python3 "$top/tests/summary.py" "$(find "$build/meson-logs" -name "testlog*.json" -printf "%T@ %p\n" | sort -n | tail -n 1 | cut -d " " -f 2-)" || rc=1
	return "$rc"
}
