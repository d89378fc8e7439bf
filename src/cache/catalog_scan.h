/* SPDX-License-Identifier: MIT
 *
 * Slow reads over the whole catalog, by a connection that comes and goes, so that they neither
 * wait for anybody nor are waited for. Rows are read in slices, each in a transaction of its
 * own: a long one would keep the WAL from being moved away beneath it.
 *
 * One thread at a time, but for catalog_scan_stop().
 */
#ifndef CACHE_CATALOG_SCAN_H
#define CACHE_CATALOG_SCAN_H

#include "cache/catalog.h"

struct catalog_scan;

/* 0 or -errno: -ESTALE or -ENOENT when another file, or none, lies at the catalog's path.
 * `catalog` is borrowed for the life. */
int catalog_scan_new(struct catalog *catalog, struct catalog_scan **ret);
struct catalog_scan *catalog_scan_free(struct catalog_scan *scan); /* NULL is fine */

/* Has the call that is under way end soon, with -EINTR. */
void catalog_scan_stop(struct catalog_scan *scan);

/* What one row says of its blob. */
struct catalog_scanned {
	struct hash128 key, hash;
	enum cache_state state; /* any number, where the disk made it one */
	uint64_t session, size_bytes;
	bool indexed; /* eviction would find it under the same figures; true where not PRESENT */
};

/* Up to `max` rows in order of their keys, from the first on or those after `after`. 0 or
 * -errno. */
int catalog_scan_rows(struct catalog_scan *scan, const struct hash128 *after,
	struct catalog_scanned *ret, size_t max, size_t *ret_n);

/* Whether rows and shelves agree, by one walk over an index: 0, CATALOG_E_NONE or -errno. */
int catalog_scan_sums(struct catalog_scan *scan);
/* Whether SQLite finds nothing wrong with the file: 0, CATALOG_E_NONE or -errno. Keeps the WAL
 * growing meanwhile: for when somebody waits for the answer. */
int catalog_scan_pages(struct catalog_scan *scan);

/* How many rows have no bytes; how many sources are known. */
int catalog_scan_counts(struct catalog_scan *scan, uint64_t *ret_absent, uint64_t *ret_sources);
/* Up to `max` PRESENT rows of the highest ranks of the shelf, in order. */
int catalog_scan_most_valued(struct catalog_scan *scan, enum evict_shelf shelf,
	struct catalog_named *ret, size_t max, size_t *ret_n);
/* 0, CATALOG_E_NONE or -errno. */
int catalog_scan_named(
	struct catalog_scan *scan, const struct hash128 *key, struct catalog_named *ret);

#endif
