# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# What contrib/run and contrib/test share: which Debian packages there must be, and how missing
# ones come. Only what is missing is installed, and only by root; anybody else, and any system
# without apt, is told the names. Recommended packages are left out, so what matters among them
# is named here: Debian 13 moved libheif's AVIF codecs to packages that are merely recommended.
# To be sourced, with `top` set to the checkout.
: "${top:?}"

packages_build='gcc libc6-dev meson ninja-build pkgconf fuse3 libfuse3-dev libvips-dev
	libsqlite3-dev libsmartcols-dev libxxhash-dev libjansson-dev libseccomp-dev libinih-dev uthash-dev
	scdoc'
# Needed where this release of Debian has them (12 has the codecs inside libheif1).
packages_where_known='libheif-plugin-aomenc libheif-plugin-dav1d'

say()
{
	printf '%s\n' "contrib/$(basename "$0"): $*"
}

fail()
{
	say "$*" >&2
	exit 1
}

is_installed()
{
	dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# What of the arguments is not installed.
packages_missing()
{
	for package; do
		is_installed "$package" || printf '%s ' "$package"
	done
}

# Which of the arguments this release has and lacks here.
packages_missing_if_known()
{
	for package in $(packages_missing "$@"); do
		apt-cache show "$package" >/dev/null 2>&1 && printf '%s ' "$package"
	done
}

apt_get()
{
	DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null ||
		fail "apt-get $1 failed: see its message above"
}

apt_install()
{
	[ $# -gt 0 ] || return 0
	[ "$(id -u)" -eq 0 ] || fail "as root, install what is missing: apt-get install $*"
	say "installing with apt: $*"
	apt_get install --no-install-recommends "$@"
}

# packages_install NAME…: these and those that every build needs.
packages_install()
{
	{ command -v dpkg-query && command -v apt-get; } >/dev/null ||
		fail "knows only Debian's packages; install these by their names here: $packages_build $*"
	# shellcheck disable=SC2086 # lists of words
	missing=$(packages_missing $packages_build "$@")
	if [ -z "$missing" ]; then
		say 'every package is installed'
	elif [ "$(id -u)" -eq 0 ]; then
		say 'reading the package lists (apt-get update)'
		apt_get update
	fi
	# shellcheck disable=SC2086
	apt_install $missing
	# shellcheck disable=SC2086,SC2046
	apt_install $(packages_missing_if_known $packages_where_known)
}

# packages_install_servers NAME…: programs that come with services, for tests, which run them by
# themselves. A service that was not here before is started neither now nor at boot.
packages_install_servers()
{
	policy=/usr/sbin/policy-rc.d ours=
	servers=$(packages_missing "$@")
	[ -n "$servers" ] || return 0
	if [ "$(id -u)" -eq 0 ] && [ ! -e "$policy" ]; then
		trap 'rm -f "$policy"' EXIT
		trap 'exit 1' INT TERM
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod +x "$policy"
		ours=yes
	fi
	packages_install "$@"
	if [ -n "$ours" ]; then
		rm -f "$policy"
		trap - EXIT INT TERM
	fi
	for package in $servers; do
		case $package in
		nginx | caddy) systemctl --quiet disable "$package" ;;
		samba) systemctl --quiet disable smbd nmbd samba-ad-dc ;;
		esac 2>/dev/null || : # without systemd there is nothing to disable
	done
}

# build_in FOLDER OPTION…: configures, or configures again, and builds. Other builds in the same
# folder wait.
build_in()
{
	build=$1
	shift
	{ mkdir -p "$build" && [ -w "$build" ]; } 2>/dev/null ||
		fail "cannot write to $build: run this as the owner of the checkout"
	exec 9>"$build/.lock"
	flock 9
	if [ -f "$build/build.ninja" ]; then
		set -- --reconfigure "$@"
	fi
	say "building in $build"
	meson setup "$@" "$build" "$top" >"$build/setup.txt" 2>&1 || {
		cat "$build/setup.txt" >&2
		fail 'meson could not configure: see above'
	}
	ninja -C "$build" || fail 'the build failed: see above'
	exec 9>&-
}
