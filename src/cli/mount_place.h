/* SPDX-License-Identifier: MIT
 *
 * Where a path lies: which lensfs mount, and what it is called there. Nothing is encoded to find
 * out.
 */
#ifndef CLI_MOUNT_PLACE_H
#define CLI_MOUNT_PLACE_H

#include <jansson.h>

struct mount_place {
	char *root;     /* owned: the mountpoint, absolute */
	char *relative; /* owned: the path below it; "" for the mountpoint itself */
};

/* The exit code; on failure after a message. */
int mount_place_find(const char *path, struct mount_place *ret);
void mount_place_done(struct mount_place *place);

/* Its .lensfs/stats.json: the caller's to unref. NULL, after a message about `path`, where that
 * is no lensfs or one that does not answer. */
json_t *mount_place_stats(const struct mount_place *place, const char *path);

/* Both: the figures of the mount that `path` is in. The exit code, on failure after a message;
 * EXIT_CODE_OK with *ret, the caller's to unref. */
int mount_place_stats_of(const char *path, json_t **ret);

#endif
