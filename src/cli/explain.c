/* SPDX-License-Identifier: MIT
 *
 * lensctl explain PATH. A name that is a view is asked of the mount, by the extended attributes
 * of its variant, which encode nothing. A name that is none is explained by the same grammar,
 * which is linked in here.
 */
#include "cli/explain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "view/name.h"

#define VALUE_MAX 4096

static const struct {
	const char *attribute, *label, *unit;
} lines[] = {
	{ "system.lensfs.source", "source", "" },
	{ "system.lensfs.view", "view", "" },
	{ "system.lensfs.mime_type", "type", "" },
	{ "system.lensfs.quality", "quality", "" },
	{ "system.lensfs.state", "state", "" },
	{ "system.lensfs.width", "width", " pixels" },
	{ "system.lensfs.height", "height", " pixels" },
	{ "system.lensfs.size", "size", " bytes" },
	{ "system.lensfs.encode_ms", "cost", " ms to encode" },
	{ "system.lensfs.key", "key", "" },
	{ "system.lensfs.error", "error", "" },
	{ "system.lensfs.retry", "retry", " s from now, or after lensctl cache forget" },
};

static bool get_attribute(const char *path, const char *name, char out[VALUE_MAX])
{
	ssize_t n = lgetxattr(path, name, out, VALUE_MAX - 1);

	if (n < 0)
		return false;
	out[n] = '\0';
	return true;
}

static int print_variant(const char *path)
{
	char value[VALUE_MAX];
	int code = EXIT_CODE_OK;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		if (!get_attribute(path, lines[i].attribute, value))
			continue;
		printf("  %-7s %s%s\n", lines[i].label, LOG_QUOTE(value), lines[i].unit);
		if (strcmp(lines[i].label, "error") == 0)
			code = EXIT_CODE_OTHER;
	}
	return code;
}

static int explain_existing(const char *path)
{
	char state[VALUE_MAX], view[VALUE_MAX];

	if (!get_attribute(path, "system.lensfs.state", state)) {
		log_error("'%s' is not in a lensfs mount", LOG_QUOTE(path));
		return EXIT_CODE_MOUNTPOINT;
	}
	if (get_attribute(path, "system.lensfs.view", view)) {
		printf("'%s' is a picture through a view\n", LOG_QUOTE(path));
		return print_variant(path);
	}
	printf("'%s' is in the source folder, and mirrored as it is\n", LOG_QUOTE(path));
	return EXIT_CODE_OK;
}

/* The part before the last `@`, with its folder. */
static int explain_source(const char *path, const char *name, size_t source_len)
{
	_cleanup_free_ char *source = NULL;
	struct stat st;

	if (asprintf(&source, "%.*s%.*s", (int)(name - path), path, (int)source_len, name) < 0)
		return EXIT_CODE_OTHER;
	if (lstat(source, &st) < 0)
		printf("its source '%s' cannot be looked up: %s\n", LOG_QUOTE(source),
			strerror(errno));
	else if (!S_ISREG(st.st_mode))
		printf("its source '%s' is not a regular file\n", LOG_QUOTE(source));
	else
		printf("its source '%s' is not a picture that lensfs reads, or the view makes "
		       "no "
		       "sense for its format\n",
			LOG_QUOTE(source));
	return EXIT_CODE_OTHER;
}

static int explain_missing(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char reason[VIEW_REASON_MAX] = "";
	struct view view;
	size_t len;

	printf("'%s' does not exist\n", LOG_QUOTE(path));
	if (!strchr(name, '@')) {
		printf("its name has no '@', so it asks for no view\n");
		return EXIT_CODE_OTHER;
	}
	if (name_split(name, NULL, &len, &view, reason) != 0) {
		printf("its name is not a view: %s\n", reason);
		return EXIT_CODE_OTHER;
	}
	return explain_source(path, name, len);
}

int explain_path(const char *path)
{
	char state[VALUE_MAX];

	/* stat() would have a variant encoded to learn its size; this does not. */
	if (get_attribute(path, "system.lensfs.state", state))
		return explain_existing(path);
	if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
		return explain_missing(path);
	if (errno == ENODATA || errno == EOPNOTSUPP)
		return explain_existing(path);
	log_error("'%s': %s", LOG_QUOTE(path), strerror(errno));
	return EXIT_CODE_MOUNTPOINT;
}
