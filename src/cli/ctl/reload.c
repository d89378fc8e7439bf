/* SPDX-License-Identifier: MIT
 *
 * lensctl reload MOUNT
 */
#include <stdio.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/output.h"
#include "cli/ctl/steering.h"
#include "util/log.h"

static int reload(const struct call *call)
{
	const char *path = call->words[0];
	json_t *answer;
	int code = steer("reload", path, &answer);
	bool changed;

	if (code != EXIT_CODE_OK)
		return code;
	changed = json_is_true(json_object_get(answer, "changed"));
	json_decref(answer);
	if (call->json)
		return output_json(json_pack(
			"{s:o, s:b}", "path", output_string(path), "changed", (int)changed));
	printf("'%s': %s\n", LOG_QUOTE(path),
		changed ? "another configuration is in force"
			: "the configuration is the one that is in force already");
	return EXIT_CODE_OK;
}

const struct command reload_command = {
	.name = "reload",
	.arguments = "MOUNT",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "read the configuration again; says why where it is refused",
	.run = reload,
};
