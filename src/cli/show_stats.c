/* SPDX-License-Identifier: MIT */
#include "cli/show_stats.h"

#include <stdio.h>

#include "cli/exit_code.h"
#include "cli/mount_place.h"

static void print_figure(const char *name, const json_t *value)
{
	if (json_is_integer(value))
		printf("%-25s %lld\n", name, (long long)json_integer_value(value));
	else if (json_is_real(value))
		printf("%-25s %.1f\n", name, json_real_value(value));
	else if (json_is_string(value))
		printf("%-25s %s\n", name, json_string_value(value));
	else
		printf("%-25s -\n", name);
}

int show_stats(const char *path)
{
	json_t *stats, *value;
	const char *name;
	int code = mount_place_stats_of(path, &stats);

	if (code != EXIT_CODE_OK)
		return code;
	json_object_foreach(stats, name, value)
	{
		print_figure(name, value);
	}
	json_decref(stats);
	return EXIT_CODE_OK;
}
