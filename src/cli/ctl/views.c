/* SPDX-License-Identifier: MIT
 *
 * lensctl views [MOUNT]: the language of views, from the tables that the parser reads
 * (view/token.h, view/format.h). Which formats can be read and written is another matter: it
 * depends on the libvips that the encoders of a mount have found; and presets and watermarks are of
 * its configuration.
 */
#include <stdio.h>
#include <string.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/mount_place.h"
#include "cli/ctl/output.h"
#include "util/cleanup.h"
#include "view/token.h"
#include "view/vocabulary.h"

/* --- Tokens ------------------------------------------------------------------------------- */

/* Names of the formats that it means something for; NULL: for all that can be written. */
static json_t *list_formats(const struct token *token)
{
	json_t *list = json_array();
	bool all = true;

	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		const struct format_info *format = format_info((enum format)f);

		if (!format->writable)
			continue;
		if (token_applies(token, (enum format)f))
			json_array_append_new(list, json_string(format->name));
		else
			all = false;
	}
	if (!all)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *describe_token(const struct token *token)
{
	json_t *row, *formats = list_formats(token);
	char text[TOKEN_SPELLING_MAX];

	token_spell(token, text);
	row = json_pack("{s:s, s:s, s:s, s:s, s:o*}", "token", token->name, "spelled", text,
		"group", token_group_name(token->group), "help", token->help, "formats",
		formats);
	if (token->kind == TOKEN_NUMBER || token->kind == TOKEN_BYTES) {
		json_object_set_new(row, "min", json_integer(token->min));
		json_object_set_new(row, "max", json_integer(token->max));
	}
	return row;
}

static json_t *list_tokens(void)
{
	size_t n;
	const struct token *table = token_table(&n);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, describe_token(&table[i]));
	return list;
}

/* --- Formats ------------------------------------------------------------------------------ */

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *w = words; (w = strstr(w, word)); w += length) {
		if ((w == words || w[-1] == ' ') && (w[length] == ' ' || !w[length]))
			return true;
	}
	return false;
}

/* What lensfs would, and what the encoders of this mount can: false where they lack a codec. */
static json_t *ability(bool would, const json_t *stats, const char *figure, const char *name)
{
	const char *words = json_string_value(json_object_get(stats, figure));

	return json_boolean(would && (!words || has_word(words, name)));
}

static json_t *describe_format(enum format format, const json_t *stats)
{
	const struct format_info *info = format_info(format);
	json_t *row, *extensions = json_array();

	for (const char *const *e = info->extensions; *e; e++)
		json_array_append_new(extensions, json_string(*e));
	row = json_pack("{s:s, s:s, s:o, s:o, s:o}", "format", info->name, "mime_type",
		info->mime_type, "extensions", extensions, "read",
		ability(info->readable, stats, "formats_read", info->name), "write",
		ability(info->writable, stats, "formats_write", info->name));
	if (info->quality > 0)
		json_object_set_new(row, "quality", json_integer(info->quality));
	if (info->effort >= 0) {
		json_object_set_new(row, "effort", json_integer(info->effort));
		json_object_set_new(row, "effort_min", json_integer(info->effort_min));
		json_object_set_new(row, "effort_max", json_integer(info->effort_max));
	}
	json_object_set_new(row, "lossless",
		json_string(info->exact      ? "always"
			    : info->lossless ? "can be"
					     : "never"));
	json_object_set_new(row, "animates", json_boolean(info->animates));
	return row;
}

static json_t *list_all_formats(const json_t *stats)
{
	json_t *list = json_array();

	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++)
		json_array_append_new(list, describe_format((enum format)f, stats));
	return list;
}

/* --- What a configuration adds ------------------------------------------------------------- */

static json_t *list_presets(const struct config *config)
{
	json_t *list = json_array();

	for (size_t i = 0; i < config->vocabulary.n_presets; i++) {
		const struct preset *preset = &config->presets[i];
		char tokens[VIEW_TEXT_MAX];

		view_print(&preset->view, tokens);
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "preset", preset->name, "tokens",
				      tokens, "miss", miss_name(config->misses[i])));
	}
	return list;
}

static json_t *list_watermarks(const struct config *config)
{
	json_t *list = json_array();

	for (size_t i = 0; i < config->vocabulary.n_watermarks; i++) {
		char token[WATERMARK_NAME_MAX + 3];

		snprintf(token, sizeof(token), "wm_%s", config->ids[i].name);
		json_array_append_new(list, json_string(token));
	}
	return list;
}

static void add_words_of(const char *path, json_t *answer)
{
	_cleanup_(config_unrefp) struct config *config = mount_place_config_of(path);

	if (!config)
		return;
	json_object_set_new(answer, "presets", list_presets(config));
	json_object_set_new(answer, "watermarks", list_watermarks(config));
	json_object_set_new(
		answer, "only_presets", json_boolean(config->vocabulary.only_presets));
}

