/* SPDX-License-Identifier: MIT
 *
 * The cache folder as a place: made when missing, owned by one process, with its secret.
 */
#ifndef CACHE_FOLDER_H
#define CACHE_FOLDER_H

#include <stdbool.h>

#include "cache/cache.h"

struct folder {
	char *path;  /* owned; absolute, so that the daemon may change its directory */
	int fd;      /* owned */
	int lock_fd; /* owned; flock'ed */
};

/* 0, CACHE_E_LOCKED or -errno; `reason` says why. folder_done() is the caller's to call only
 * on success. */
int folder_open(const char *path, struct folder *ret, char reason[CACHE_REASON_MAX]);
void folder_done(struct folder *folder);

/* Reads the secret; makes a new one where there is none of the right size, which is then
 * *ret_created: no key that the folder knows can be made any more. 0 or -errno. */
int folder_secret(const struct folder *folder, struct secret *ret, bool *ret_created,
	char reason[CACHE_REASON_MAX]);

/* Has the folder keep `secret`: writes it where there is none. 0, or -errno: -EEXIST when there is
 * another. */
int folder_keep_secret(const struct folder *folder, const struct secret *secret);

#endif
