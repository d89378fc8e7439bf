/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/log.h"

/* --- Reading the files -------------------------------------------------------------------- */

static int fail(char *reason, const char *path, int r)
{
	snprintf(reason, CONFIG_REASON_MAX, "'%.300s': %s", LOG_QUOTE(path),
		r == -EFBIG ? "too large for a configuration" : strerror(-r));
	return r;
}

static int read_file(struct draft *draft, const char *path, char *reason)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = config_file_read(path, CONFIG_FILE_MAX, &text, &size);

	return r < 0 ? fail(reason, path, r) : draft_read(draft, path, text, size, reason);
}

static int add_folders(const struct config_files *files, struct paths *ret)
{
	int r = 0;

	for (size_t i = 0; i < files->folders.n && r == 0; i++) {
		_cleanup_free_ char *pattern = NULL;

		r = asprintf(&pattern, "%s/*.conf", files->folders.items[i]) < 0 ? -ENOMEM : 0;
		if (r == 0)
			r = paths_add(ret, pattern);
	}
	return r;
}

/* `paths` must live as long as the draft. */
static int read_files(const struct config_files *files, struct paths *paths,
	struct paths *looked_at, struct draft *draft, char *reason)
{
	const char *bad = "";
	int r = add_folders(files, looked_at);

	if (r == 0)
		r = config_files_list(files, paths, &bad);
	if (r < 0)
		return fail(reason, bad, r);
	for (size_t i = 0; i < paths->n && r == 0; i++) {
		r = paths_add(looked_at, paths->items[i]);
		if (r == 0)
			r = read_file(draft, paths->items[i], reason);
	}
	for (size_t i = 0; i < draft->n_watermarks && r >= 0; i++) {
		if (draft->watermarks[i].file &&
			paths_add(looked_at, draft->watermarks[i].file) < 0)
			r = -ENOMEM;
	}
	return r;
}

/* --- From what was said to what holds ------------------------------------------------------ */

static int build_watermarks(
	struct config *config, const struct draft *draft, struct paths *looked_at, char *reason)
{
	size_t n = draft->n_watermarks;
	int r = 0;

	config->ids = calloc(n + 1, sizeof(*config->ids));
	if (!config->ids)
		return -ENOMEM;
	config->vocabulary.watermarks = config->ids;
	if (looked_at)
		config->watermarks = calloc(n + 1, sizeof(struct watermark *));
	if (looked_at && !config->watermarks)
		return -ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++) {
		const struct draft_watermark *said = &draft->watermarks[i];
		char words[WATERMARK_REASON_MAX];

		if (!said->file)
			return draft_refuse(&said->begins, reason,
				"[watermark %s] has no 'file'", said->name);
		strcpy(config->ids[i].name, said->name);
		if (looked_at)
			r = watermark_new(said->name, said->file, &said->look,
				&config->watermarks[i], words);
		if (r == WATERMARK_E_UNUSABLE)
			return draft_refuse(&said->file_at, reason, "'%.200s': %s",
				LOG_QUOTE(said->file), words);
		if (r == 0 && looked_at)
			config->ids[i] = config->watermarks[i]->id;
		config->vocabulary.n_watermarks += r == 0;
	}
	return r;
}

static bool names_preset(const struct draft *draft, const char *token, size_t len)
{
	for (size_t i = 0; i < draft->n_presets; i++) {
		if (strlen(draft->presets[i].name) == len &&
			memcmp(draft->presets[i].name, token, len) == 0)
			return true;
	}
	return false;
}

/* Presets do not nest: then what one means would depend on the order of files. */
static int check_nesting(
	const struct draft *draft, const struct draft_preset *said, char *reason)
{
	const char *token = said->tokens;

	for (;;) {
		size_t len = strcspn(token, "-");

		if (names_preset(draft, token, len))
			return draft_refuse(&said->tokens_at, reason,
				"'%.*s' is a preset: a preset is made of tokens", (int)len,
				token);
		if (!token[len])
			return 0;
		token += len + 1;
	}
}

