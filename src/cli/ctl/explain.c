/* SPDX-License-Identifier: MIT
 *
 * lensctl explain PATH. A name that is a view is asked of the mount, by the extended attributes
 * of its variant, which encode nothing. A name that is none is explained by the same grammar,
 * which is linked in here, with the words that the mount's configuration adds (.lensfs/config).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/mount_place.h"
#include "cli/ctl/output.h"
#include "cli/ctl/waiting_name.h"
#include "source/sniff.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "view/name.h"

#define VALUE_MAX 4096

static const struct output_column lines[] = {
	{ "source", "source", VALUE_TEXT, NULL },
	{ "view", "view", VALUE_TEXT, NULL },
	{ "preset", "preset", VALUE_TEXT, NULL },
	{ "miss", "miss", VALUE_TEXT, NULL },
	{ "mime_type", "type", VALUE_TEXT, NULL },
	{ "quality", "quality", VALUE_COUNT, NULL },
	{ "state", "state", VALUE_STATE, NULL },
	{ "width", "width", VALUE_COUNT, " pixels" },
	{ "height", "height", VALUE_COUNT, " pixels" },
	{ "size", "size", VALUE_COUNT, " bytes" },
	{ "encode_ms", "cost", VALUE_COUNT, " ms to encode" },
	{ "key", "key", VALUE_TEXT, NULL },
	{ "error", "error", VALUE_TEXT, NULL },
	{ "retry", "retry", VALUE_COUNT, " s from now, or after lensctl cache forget" },
};

static bool get_attribute(const char *path, const char *name, char out[VALUE_MAX])
{
	char whole[64];
	ssize_t n;

	snprintf(whole, sizeof(whole), "system.lensfs.%s", name);
	n = lgetxattr(path, whole, out, VALUE_MAX - 1);
	if (n < 0)
		return false;
	out[n] = '\0';
	return true;
}

static void set_kind(json_t *answer, const char *kind)
{
	json_object_set_new(answer, "kind", json_string(kind));
}

static int say_reason(json_t *answer, const char *kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int say_reason(json_t *answer, const char *kind, const char *format, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	set_kind(answer, kind);
	json_object_set_new(answer, "reason", output_string(text));
	return EXIT_CODE_OTHER;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What the name owes to the configuration. */
static void add_policy(const struct config *config, const char *text, json_t *answer)
{
	size_t len = strlen(text);
	const struct preset *preset = vocabulary_preset_in(&config->vocabulary, text, len);

	if (preset)
		json_object_set_new(answer, "preset", json_string(preset->name));
	json_object_set_new(
		answer, "miss", json_string(miss_name(config_miss(config, text, len))));
}

static void add_attributes(const char *path, json_t *answer)
{
	const char *text = name_view_text(base_name(path));
	_cleanup_(config_unrefp) struct config *config =
		text ? mount_place_config_of(path) : NULL;
	char value[VALUE_MAX];

	if (config)
		add_policy(config, text, answer);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		if (!get_attribute(path, lines[i].key, value))
			continue;
		json_object_set_new(answer, lines[i].key,
			lines[i].kind == VALUE_COUNT ? json_integer(atoll(value))
						     : output_string(value));
	}
}

/* The part before the last `@`, with its folder. The caller's to free; NULL: no memory. */
static char *source_of(const char *path, size_t source_len)
{
	return strndup(path, (size_t)(base_name(path) - path) + source_len);
}

/* Whether it is its source by another name: then it is not made yet. */
static bool stands_for_source(const char *path, json_t *answer)
{
	const char *text = name_view_text(base_name(path));
	_cleanup_(config_unrefp) struct config *config =
		text ? mount_place_config_of(path) : NULL;
	_cleanup_free_ char *source = NULL;
	struct stat st, of_source;

	if (!config || config_miss(config, text, strlen(text)) != MISS_ORIGINAL)
		return false;
	source = source_of(path, (size_t)(text - base_name(path)) - 1);
	if (!source || lstat(path, &st) < 0 || lstat(source, &of_source) < 0 ||
		st.st_ino != of_source.st_ino)
		return false;
	json_object_set_new(answer, "source", output_string(source));
	add_policy(config, text, answer);
	return true;
}

static int explain_existing(const char *path, json_t *answer)
{
	char state[VALUE_MAX], view[VALUE_MAX];

	if (!get_attribute(path, "state", state)) {
		log_error("'%s' is not in a lensfs mount", LOG_QUOTE(path));
		return EXIT_CODE_MOUNTPOINT;
	}
	if (!get_attribute(path, "view", view)) {
		set_kind(answer, stands_for_source(path, answer) ? "original" : "source");
		return EXIT_CODE_OK;
	}
	set_kind(answer, strcmp(state, "folder") == 0 ? state : "view");
	add_attributes(path, answer);
	return json_object_get(answer, "error") ? EXIT_CODE_OTHER : EXIT_CODE_OK;
}

