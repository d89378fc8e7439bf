/* SPDX-License-Identifier: MIT
 *
 * What start-up does about a folder that was not left in order: a catalog that is not ours or
 * damaged goes aside, files that no row names go away. Both are bounded: of a large folder, what
 * is not looked at here is left to the scrub (scrub.h), and to the first open of each blob. Rows
 * whose file is missing need nothing here: they are found when they are opened or evicted.
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
 * belongs to a lost secret or was noted to be, is set aside as catalog.db.TIME (the one set aside
 * before it is removed) and made anew; `reason` then holds a note for the user, else it is
 * empty. With `as_is` it stays, and is -EUCLEAN. 0, or -errno with `reason` saying why. */
int recover_catalog(const struct folder *folder, bool secret_lost, bool as_is,
	struct recovered *ret, char reason[CACHE_REASON_MAX]);

/* Has the next start set the catalog aside. 0 or -errno. */
int recover_note_damage(const struct folder *folder);

/* Removes temporary files and blobs that no PRESENT row names, in the directories from *dir on
 * and for less than half a second; *dir is the first that is left, BLOB_DIRS when none is. 0 or
 * -errno. */
int recover_blobs(const struct folder *folder, struct catalog *catalog, uint64_t *dir);

#endif
