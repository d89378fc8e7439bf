/* SPDX-License-Identifier: MIT
 *
 * lensctl explain PATH. A name that is a view is asked of the mount, by the extended attributes
 * of its variant, which encode nothing. A name that is none is explained by the same grammar,
 * which is linked in here, with the words that the mount's configuration adds (.lensfs/config).
 */
#include "cli/explain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "cli/exit_code.h"
#include "cli/mount_place.h"
#include "config/config.h"
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

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What is in force in the mount that `path` lies in; NULL where that cannot be found out. */
static struct config *config_of(const char *path)
{
	_cleanup_free_ char *file = NULL, *text = NULL;
	char reason[CONFIG_REASON_MAX];
	struct config *config = NULL;
	struct mount_place place;
	size_t size;
	int n;

	if (mount_place_find(path, &place) != EXIT_CODE_OK)
		return NULL;
	n = asprintf(&file, "%s/.lensfs/config", place.root);
	mount_place_done(&place);
	if (n < 0 || config_file_read(file, CONFIG_TEXT_MAX, &text, &size) < 0 ||
		config_new_of_text(file, text, size, &config, reason) != 0)
		return NULL;
	return config;
}

/* What the name owes to the configuration. */
static void print_policy(const struct config *config, const char *text)
{
	size_t len = strlen(text);
	const struct preset *preset = vocabulary_preset_in(&config->vocabulary, text, len);

	if (preset)
		printf("  %-7s %s\n", "preset", preset->name);
	printf("  %-7s %s\n", "miss", miss_name(config_miss(config, text, len)));
}

static int print_variant(const char *path)
{
	_cleanup_(config_unrefp) struct config *config = config_of(path);
	const char *text = name_view_text(base_name(path));
	char value[VALUE_MAX];
	int code = EXIT_CODE_OK;

	if (config && text)
		print_policy(config, text);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		if (!get_attribute(path, lines[i].attribute, value))
			continue;
		printf("  %-7s %s%s\n", lines[i].label, LOG_QUOTE(value), lines[i].unit);
		if (strcmp(lines[i].label, "error") == 0)
			code = EXIT_CODE_OTHER;
	}
	return code;
}

/* The part before the last `@`, with its folder. The caller's to free; NULL: no memory. */
static char *source_of(const char *path, size_t source_len)
{
	return strndup(path, (size_t)(base_name(path) - path) + source_len);
}

/* Whether it is its source by another name: then it is not made yet. */
static bool stands_for_source(const char *path)
{
	const char *text = name_view_text(base_name(path));
	_cleanup_(config_unrefp) struct config *config = text ? config_of(path) : NULL;
	_cleanup_free_ char *source = NULL;
	struct stat st, of_source;

	if (!config || config_miss(config, text, strlen(text)) != MISS_ORIGINAL)
		return false;
	source = source_of(path, (size_t)(text - base_name(path)) - 1);
	if (!source || lstat(path, &st) < 0 || lstat(source, &of_source) < 0 ||
		st.st_ino != of_source.st_ino)
		return false;
	printf("'%s' is a picture through a view that is not made yet: until then it is "
	       "'%s' itself\n",
		LOG_QUOTE(path), LOG_QUOTE(source));
	print_policy(config, text);
	return true;
}

static int explain_existing(const char *path)
{
	char state[VALUE_MAX], view[VALUE_MAX];

	if (!get_attribute(path, "system.lensfs.state", state)) {
		log_error("'%s' is not in a lensfs mount", LOG_QUOTE(path));
		return EXIT_CODE_MOUNTPOINT;
	}
	if (get_attribute(path, "system.lensfs.view", view)) {
		printf("'%s' is a %s through a view\n", LOG_QUOTE(path),
			strcmp(state, "folder") == 0 ? state : "picture");
		return print_variant(path);
	}
	if (stands_for_source(path))
		return EXIT_CODE_OK;
	printf("'%s' is in the source folder, and mirrored as it is\n", LOG_QUOTE(path));
	return EXIT_CODE_OK;
}

static int explain_source(const char *path, size_t source_len, bool may_come)
{
	_cleanup_free_ char *source = source_of(path, source_len);
	struct stat st;

	if (!source)
		return EXIT_CODE_OTHER;
	if (source_len == 0)
		printf("a view of all there is, it would lie in the root of the mount\n");
	else if (lstat(source, &st) < 0)
		printf("its source '%s' cannot be looked up: %s\n", LOG_QUOTE(source),
			strerror(errno));
	else if (!S_ISREG(st.st_mode))
		printf("its source '%s' is neither a regular file nor a folder\n",
			LOG_QUOTE(source));
	else
		printf("its source '%s' is not a picture that lensfs reads, or the view makes "
		       "no sense for its format%s\n",
			LOG_QUOTE(source),
			may_come ? ", or it is not made yet, which asking for it begins" : "");
	return EXIT_CODE_OTHER;
}

/* In a folder through a view, names are not what they are in the source. */
static void explain_folder(const char *path, size_t folder_len)
{
	char state[VALUE_MAX], view[VALUE_MAX];
	_cleanup_free_ char *folder = folder_len ? strndup(path, folder_len) : strdup(".");

	if (folder && get_attribute(folder, "system.lensfs.state", state) &&
		strcmp(state, "folder") == 0 &&
		get_attribute(folder, "system.lensfs.view", view))
		printf("its folder is one through the view '%s', and nothing there is shown by "
		       "this name\n",
			LOG_QUOTE(view));
}

static int explain_missing(const char *path)
{
	const char *name = base_name(path), *text = name_view_text(name);
	_cleanup_(config_unrefp) struct config *config = text ? config_of(path) : NULL;
	char reason[VIEW_REASON_MAX] = "";
	struct view view;
	bool may_come;
	size_t len;

	printf("'%s' does not exist\n", LOG_QUOTE(path));
	explain_folder(path, (size_t)(name - path));
	if (!strchr(name, '@')) {
		printf("its name has no '@', so it asks for no view\n");
		return EXIT_CODE_OTHER;
	}
	if (name_split(name, config ? &config->vocabulary : NULL, &len, &view, reason) != 0) {
		printf("its name is not a view: %s\n", reason);
		return EXIT_CODE_OTHER;
	}
	if (config)
		print_policy(config, text);
	may_come = config && config_miss(config, text, strlen(text)) == MISS_ENOENT;
	return explain_source(path, len, may_come);
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
