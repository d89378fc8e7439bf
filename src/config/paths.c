/* SPDX-License-Identifier: MIT */
#include "config/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int paths_add(struct paths *paths, const char *path)
{
	char *copy = strdup(path);
	char **items = copy ? realloc(paths->items, (paths->n + 1) * sizeof(*items)) : NULL;

	if (!items) {
		free(copy);
		return -ENOMEM;
	}
	paths->items = items;
	paths->items[paths->n++] = copy;
	return 0;
}

void paths_done(struct paths *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		free(paths->items[i]);
	free(paths->items);
	*paths = (struct paths){ 0 };
}
