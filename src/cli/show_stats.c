/* SPDX-License-Identifier: MIT */
#include "cli/show_stats.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Walks up from `real` to the root of its mount: the last folder on the same device. */
static void cut_to_mount(char *real)
{
	struct stat here, above;
	char *slash;

	if (lstat(real, &here) < 0)
		return;
	while ((slash = strrchr(real, '/')) && slash != real) {
		*slash = '\0';
		if (lstat(real, &above) < 0 || above.st_dev != here.st_dev) {
			*slash = '/';
			return;
		}
	}
}

static json_t *load_stats(const char *path)
{
	_cleanup_free_ char *real = realpath(path, NULL), *file = NULL;
	json_error_t error;

	if (!real) {
		log_error("'%s': %s", LOG_QUOTE(path), strerror(errno));
		return NULL;
	}
	cut_to_mount(real);
	if (asprintf(&file, "%s/.lensfs/stats.json", real) < 0)
		return NULL;
	json_t *stats = json_load_file(file, 0, &error);

	if (!stats)
		log_error("'%s' is not in a lensfs mount, or it does not answer (%s)",
			LOG_QUOTE(path), error.text);
	return stats;
}

static void print_figure(const char *name, const json_t *value)
{
	if (json_is_integer(value))
		printf("%-20s %lld\n", name, (long long)json_integer_value(value));
	else if (json_is_string(value))
		printf("%-20s %s\n", name, json_string_value(value));
	else
		printf("%-20s -\n", name);
}

int show_stats(const char *path)
{
	json_t *stats = load_stats(path), *value;
	const char *name;

	if (!stats)
		return EXIT_CODE_MOUNTPOINT;
	json_object_foreach(stats, name, value)
	{
		print_figure(name, value);
	}
	json_decref(stats);
	return EXIT_CODE_OK;
}
