/* SPDX-License-Identifier: MIT
 *
 * lensctl cache clear MOUNT|FOLDER and lensctl cache drop PATH…
 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/ctl/cache_work.h"
#include "cli/ctl/commands.h"
#include "cli/ctl/output.h"
#include "util/log.h"

static json_t *as_json(const char *path, const struct cache_report *report)
{
	return json_pack("{s:o, s:I, s:I, s:b}", "path", output_string(path), "variants",
		(json_int_t)report->variants, "bytes", (json_int_t)report->bytes, "complete",
		(int)!report->failed);
}

/* `answers` NULL: for a person. */
static int tell(const char *path, int code, const struct cache_report *report, json_t *answers)
{
	if (code != EXIT_CODE_OK)
		return code;
	if (answers)
		json_array_append_new(answers, as_json(path, report));
	else
		printf("'%s': %" PRIu64 " variants dropped, %" PRIu64 " bytes\n",
			LOG_QUOTE(path), report->variants, report->bytes);
	return report->failed ? EXIT_CODE_OTHER : EXIT_CODE_OK;
}

static int clear_path(const char *path, json_t *answers)
{
	char note[CACHE_REASON_MAX];
	struct cache_report report = { 0 };
	struct cache_place place;
	int code = cache_place_find(path, CACHE_PLACE_MEND, &place, note);

	if (code != EXIT_CODE_OK)
		return code;
	code = cache_work_clear(&place, &report);
	cache_place_done(&place);
	code = tell(path, code, &report, answers);
	cache_report_done(&report);
	return code;
}

static int drop_path(const char *path, json_t *answers)
{
	struct cache_place place = { .path = path };
	struct cache_report report = { 0 };
	int code = tell(
		path, cache_work_ask(&place, "cache drop", NULL, &report), &report, answers);

	cache_report_done(&report);
	return code;
}

static int run_each(const struct call *call, int (*run)(const char *path, json_t *answers))
{
	json_t *answers = call->json ? json_array() : NULL;
	int worst = EXIT_CODE_OK;

	for (size_t i = 0; i < call->n_words && !cache_work_stopped(); i++) {
		int code = run(call->words[i], answers);

		worst = code > worst ? code : worst;
	}
	if (answers)
		output_json(answers);
	return cache_work_stopped() ? EXIT_CODE_STOPPED : worst;
}

static int clear(const struct call *call)
{
	return run_each(call, clear_path);
}

static int drop(const struct call *call)
{
	return run_each(call, drop_path);
}

const struct command cache_clear_command = {
	.name = "cache clear",
	.arguments = "MOUNT|FOLDER",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "drop everything that is in the cache",
	.run = clear,
};

const struct command cache_drop_command = {
	.name = "cache drop",
	.arguments = "PATH…",
	.min_words = 1,
	.max_words = WORDS_ANY,
	.kind = WORD_PATH,
	.help = "drop what is cached of a view, a picture, or all pictures below a folder",
	.run = drop,
};
