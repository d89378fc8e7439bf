/* SPDX-License-Identifier: MIT
 *
 * lensctl check-config [FILE]: would a mount start with this configuration? It is read by the code
 * that a mount reads it by (config/config.h), pictures of watermarks and all, so the answer is
 * that of a mount; only options on its command line, which go before the files, are not known.
 */
#include <stdio.h>
#include <string.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/output.h"
#include "config/config.h"
#include "util/cleanup.h"
#include "util/log.h"

struct check {
	struct config_files files;
	struct paths list;     /* those that are there */
	struct config *config; /* owned; NULL: refused */
	char reason[CONFIG_REASON_MAX];
};

static void check_done(struct check *check)
{
	config_unref(check->config);
	paths_done(&check->list);
	config_files_done(&check->files);
}

/* What cannot even be listed, config_new() refuses with the reason. */
static void read_config(struct check *check, const char *file)
{
	const struct settings nothing = { 0 };
	struct paths looked_at = { 0 };
	const char *bad;
	int r = config_files_init(&check->files, file);

	if (r == 0)
		r = config_new(
			&check->files, &nothing, &looked_at, &check->config, check->reason);
	if (r < 0 && !check->reason[0])
		snprintf(check->reason, sizeof(check->reason), "%s", strerror(-r));
	paths_done(&looked_at);
	if (config_files_list(&check->files, &check->list, &bad) < 0)
		log_debug("'%s' cannot be listed", LOG_QUOTE(bad));
}

static json_t *list_paths(const struct paths *paths)
{
	json_t *list = json_array();

	for (size_t i = 0; i < paths->n; i++)
		json_array_append_new(list, output_string(paths->items[i]));
	return list;
}

static json_t *describe(const struct check *check, bool print)
{
	const struct config *config = check->config;
	json_t *answer = json_pack("{s:b, s:o, s:o}", "ok", config != NULL, "files",
		list_paths(&check->list), "folders", list_paths(&check->files.folders));

	if (!config) {
		json_object_set_new(answer, "reason", output_string(check->reason));
		return answer;
	}
	json_object_set_new(
		answer, "presets", json_integer((json_int_t)config->vocabulary.n_presets));
	json_object_set_new(answer, "watermarks",
		json_integer((json_int_t)config->vocabulary.n_watermarks));
	if (print)
		json_object_set_new(answer, "config", output_string(config->text));
	return answer;
}

static void show_files(const struct check *check, FILE *out)
{
	const struct paths *folders = &check->files.folders;

	for (size_t i = 0; i < check->list.n; i++)
		fprintf(out, "%s\n", LOG_QUOTE(check->list.items[i]));
	if (check->list.n > 0)
		return;
	for (size_t i = 0; i < folders->n; i++)
		fprintf(out, "%s'%s'", i ? " or " : "there is no *.conf in ",
			LOG_QUOTE(folders->items[i]));
	fputs(": every setting has its default\n", out);
}

static void show(const struct check *check, bool print)
{
	const struct vocabulary *words = &check->config->vocabulary;

	show_files(check, print ? stderr : stdout);
	if (print)
		fwrite(check->config->text, 1, check->config->text_len, stdout);
	else
		printf("nothing is wrong: %zu preset%s, %zu watermark%s\n", words->n_presets,
			words->n_presets == 1 ? "" : "s", words->n_watermarks,
			words->n_watermarks == 1 ? "" : "s");
}

static int check_config(const struct call *call)
{
	_cleanup_(check_done) struct check check = { 0 };
	bool print = call_has(call, "print");
	int code = EXIT_CODE_OK;

	read_config(&check, call->n_words ? call->words[0] : NULL);
	if (call->json)
		code = output_json(describe(&check, print));
	else if (check.config)
		show(&check, print);
	else
		log_error("%s", check.reason);
	return check.config ? code : EXIT_CODE_CONFIG;
}

static const struct command_option options[] = {
	{
		.name = "print",
		.letter = 'p',
		.help = "print what all files come to, as one file",
	},
	{ 0 },
};

const struct command check_config_command = {
	.name = "check-config",
	.arguments = "[FILE]",
	.max_words = 1,
	.kind = WORD_PATH,
	.help = "would a mount start with this configuration? Says the line that is wrong, if "
		"any",
	.more = "Without FILE these are the files that a mount by the same user reads: "
		"/etc/lensfs/*.conf, then those of $XDG_CONFIG_HOME/lensfs or "
		"~/.config/lensfs. It lists them. No mount is needed, and none is changed.",
	.exits = "0 nothing is wrong, 9 a mount would refuse it; 2 usage.",
	.options = options,
	.run = check_config,
};
