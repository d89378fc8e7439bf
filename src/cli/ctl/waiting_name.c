/* SPDX-License-Identifier: MIT
 *
 * How a picture is called in a folder through a view depends on its format and the view's, which
 * the mount knows and we do not. So names are tried, which costs a lookup each: its own, which
 * `keepname` makes it; and, where only presets are views and nothing may stand beside them, those
 * with an extension.
 */
#include "cli/ctl/waiting_name.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "cli/ctl/mount_place.h"
#include "util/cleanup.h"
#include "view/format.h"
#include "view/name.h"

struct wanted {
	char folder[PATH_MAX]; /* real; "" for / */
	const char *name;      /* of the picture: not ended by a NUL, but by its length */
	int name_len;
	int view_len;                 /* without an extension */
	const char *view, *extension; /* "" or ".webp" */
};

/* Whether `path` is that picture through a view, and no other file of this name. */
static bool is_wanted(const struct wanted *wanted, const char *path)
{
	char source[PATH_MAX];
	ssize_t n = lgetxattr(path, "system.lensfs.source", source, sizeof(source) - 1);
	const char *slash;

	if (n < 0 || !mount_place_is_picture_view(path))
		return false;
	source[n] = '\0';
	slash = strrchr(source, '/');
	slash = slash ? slash + 1 : source;
	return strlen(slash) == (size_t)wanted->name_len &&
	       memcmp(slash, wanted->name, (size_t)wanted->name_len) == 0;
}

/* In the folder's view, or in that of all there is where the folder is the root of the mount. */
static char *try_name(const struct wanted *wanted, const char *keep, const char *added)
{
	static const char *const between[] = { "@", "/@" };

	for (size_t i = 0; i < ARRAY_SIZE(between); i++) {
		_cleanup_free_ char *path = NULL;

		if (asprintf(&path, "%s%s%.*s%s%s/%.*s%s%s", wanted->folder, between[i],
			    wanted->view_len, wanted->view, keep, wanted->extension,
			    wanted->name_len, wanted->name, added[0] ? "." : "", added) < 0) {
			path = NULL;
			return NULL;
		}
		if (is_wanted(wanted, path))
			return TAKE_PTR(path);
	}
	return NULL;
}

static bool split(const char *path, struct wanted *ret)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *text = name_view_text(name);
	_cleanup_free_ char *above =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

	if (!text || text - name < 2 || !above || !realpath(above, ret->folder))
		return false;
	if (strcmp(ret->folder, "/") == 0)
		ret->folder[0] = '\0';
	ret->name = name;
	ret->name_len = (int)(text - name) - 1;
	ret->view = text;
	ret->view_len = (int)strcspn(text, ".");
	ret->extension = text + ret->view_len;
	return true;
}

char *waiting_name(const char *path)
{
	struct wanted wanted;
	char *name;

	if (!split(path, &wanted))
		return NULL;
	name = try_name(&wanted, "-keepname", "");
	if (!name)
		name = try_name(&wanted, "", "");
	for (unsigned f = FORMAT_NONE + 1; !name && f < FORMAT_COUNT; f++) {
		const struct format_info *format = format_info((enum format)f);

		if (format->writable && format->extensions[0])
			name = try_name(&wanted, "", format->extensions[0]);
	}
	return name;
}
