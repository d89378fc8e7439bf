#!/bin/sh
# SPDX-License-Identifier: MIT
#
# rooms.sh FOLDER [PROGRAM…]: one dangerous library per room, includes point only down (DESIGN
# §3), and PROGRAM, which is the daemon or stands beside it, has no codec and no GLib in it.
# shellcheck source=tests/style/lib.sh
. "$(dirname "$0")/lib.sh"

# Which rooms each room may include. A new room needs its line here. An encoder process shares
# with the daemon's side no more than the protocol.
may_include()
{
	case $1 in
	util) echo ;;
	view) echo util ;;
	picture) echo util view ;;
	source) echo util view ;;
	config) echo util view picture source ;;
	cache) echo util view source ;;
	encode) echo util view ;;
	encode/encoder) echo util view encode/protocol.h ;;
	pressure) echo util ;;
	render) echo util view picture source config cache encode ;;
	fs) echo util view source config render ;;
	control) echo util view source config cache encode pressure render fs ;;
	cli) echo util view source config cache encode control fs ;; # where everything is put together
	*) return 1 ;;
	esac
}

room_of()
{
	case $1 in
	encode/encoder/*) echo encode/encoder ;;
	*/*) echo "${1%%/*}" ;;
	esac
}

# check_include FILE LINE HEADER
check_include()
{
	own=$(room_of "${1#src/}")
	if [ ! -e "src/$3" ]; then
		case $3 in
		config.h | catalog.sql.h | dashboard.html.h) ;; # generated
		*) complain "$1:$2: includes \"$3\", which is not named from src/" ;;
		esac
		return 0
	fi
	room=$(room_of "$3")
	[ "$room" != "$own" ] || return 0
	for allowed in $(may_include "$own"); do
		case $allowed in
		"$room" | "$3") return 0 ;;
		esac
	done
	complain "$1:$2: the room $own includes \"$3\", which does not stand below it"
}

# check_library FILE LINE HEADER
check_library()
{
	case $3 in
	fuse*) where=fs ;;
	sqlite3*) where=cache ;;
	ini.h) where=config ;;
	vips/* | glib* | gio/* | gobject/* | gmodule* | seccomp*) where=encode/encoder ;;
	*) return 0 ;;
	esac
	[ "$(room_of "${1#src/}")" = "$where" ] ||
		complain "$1:$2: <$3> is only for src/$where"
}

for file in $(files -path 'src/*' -name '*.[ch]'); do
	may_include "$(room_of "${file#src/}")" >/dev/null ||
		complain "$file: rooms.sh does not know this room"
	found=$(sed -n -E '/^[ \t]*#[ \t]*include[ \t]*[<"]/ {=; s/^[^<"]*([<"][^>"]*).*/\1/p}' "$file" |
		paste -d ' ' - -)
	while read -r line header; do
		case $header in
		'"'*) check_include "$file" "$line" "${header#?}" ;;
		'<'*) check_library "$file" "$line" "${header#?}" ;;
		esac
	done <<-END
		$found
	END
done

for program; do
	libraries=$(ldd "$program") || complain "$program: ldd cannot read it"
	for library in $(echo "$libraries" | grep -oE '^[[:space:]]*lib(vips|glib|gobject|gio|gmodule|jpeg|webp|heif|avif|aom|jxl|png|tiff|Magick)[^ ]*'); do
		complain "$program: is linked with $library"
	done
done
verdict
