/* SPDX-License-Identifier: MIT
 *
 * Which cache a path stands for: that of the mount it lies in, or the cache folder that it is,
 * whether a lensfs has that or none.
 */
#ifndef CLI_CTL_CACHE_PLACE_H
#define CLI_CTL_CACHE_PLACE_H

#include <jansson.h>

#include "cache/cache.h"

struct cache_place {
	const char *path;    /* borrowed; as it was given */
	struct cache *cache; /* owned; of a stopped folder, else NULL: ask() */
	char *socket_path; /* owned; of a running one that was named by its folder, else NULL */
};

/* What was found wrong with the folder: nothing is changed by looking at it. */
enum { CACHE_PLACE_LOOK, CACHE_PLACE_MEND };

/* The exit code; on failure after a message. With CACHE_PLACE_MEND a stopped folder is opened as a
 * daemon would: what it sets aside is told in `note`, else that is empty. */
int cache_place_find(
	const char *path, int purpose, struct cache_place *ret, char note[CACHE_REASON_MAX]);
void cache_place_done(struct cache_place *place);

/* As steer_with(), of the running lensfs. */
int cache_place_ask(const struct cache_place *place, const char *command, json_t *more,
	json_t **ret_answer);

#endif
