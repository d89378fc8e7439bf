/* SPDX-License-Identifier: MIT
 *
 * A list of paths that owns them.
 */
#ifndef CONFIG_PATHS_H
#define CONFIG_PATHS_H

#include <stddef.h>

struct paths {
	char **items; /* owned, n */
	size_t n;
};

/* 0 or -ENOMEM. */
int paths_add(struct paths *paths, const char *path);
void paths_done(struct paths *paths);

#endif
