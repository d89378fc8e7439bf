/* SPDX-License-Identifier: MIT
 *
 * lensctl errors MOUNT: the lines of .lensfs/errors (control/journal.c writes them), taken apart:
 *
 *	2026-11-23T17:36:01+0000 EIO 'sub/cut.jpg' webp-q79-e4: the reason
 *
 * A quote in the path is escaped there (log_quote()), so the next one ends it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/mount_place.h"
#include "cli/ctl/output.h"
#include "util/cleanup.h"

/* Cuts the text off at the first of the separator, and returns what is behind that; NULL where
 * it is not there. */
static char *cut(char *text, const char *separator)
{
	char *at = text ? strstr(text, separator) : NULL;

	if (!at)
		return NULL;
	*at = '\0';
	return at + strlen(separator);
}

/* What log_quote() had escaped. In place. */
static json_t *unescaped(char *text)
{
	char *out = text;

	for (const char *in = text; *in; out++) {
		unsigned value;

		if (in[0] == '\\' && in[1] == 'x' && sscanf(in + 2, "%2x", &value) == 1 &&
			value) {
			*out = (char)value;
			in += 4;
		} else {
			*out = *in++;
		}
	}
	*out = '\0';
	return output_string(text);
}

/* NULL for what is no such line. */
static json_t *read_line(char *line)
{
	char *error = cut(line, " "), *path = cut(error, " '"), *view = cut(path, "' ");
	char *reason = cut(view, ": ");

	if (!reason)
		return NULL;
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "when", output_string(line), "errno",
		output_string(error), "path", unescaped(path), "view", output_string(view),
		"reason", unescaped(reason));
}

static json_t *read_lines(char *text)
{
	json_t *rows = json_array();
	char *next = text;

	for (char *line; (line = strsep(&next, "\n"));) {
		json_t *row = read_line(line);

		if (row)
			json_array_append_new(rows, row);
	}
	return rows;
}

static const struct output_column columns[] = {
	{ "when", "WHEN", VALUE_TEXT, NULL },
	{ "errno", "ERROR", VALUE_TEXT, NULL },
	{ "path", "PICTURE", VALUE_TEXT, NULL },
	{ "view", "VIEW", VALUE_TEXT, NULL },
	{ "reason", "REASON", VALUE_TEXT, NULL },
};

static int errors(const struct call *call)
{
	_cleanup_free_ char *text = NULL;
	uint64_t n = UINT64_MAX;
	size_t length;
	json_t *rows;
	int code;

	if (!call_count(call, "count", 1, UINT32_MAX, &n))
		return EXIT_CODE_USAGE;
	code = mount_place_text_of(call->words[0], "errors", &text, &length);
	if (code != EXIT_CODE_OK)
		return code;
	rows = read_lines(text);
	while (json_array_size(rows) > n)
		json_array_remove(rows, 0);
	if (call->json || !rows)
		return output_json(rows);
	if (json_array_size(rows) > 0)
		code = output_table(rows, columns, ARRAY_SIZE(columns));
	else
		puts("nothing has failed since it was mounted");
	json_decref(rows);
	return code;
}

static const struct command_option options[] = {
	{ .name = "count", .letter = 'n', .value = "N", .help = "the last N only" },
	{ 0 },
};

const struct command errors_command = {
	.name = "errors",
	.arguments = "MOUNT",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "what failed lately, and why, the latest last",
	.options = options,
	.run = errors,
};
