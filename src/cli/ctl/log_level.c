/* SPDX-License-Identifier: MIT
 *
 * lensctl log-level LEVEL MOUNT
 */
#include <stdio.h>
#include <string.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/output.h"
#include "cli/ctl/steering.h"
#include "util/cleanup.h"
#include "util/log.h"

static const char *const levels[] = { "error", "warning", "info", "debug", NULL };

static bool is_level(const char *text)
{
	for (const char *const *l = levels; *l; l++) {
		if (strcmp(text, *l) == 0)
			return true;
	}
	return false;
}

static int set_log_level(const struct call *call)
{
	const char *level = call->words[0], *path = call->words[1], *before;
	json_t *request, *answer;
	int code;

	if (!is_level(level))
		return call_misused(call, "'%s' is no level: error, warning, info or debug",
			LOG_QUOTE(level));
	request = json_pack("{s:s}", "level", level);
	code = steer_with("log level", path, request, &answer);
	json_decref(request);
	if (code != EXIT_CODE_OK)
		return code;
	before = json_string_value(json_object_get(answer, "before"));
	if (call->json)
		code = output_json(json_pack("{s:o, s:s, s:s*}", "path", output_string(path),
			"level", level, "before", before));
	else
		printf("'%s': logs %s and what is graver, where it was %s\n", LOG_QUOTE(path),
			level, before ? before : "another");
	json_decref(answer);
	return code;
}

const struct command log_level_command = {
	.name = "log-level",
	.arguments = "LEVEL MOUNT",
	.min_words = 2,
	.max_words = 2,
	.kind = WORD_FOLDER,
	.words = levels,
	.help = "how much a mount logs from now on: error, warning, info or debug",
	.run = set_log_level,
};