static int build_preset(
	struct config *config, const struct draft *draft, size_t i, char *reason)
{
	const struct draft_preset *said = &draft->presets[i];
	struct preset *preset = &config->presets[i];
	char words[VIEW_REASON_MAX], said_text[VIEW_TEXT_MAX];
	int r;

	if (!said->tokens[0])
		return draft_refuse(
			&said->begins, reason, "[view %s] has no 'tokens'", said->name);
	r = check_nesting(draft, said, reason);
	if (r != 0)
		return r;
	if (strchr(said->tokens, '.'))
		return draft_refuse(&said->tokens_at, reason,
			"'%s' ends with an extension: a preset has none", said->tokens);
	if (view_parse(said->tokens, strlen(said->tokens), &config->vocabulary, &preset->view,
		    words) != 0)
		return draft_refuse(&said->tokens_at, reason, "'%s' is not a view: %s",
			LOG_QUOTE(said->tokens), words);
	if (view_print(&preset->view, said_text) == 0)
		return draft_refuse(
			&said->tokens_at, reason, "'%s' says nothing", said->tokens);
	strcpy(preset->name, said->name);
	config->misses[i] =
		(enum miss_policy)(said->has_miss ? said->miss : config->settings.miss);
	return 0;
}

static int build_presets(struct config *config, const struct draft *draft, char *reason)
{
	int r = 0;

	config->presets = calloc(draft->n_presets + 1, sizeof(*config->presets));
	config->misses = calloc(draft->n_presets + 1, sizeof(*config->misses));
	if (!config->presets || !config->misses)
		return -ENOMEM;
	/* Until all are there, they are no part of the vocabulary they are parsed by. */
	for (size_t i = 0; i < draft->n_presets && r == 0; i++)
		r = build_preset(config, draft, i, reason);
	config->vocabulary.n_presets = draft->n_presets;
	config->vocabulary.presets = config->presets;
	config->vocabulary.only_presets = config->settings.only_presets;
	return r;
}

/* By the words that names have: what is listed can be looked up. */
static int build_list(struct config *config, const struct draft *draft,
	const struct settings *fixed, char *reason)
{
	const char *text = config->settings.list;
	char words[VIEW_REASON_MAX];

	if (!text[0] || view_list_parse(text, &config->vocabulary, &config->list, words) == 0)
		return 0;
	if (strcmp(text, fixed->list) != 0)
		return draft_refuse(&draft->list_at, reason, "'%s' is no list of views: %s",
			LOG_QUOTE(text), words);
	snprintf(reason, CONFIG_REASON_MAX, "-o list=%s is no list of views: %s",
		LOG_QUOTE(text), words);
	return CONFIG_E_OPTION;
}

/* --- As text ------------------------------------------------------------------------------ */

static void print_watermark(
	const struct draft_watermark *said, const struct view_watermark *id, FILE *out)
{
	const struct watermark_look *look = &said->look;

	/* As short as it was said: a line has its limit, save comments. */
	fprintf(out, "\n[watermark %s]\n# %s, and its digest is %016" PRIx64 "\nfile=%s\n",
		said->name, said->file, id->digest, said->said);
	fprintf(out, "position = %s\nmargin = %" PRIu32 "%s\nopacity = %u%%\n",
		watermark_position_name(look->position),
		look->margin_share ? look->margin_share : look->margin,
		look->margin_share ? "%" : "", look->opacity);
	if (look->scale)
		fprintf(out, "scale = %u%%\n", look->scale);
	fprintf(out, "tile = %s\n", look->tile ? "yes" : "no");
}