/* --- For people --------------------------------------------------------------------------- */

static const struct output_column token_columns[] = {
	{ "spelled", "TOKEN", VALUE_TEXT, NULL },
	{ "words", "FORMATS", VALUE_TEXT, NULL },
	{ "help", "MEANS", VALUE_TEXT, NULL },
};

static const struct output_column format_columns[] = {
	{ "format", "FORMAT", VALUE_TEXT, NULL },
	{ "read", "READ", VALUE_TEXT, NULL },
	{ "write", "WRITTEN", VALUE_TEXT, NULL },
	{ "quality", "QUALITY", VALUE_COUNT, NULL },
	{ "effort", "EFFORT", VALUE_COUNT, NULL },
	{ "efforts", "EFFORTS", VALUE_TEXT, NULL },
	{ "lossless", "LOSSLESS", VALUE_TEXT, NULL },
	{ "animates", "ANIMATES", VALUE_TEXT, NULL },
	{ "words", "EXTENSIONS", VALUE_TEXT, NULL },
};

static const struct output_column preset_columns[] = {
	{ "preset", "PRESET", VALUE_TEXT, NULL },
	{ "tokens", "TOKENS", VALUE_TEXT, NULL },
	{ "miss", "MISS", VALUE_TEXT, NULL },
};

/* An array of words as one text. */
static void add_words(json_t *row, const char *from, const char *if_none)
{
	const json_t *list = json_object_get(row, from), *word;
	char text[256] = "";
	size_t i, n = 0;

	json_array_foreach(list, i, word)
	{
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "",
			json_string_value(word));
	}
	json_object_set_new(row, "words", json_string(list ? text : if_none));
}

static void show_group(enum token_group group, const json_t *tokens)
{
	const char *name = token_group_name(group);
	json_t *rows = json_array(), *token;
	size_t i;

	json_array_foreach(tokens, i, token)
	{
		if (strcmp(json_string_value(json_object_get(token, "group")), name) != 0)
			continue;
		add_words(token, "formats", "all");
		json_array_append(rows, token);
	}
	printf("%s\n", name);
	output_table(rows, token_columns, ARRAY_SIZE(token_columns));
	putchar('\n');
	json_decref(rows);
}

static void show_formats(const json_t *formats)
{
	json_t *format;
	char text[32];
	size_t i;

	json_array_foreach(formats, i, format)
	{
		add_words(format, "extensions", "");
		if (!json_object_get(format, "effort"))
			continue;
		snprintf(text, sizeof(text), "e%d…e%d",
			(int)json_integer_value(json_object_get(format, "effort_min")),
			(int)json_integer_value(json_object_get(format, "effort_max")));
		json_object_set_new(format, "efforts", json_string(text));
	}
	output_table(formats, format_columns, ARRAY_SIZE(format_columns));
}

static void show_configured(const json_t *answer)
{
	const json_t *presets = json_object_get(answer, "presets"), *watermark;
	size_t i;

	if (json_array_size(presets) > 0) {
		puts(json_is_true(json_object_get(answer, "only_presets"))
				? "presets, and nothing else is a view here (only_presets)"
				: "presets, which supply what no other token says");
		output_table(presets, preset_columns, ARRAY_SIZE(preset_columns));
		putchar('\n');
	}
	json_array_foreach(json_object_get(answer, "watermarks"), i, watermark)
	{
		printf("%s%s", i ? ", " : "watermarks: ", json_string_value(watermark));
	}
	fputs(i ? "\n\n" : "", stdout);
}

static void show(const json_t *answer, const struct call *call)
{
	puts("A view is one or more tokens joined by `-`, in any order: "
	     "photo.jpg@webp-q75-w800\n");
	for (enum token_group group = 0; group < TOKEN_GROUP_COUNT; group++)
		show_group(group, json_object_get(answer, "tokens"));
	show_configured(answer);
	puts(call->n_words ? "formats, with their defaults, as this mount has them"
			   : "formats, with their defaults; name a mount to see what its "
			     "libvips has of them");
	show_formats(json_object_get(answer, "formats"));
}

static int views(const struct call *call)
{
	json_t *stats = NULL, *answer;
	int code = EXIT_CODE_OK;

	if (call->n_words)
		code = mount_place_stats_of(call->words[0], &stats);
	if (code != EXIT_CODE_OK)
		return code;
	answer = json_pack(
		"{s:o, s:o}", "tokens", list_tokens(), "formats", list_all_formats(stats));
	json_decref(stats);
	if (answer && call->n_words)
		add_words_of(call->words[0], answer);
	if (call->json || !answer)
		return output_json(answer);
	show(answer, call);
	json_decref(answer);
	return EXIT_CODE_OK;
}

const struct command views_command = {
	.name = "views",
	.arguments = "[MOUNT]",
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "what a view can say, and the formats; with a mount, its presets and "
		"watermarks, and what its encoders can read and write",
	.run = views,
};
