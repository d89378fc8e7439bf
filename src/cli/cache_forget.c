/* SPDX-License-Identifier: MIT */
#include "cli/cache_forget.h"

#include <stdio.h>

#include "cli/exit_code.h"
#include "cli/steering.h"
#include "util/log.h"

int cache_forget(const char *path)
{
	json_t *answer, *views, *view;
	json_int_t more;
	size_t i;
	int code = steer("cache forget", path, &answer);

	if (code != EXIT_CODE_OK)
		return code;
	views = json_object_get(answer, "views");
	json_array_foreach(views, i, view)
	{
		const char *text = json_string_value(view);

		printf("'%s': forgot the failure of %s\n", LOG_QUOTE(path),
			LOG_QUOTE(text ? text : "?"));
	}
	more = json_integer_value(json_object_get(answer, "more"));
	if (more > 0)
		printf("'%s': and those of %lld more\n", LOG_QUOTE(path), (long long)more);
	if (json_array_size(views) == 0) {
		printf("'%s': no failure is remembered\n", LOG_QUOTE(path));
		code = EXIT_CODE_OTHER;
	}
	json_decref(answer);
	return code;
}