static int make_text(struct config *config, const struct draft *draft)
{
	FILE *out = open_memstream(&config->text, &config->text_len);
	char tokens[VIEW_TEXT_MAX];
	bool bad;

	if (!out)
		return -ENOMEM;
	fputs("[mount]\n", out);
	settings_print(&config->settings, out);
	for (size_t i = 0; i < config->vocabulary.n_presets; i++) {
		view_print(&config->presets[i].view, tokens);
		fprintf(out, "\n[view %s]\ntokens = %s\nmiss = %s\n", config->presets[i].name,
			tokens, miss_name(config->misses[i]));
	}
	for (size_t i = 0; i < config->vocabulary.n_watermarks; i++)
		print_watermark(&draft->watermarks[i], &config->ids[i], out);
	bad = ferror(out);
	return fclose(out) == 0 && !bad ? 0 : -ENOMEM;
}

/* --- The whole ---------------------------------------------------------------------------- */

/* `looked_at` NULL: without pictures. */
static int build(const struct draft *draft, const struct settings *fixed,
	struct paths *looked_at, struct config **ret, char *reason)
{
	_cleanup_(config_unrefp) struct config *config = calloc(1, sizeof(*config));
	int r;

	if (!config)
		return -ENOMEM;
	config->refs = 1;
	settings_default(&config->settings);
	settings_merge(&config->settings, &draft->settings);
	settings_merge(&config->settings, fixed);
	r = build_watermarks(config, draft, looked_at, reason);
	if (r == 0)
		r = build_presets(config, draft, reason);
	if (r == 0)
		r = build_list(config, draft, fixed, reason);
	if (r == 0)
		r = make_text(config, draft);
	if (r == 0)
		*ret = TAKE_PTR(config);
	return r;
}

int config_new(const struct config_files *files, const struct settings *fixed,
	struct paths *ret_looked_at, struct config **ret, char reason[CONFIG_REASON_MAX])
{
	struct draft draft = { 0 };
	struct paths paths = { 0 };
	int r;

	*ret_looked_at = (struct paths){ 0 };
	reason[0] = '\0';
	r = read_files(files, &paths, ret_looked_at, &draft, reason);
	if (r == 0)
		r = build(&draft, fixed, ret_looked_at, ret, reason);
	draft_done(&draft);
	paths_done(&paths);
	if (r < 0 && !reason[0])
		snprintf(reason, CONFIG_REASON_MAX, "%s", strerror(-r));
	return r;
}

int config_new_of_text(const char *name, const char *text, size_t size, struct config **ret,
	char reason[CONFIG_REASON_MAX])
{
	struct settings nothing = { 0 };
	struct draft draft = { 0 };
	int r = draft_read(&draft, name, text, size, reason);

	if (r == 0)
		r = build(&draft, &nothing, NULL, ret, reason);
	draft_done(&draft);
	return r;
}

struct config *config_ref(struct config *config)
{
	atomic_fetch_add(&config->refs, 1);
	return config;
}

struct config *config_unref(struct config *config)
{
	if (!config || atomic_fetch_sub(&config->refs, 1) != 1)
		return NULL;
	for (size_t i = 0; config->watermarks && i < config->vocabulary.n_watermarks; i++)
		watermark_unref(config->watermarks[i]);
	free(config->watermarks);
	free(config->ids);
	free(config->presets);
	free(config->misses);
	free(config->text);
	free(config);
	return NULL;
}

struct vocabulary config_words(const struct config *config)
{
	struct vocabulary words = config->vocabulary;

	words.only_presets = false;
	return words;
}

enum miss_policy config_miss(const struct config *config, const char *text, size_t len)
{
	const struct preset *preset = vocabulary_preset_in(&config->vocabulary, text, len);

	return preset ? config->misses[preset - config->presets]
	              : (enum miss_policy)config->settings.miss;
}

struct watermark *config_watermark(const struct config *config, const struct view_watermark *id)
{
	for (size_t i = 0; i < config->vocabulary.n_watermarks; i++) {
		if (config->ids[i].digest == id->digest &&
			strcmp(config->ids[i].name, id->name) == 0)
			return config->watermarks ? config->watermarks[i] : NULL;
	}
	return NULL;
}
