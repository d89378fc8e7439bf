/* SPDX-License-Identifier: MIT */
#include "cache/catalog_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cache/schema.h"
#include "cache/statements.h"

#define BUSY_MSEC 2000

struct catalog_scan {
	struct connection c;
	struct catalog *catalog; /* borrowed */
	unsigned generation;
};

struct catalog_scan *catalog_scan_free(struct catalog_scan *scan)
{
	if (!scan)
		return NULL;
	/* What this connection met is the file's, and so everybody's who still has it. */
	if (scan->c.damaged && scan->generation == catalog_generation(scan->catalog))
		catalog_note_damage(scan->catalog);
	connection_done(&scan->c);
	free(scan);
	return NULL;
}

DEFINE_CLEANUP(struct catalog_scan *, catalog_scan_free)

/* A path may lead to another folder by now (a disk was unmounted), whose file is none of ours: it
 * must not be made there, nor may what is wrong with it be said of ours. */
static int check_place(struct catalog *catalog)
{
	struct stat there;

	if (stat(catalog->path, &there) < 0)
		return -errno;
	LOCK_SCOPE(&catalog->writer.lock);
	return there.st_dev == catalog->dev && there.st_ino == catalog->ino ? 0 : -ESTALE;
}

int catalog_scan_new(struct catalog *catalog, struct catalog_scan **ret)
{
	_cleanup_(catalog_scan_freep) struct catalog_scan *scan = NULL;
	int r = check_place(catalog);

	if (r < 0)
		return r;
	scan = calloc(1, sizeof(*scan));
	if (!scan)
		return -ENOMEM;
	scan->catalog = catalog;
	scan->generation = catalog_generation(catalog);
	r = connection_init(&scan->c, catalog->path, BUSY_MSEC);
	if (r == 0)
		r = check_place(catalog);
	if (r == 0)
		r = schema_configure(&scan->c);
	if (r == 0)
		r = connection_exec(
			&scan->c, "PRAGMA query_only = ON; PRAGMA cache_size = -2048");
	if (r == 0)
		r = catalog_prepare(&scan->c);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(scan);
	return 0;
}

void catalog_scan_stop(struct catalog_scan *scan)
{
	sqlite3_interrupt(scan->c.db);
}

static int read_scanned(sqlite3_stmt *s, struct catalog_scanned *ret)
{
	int r = catalog_column_hash(s, 0, &ret->key);

	ret->state = (enum cache_state)sqlite3_column_int(s, 1);
	ret->session = (uint64_t)sqlite3_column_int64(s, 2);
	ret->size_bytes = (uint64_t)sqlite3_column_int64(s, 4);
	ret->indexed = sqlite3_column_int(s, 5);
	return r == 0 ? catalog_column_hash(s, 3, &ret->hash) : r;
}

int catalog_scan_rows(struct catalog_scan *scan, const struct hash128 *after,
	struct catalog_scanned *ret, size_t max, size_t *ret_n)
{
	LOCK_SCOPE(&scan->c.lock);
	_cleanup_statement_ sqlite3_stmt *s = scan->c.statements[SCAN_ROWS];
	size_t n = 0;
	int r = 0;

	if (after)
		catalog_bind_hash(s, 1, after);
	else
		sqlite3_bind_zeroblob(s, 1, 0);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)max);
	while (n < max && (r = catalog_fetch(&scan->c, s)) == 0) {
		r = read_scanned(s, &ret[n]);
		if (r < 0)
			return r;
		n++;
	}
	if (r < 0)
		return r;
	*ret_n = n;
	return 0;
}

int catalog_scan_sums(struct catalog_scan *scan)
{
	uint64_t bytes, entries;

	LOCK_SCOPE(&scan->c.lock);
	return catalog_count(&scan->c, &bytes, &entries);
}

int catalog_scan_pages(struct catalog_scan *scan)
{
	LOCK_SCOPE(&scan->c.lock);
	_cleanup_statement_ sqlite3_stmt *s = scan->c.statements[SCAN_PAGES];
	int r = catalog_fetch(&scan->c, s);

	return r == 0 && !sqlite3_column_int(s, 0) ? CATALOG_E_NONE : r;
}

static int count(struct connection *c, enum statement id, uint64_t *ret)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[id];
	int r = catalog_fetch(c, s);

	if (r == 0)
		*ret = (uint64_t)sqlite3_column_int64(s, 0);
	return r;
}

int catalog_scan_counts(struct catalog_scan *scan, uint64_t *ret_absent, uint64_t *ret_sources)
{
	LOCK_SCOPE(&scan->c.lock);
	int r = count(&scan->c, ABSENT_COUNT, ret_absent);

	return r == 0 ? count(&scan->c, SOURCE_COUNT, ret_sources) : r;
}

int catalog_scan_most_valued(struct catalog_scan *scan, enum evict_shelf shelf,
	struct catalog_named *ret, size_t max, size_t *ret_n)
{
	LOCK_SCOPE(&scan->c.lock);
	_cleanup_statement_ sqlite3_stmt *s = scan->c.statements[MOST_VALUED];

	sqlite3_bind_int(s, 1, (int)shelf);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)max);
	return catalog_read_all_named(&scan->c, s, ret, max, ret_n);
}

int catalog_scan_named(
	struct catalog_scan *scan, const struct hash128 *key, struct catalog_named *ret)
{
	LOCK_SCOPE(&scan->c.lock);
	_cleanup_statement_ sqlite3_stmt *s = scan->c.statements[VARIANT_NAMED];
	int r;

	catalog_bind_hash(s, 1, key);
	r = catalog_fetch(&scan->c, s);
	return r == 0 ? catalog_read_named(s, ret) : r;
}
