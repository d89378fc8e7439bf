/* SPDX-License-Identifier: MIT
 *
 * The rows of sources: which content a version of a file has.
 */
#include "cache/catalog.h"

#include "cache/statements.h"

static void bind_stamp(sqlite3_stmt *s, const struct stamp *stamp)
{
	sqlite3_bind_int64(s, 1, (sqlite3_int64)stamp->id.dev);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)stamp->id.ino);
	sqlite3_bind_int64(s, 3, stamp->id.btime_ns);
	sqlite3_bind_int64(s, 4, (sqlite3_int64)stamp->size_bytes);
	sqlite3_bind_int64(s, 5, stamp->mtime_ns);
	sqlite3_bind_int64(s, 6, stamp->ctime_ns);
}

int catalog_content_get(struct catalog *catalog, const struct stamp *stamp, struct hash128 *ret)
{
	struct connection *c = &catalog->reader;

	LOCK_SCOPE(&c->lock);
	_cleanup_statement_ sqlite3_stmt *s = c->statements[SOURCE_GET];
	int r;

	snapshot_enter_locked(&catalog->snapshot);
	bind_stamp(s, stamp);
	r = catalog_fetch(c, s);
	return r == 0 ? catalog_column_hash(s, 0, ret) : r;
}

int catalog_content_put(struct catalog *catalog, const struct stamp *stamp,
	const struct hash128 *content, usec_t now_usec)
{
	struct connection *c = &catalog->writer;

	LOCK_SCOPE(&c->lock);
	_cleanup_statement_ sqlite3_stmt *s = c->statements[SOURCE_PUT];

	bind_stamp(s, stamp);
	catalog_bind_hash(s, 7, content);
	sqlite3_bind_int64(s, 8, (sqlite3_int64)now_usec);
	return catalog_run(c, s);
}
