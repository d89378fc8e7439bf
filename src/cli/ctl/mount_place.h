/* SPDX-License-Identifier: MIT
 *
 * Where a path lies: which lensfs mount, and what it is called there. Nothing is encoded to find
 * out. Exit codes other than EXIT_CODE_OK are returned after a message about `path`.
 */
#ifndef CLI_CTL_MOUNT_PLACE_H
#define CLI_CTL_MOUNT_PLACE_H

#include <stdbool.h>

#include <jansson.h>

#include "config/config.h"

#include "util/clock.h"

/* For an answer that costs nobody more than microseconds. */
#define MOUNT_PLACE_PATIENCE (10 * USEC_PER_SEC)

struct mount_place {
	char *root;     /* owned: the mountpoint, absolute */
	char *relative; /* owned: the path below it; "" for the mountpoint itself */
};

/* The exit code. */
int mount_place_find(const char *path, struct mount_place *ret);
void mount_place_done(struct mount_place *place);

/* A file of its control folder: the caller's to free. 0 or -errno, -ETIMEDOUT where it does not
 * answer. */
int mount_place_read(
	const struct mount_place *place, const char *name, char **ret_text, size_t *ret_length);

/* The figures of stats.json: the caller's to unref. The exit code. */
int mount_place_stats(const struct mount_place *place, const char *path, json_t **ret);

/* Both: of the mount that `path` is in. */
int mount_place_stats_of(const char *path, json_t **ret);
int mount_place_text_of(
	const char *path, const char *name, char **ret_text, size_t *ret_length);

/* What is configured in the mount that `path` lies in (.lensfs/config): the caller's to unref. NULL,
 * without a word, where that cannot be found out: there is no such mount, or it is older. */
struct config *mount_place_config_of(const char *path);

/* Whether a path is a picture through a view, made or not. A folder through one and what is mirrored
 * have a state as well, but are none; and what type `auto` becomes nobody knows before. */
bool mount_place_is_picture_view(const char *path);

/* Says why a mount cannot be asked, by a positive errno; `place` NULL: not known. The exit
 * code. */
int mount_place_refuse(const struct mount_place *place, const char *path, int error);
/* Says that this lensfs, which has such stats (NULL: not known), is older than what it was asked
 * for. */
void mount_place_refuse_old(const char *path, const json_t *stats);

#endif