/* Why there is no such view of a file that is there. */
static int explain_file(
	const char *path, const char *source, const struct view *view, json_t *answer)
{
	_cleanup_close_ int fd = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_free_ char *waiting = NULL;
	char reason[VIEW_REASON_MAX];
	enum format format;
	struct view resolved;
	int r = fd < 0 ? -errno : sniff_fd(fd, &format);

	if (r < 0)
		return say_reason(answer, "missing", "its source '%s' cannot be read: %s",
			LOG_QUOTE(source), strerror(-r));
	if (!format_info(format)->readable)
		return say_reason(answer, "missing",
			"its source '%s' is not a picture that lensfs reads%s",
			LOG_QUOTE(source),
			format == FORMAT_NONE ? "" : ": it is written, and not read");
	if (view_resolve(view, format, &resolved, reason) != 0)
		return say_reason(answer, "missing", "its source '%s' is a %s: %s",
			LOG_QUOTE(source), format_info(format)->name, reason);
	/* By a name that does not ask for it, its state is known. */
	waiting = waiting_name(path);
	if (waiting)
		add_attributes(waiting, answer);
	return say_reason(answer, "missing",
		"it is not made yet, which asking for it begins; until then miss=enoent says "
		"that there is none");
}

static int explain_source(
	const char *path, size_t source_len, const struct view *view, json_t *answer)
{
	_cleanup_free_ char *source = source_of(path, source_len);
	struct stat st;

	if (!source)
		return EXIT_CODE_OTHER;
	if (source_len == 0)
		return say_reason(answer, "missing",
			"a view of all there is, it would lie in the root of the mount");
	if (lstat(source, &st) < 0)
		return say_reason(answer, "missing", "its source '%s' cannot be looked up: %s",
			LOG_QUOTE(source), strerror(errno));
	if (!S_ISREG(st.st_mode))
		return say_reason(answer, "missing",
			"its source '%s' is neither a regular file nor a folder",
			LOG_QUOTE(source));
	return explain_file(path, source, view, answer);
}

/* In a folder through a view, names are not what they are in the source. */
static void explain_folder(const char *path, size_t folder_len, json_t *answer)
{
	char state[VALUE_MAX], view[VALUE_MAX];
	_cleanup_free_ char *folder = folder_len ? strndup(path, folder_len) : strdup(".");

	if (folder && get_attribute(folder, "state", state) && strcmp(state, "folder") == 0 &&
		get_attribute(folder, "view", view))
		json_object_set_new(answer, "folder_view", output_string(view));
}

static int explain_missing(const char *path, json_t *answer)
{
	const char *name = base_name(path), *text = name_view_text(name);
	_cleanup_(config_unrefp) struct config *config =
		text ? mount_place_config_of(path) : NULL;
	char reason[VIEW_REASON_MAX] = "";
	struct view view;
	size_t len;

	explain_folder(path, (size_t)(name - path), answer);
	if (!strchr(name, '@'))
		return say_reason(
			answer, "missing", "its name has no '@', so it asks for no view");
	if (name_split(name, config ? &config->vocabulary : NULL, &len, &view, reason) != 0)
		return say_reason(answer, "missing",
			"its name is not a view: %s\nlensctl views tells all that one can say",
			reason);
	if (config && config_miss(config, text, strlen(text)) == MISS_ENOENT)
		add_policy(config, text, answer);
	return explain_source(path, len, &view, answer);
}

static int explain_path(const char *path, json_t *answer)
{
	char state[VALUE_MAX];

	/* stat() would have a variant encoded to learn its size; this does not. */
	if (get_attribute(path, "state", state))
		return explain_existing(path, answer);
	if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
		return explain_missing(path, answer);
	if (errno == ENODATA || errno == EOPNOTSUPP)
		return explain_existing(path, answer);
	return mount_place_refuse(NULL, path, errno);
}

static void show(const char *path, const json_t *answer)
{
	const char *kind = json_string_value(json_object_get(answer, "kind"));
	const char *reason = json_string_value(json_object_get(answer, "reason"));
	const char *folder_view = json_string_value(json_object_get(answer, "folder_view"));

	if (strcmp(kind, "source") == 0) {
		printf("'%s' is in the source folder, and mirrored as it is\n",
			LOG_QUOTE(path));
	} else if (strcmp(kind, "missing") == 0) {
		printf("'%s' does not exist\n", LOG_QUOTE(path));
		if (folder_view)
			printf("its folder is one through the view '%s', and nothing there is "
			       "shown by this name\n",
				LOG_QUOTE(folder_view));
		puts(reason);
		output_lines(answer, lines, ARRAY_SIZE(lines));
	} else if (strcmp(kind, "original") == 0) {
		printf("'%s' is a picture through a view that is not made yet: until then it "
		       "is '%s' itself\n",
			LOG_QUOTE(path),
			LOG_QUOTE(json_string_value(json_object_get(answer, "source"))));
		output_lines(answer, lines, ARRAY_SIZE(lines));
	} else {
		printf("'%s' is a %s through a view\n", LOG_QUOTE(path),
			strcmp(kind, "folder") == 0 ? kind : "picture");
		output_lines(answer, lines, ARRAY_SIZE(lines));
	}
}

static int explain(const struct call *call)
{
	const char *path = call->words[0];
	json_t *answer = json_pack("{s:o}", "path", output_string(path));
	int code = explain_path(path, answer);

	/* Without a kind there was a message instead. */
	if (!json_object_get(answer, "kind")) {
		json_decref(answer);
		return code;
	}
	if (call->json) {
		output_json(answer);
		return code;
	}
	show(path, answer);
	json_decref(answer);
	return code;
}

const struct command explain_command = {
	.name = "explain",
	.arguments = "PATH",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_PATH,
	.help = "what a name means, what is known of it, what went wrong; encodes nothing that "
		"asking for it would not",
	.run = explain,
};
