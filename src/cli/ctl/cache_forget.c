/* SPDX-License-Identifier: MIT
 *
 * lensctl cache forget PATH…
 */
#include <stdio.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/output.h"
#include "cli/ctl/steering.h"
#include "util/log.h"

static void show(const char *path, const json_t *answer)
{
	const json_t *views = json_object_get(answer, "views"), *view;
	json_int_t more = json_integer_value(json_object_get(answer, "more"));
	size_t i;

	json_array_foreach(views, i, view)
	{
		const char *text = json_string_value(view);

		printf("'%s': forgot the failure of %s\n", LOG_QUOTE(path),
			LOG_QUOTE(text ? text : "?"));
	}
	if (more > 0)
		printf("'%s': and those of %lld more\n", LOG_QUOTE(path), (long long)more);
	if (json_array_size(views) == 0)
		printf("'%s': no failure is remembered\n", LOG_QUOTE(path));
}

static int forget_path(const char *path, json_t *answers)
{
	json_t *answer, *views;
	int code = steer("cache forget", path, &answer);

	if (code != EXIT_CODE_OK)
		return code;
	views = json_object_get(answer, "views");
	if (json_array_size(views) == 0)
		code = EXIT_CODE_OTHER;
	if (answers)
		json_array_append_new(answers,
			json_pack("{s:o, s:O, s:O}", "path", output_string(path), "views",
				views, "more", json_object_get(answer, "more")));
	else
		show(path, answer);
	json_decref(answer);
	return code;
}

static int forget(const struct call *call)
{
	json_t *answers = call->json ? json_array() : NULL;
	int worst = EXIT_CODE_OK;

	for (size_t i = 0; i < call->n_words; i++) {
		int code = forget_path(call->words[i], answers);

		worst = code > worst ? code : worst;
	}
	if (answers)
		output_json(answers);
	return worst;
}

const struct command cache_forget_command = {
	.name = "cache forget",
	.arguments = "PATH…",
	.min_words = 1,
	.max_words = WORDS_ANY,
	.kind = WORD_PATH,
	.help = "forget that a view failed, or all views of a picture did: they are tried anew",
	.run = forget,
};
