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
	SHELF_SUMS,
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
	FAILURES_OF,
	VARIANTS_OF,
	VARIANTS_ANY,
	SOURCES_FORGET,
	VARIANT_NAMED,
	MOST_VALUED,
	ABSENT_COUNT,
	SOURCE_COUNT,
	SCAN_ROWS,
	SCAN_PAGES,
	STATEMENT_COUNT
};

struct catalog {
	struct connection writer;
	struct connection reader;
	struct connection keeper; /* for what no request may wait for: checkpoints */
	char *path;               /* owned; for connections that come and go */
	struct snapshot snapshot;
	/* Fixed after catalog_new(), but for catalog_replace(): */
	bool fresh;          /* made by it */
	unsigned generation; /* how often it was replaced; under the writer's lock */
	dev_t dev;           /* of the file */
	ino_t ino;
};

/* Prepares all of them. 0 or -errno. */
int catalog_prepare(struct connection *c);

/* Steps to the end. */
int catalog_run(struct connection *c, sqlite3_stmt *s);
/* One step: 0 with a row to read, CATALOG_E_NONE or -errno. */
int catalog_fetch(struct connection *c, sqlite3_stmt *s);

/* `hash` must live until the statement is reset. */
void catalog_bind_hash(sqlite3_stmt *s, int column, const struct hash128 *hash);
/* 0 or -EUCLEAN. */
int catalog_column_hash(sqlite3_stmt *s, int column, struct hash128 *ret);
/* The columns key, state, size_bytes, encode_usec, used_usec, view. 0 or -EUCLEAN. */
int catalog_read_named(sqlite3_stmt *s, struct catalog_named *ret);
/* Up to `max` such rows of a bound statement. */
int catalog_read_all_named(struct connection *c, sqlite3_stmt *s, struct catalog_named *ret,
	size_t max, size_t *ret_n);
/* Cut to fit; "" for NULL. */
void catalog_column_text(sqlite3_stmt *s, int column, char *out, size_t out_size);

/* catalog_totals(), counted. */
int catalog_count(struct connection *c, uint64_t *ret_bytes, uint64_t *ret_entries);

/* A figure of the folder by name. 0 or -errno; -EUCLEAN when there is none. */
int catalog_meta_get(struct connection *c, const char *name, uint64_t *ret);
int catalog_meta_set(struct connection *c, const char *name, uint64_t value);

#endif
