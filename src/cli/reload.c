/* SPDX-License-Identifier: MIT */
#include "cli/reload.h"

#include <stdio.h>

#include "cli/exit_code.h"
#include "cli/steering.h"
#include "util/log.h"

int reload(const char *path)
{
	json_t *answer;
	int code = steer("reload", path, &answer);

	if (code != EXIT_CODE_OK)
		return code;
	printf("'%s': %s\n", LOG_QUOTE(path),
		json_is_true(json_object_get(answer, "changed"))
			? "another configuration is in force"
			: "the configuration is the one that is in force already");
	json_decref(answer);
	return EXIT_CODE_OK;
}
