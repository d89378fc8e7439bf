/* SPDX-License-Identifier: MIT
 *
 * What the files of the catalog share: which statements there are (their text is in catalog.c),
 * and how one is stepped, bound and read.
 */
#ifndef CACHE_STATEMENTS_H
#define CACHE_STATEMENTS_H

#include <sys/types.h>

#include "cache/catalog.h"
#include "cache/connection.h"
#include "cache/snapshot.h"

enum statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	META_GET,
	META_SET,
	SHELF_GET,
	SHELF_SET_AGE,
	TOTALS,
	VARIANT_GET,
	VARIANT_PUT,
	VARIANT_EVICT,
	VARIANT_DELETE,
	VARIANT_TRIM,
	CANDIDATES,
	SOURCE_GET,
	SOURCE_PUT,
	SOURCE_TRIM,
	FAILURE_NAME,
	FAILURES_OF,
	STATEMENT_COUNT
};

struct catalog {
	struct connection writer;
	struct connection reader;
	struct snapshot snapshot;
	/* Fixed after catalog_new(), but for catalog_replace(): */
	bool fresh; /* made by it */
	dev_t dev;  /* of the file */
	ino_t ino;
};

/* Steps to the end. */
int catalog_run(struct connection *c, sqlite3_stmt *s);
/* One step: 0 with a row to read, CATALOG_E_NONE or -errno. */
int catalog_fetch(struct connection *c, sqlite3_stmt *s);

/* `hash` must live until the statement is reset. */
void catalog_bind_hash(sqlite3_stmt *s, int column, const struct hash128 *hash);
/* 0 or -EUCLEAN. */
int catalog_column_hash(sqlite3_stmt *s, int column, struct hash128 *ret);
/* Cut to fit; "" for NULL. */
void catalog_column_text(sqlite3_stmt *s, int column, char *out, size_t out_size);

/* A figure of the folder by name. 0 or -errno; -EUCLEAN when there is none. */
int catalog_meta_get(struct connection *c, const char *name, uint64_t *ret);
int catalog_meta_set(struct connection *c, const char *name, uint64_t value);

#endif
