/* SPDX-License-Identifier: MIT
 *
 * What start-up does about a folder that was not left in order: a catalog that is not ours or
 * damaged goes aside, files that no row names go away. Rows whose file is missing need nothing
 * here: they are found when they are opened or evicted.
 */
#ifndef CACHE_RECOVER_H
#define CACHE_RECOVER_H

#include <stdbool.h>

#include "cache/catalog.h"
#include "cache/folder.h"

struct recovered {
	struct catalog *catalog; /* the caller's */
	struct catalog_session session;
	uint64_t bytes, entries; /* PRESENT */
};

/* Opens FOLDER/catalog.db and begins a session. A catalog that is unusable or damaged, or that
 * `discard` says belongs to a lost secret, is set aside as catalog.db.TIME (the one set aside
 * before it is removed) and made anew; `reason` then holds a note for the user, else it is
 * empty. 0, or -errno with `reason` saying why. */
int recover_catalog(const struct folder *folder, bool discard, struct recovered *ret,
	char reason[CACHE_REASON_MAX]);

/* Removes blobs that no PRESENT row names, and temporary files. 0 or -errno. */
int recover_blobs(const struct folder *folder, struct catalog *catalog);

#endif
