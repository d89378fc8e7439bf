/* SPDX-License-Identifier: MIT
 *
 * WAL with synchronous=NORMAL: a power loss may take the last transactions but never the order
 * of what is left, which is all that a cache needs. mmap is off, because an I/O error would be
 * a SIGBUS. Where the folder's file system cannot do WAL (no shared memory), SQLite stays with
 * its rollback journal: slower, and a reader may have to wait for a writer, but right.
 */
#include "cache/schema.h"

#include <errno.h>
#include <stdio.h>

#include "cache/catalog.h"
#include "catalog.sql.h"

int schema_configure(struct connection *c)
{
	return connection_exec(c, "PRAGMA journal_mode = WAL;"
				  "PRAGMA synchronous = NORMAL;"
				  "PRAGMA journal_size_limit = 4194304;"
				  "PRAGMA mmap_size = 0;"
				  "PRAGMA cache_size = -8192;"
				  "PRAGMA temp_store = MEMORY;"
				  "PRAGMA cell_size_check = ON;"
				  "PRAGMA trusted_schema = OFF");
}

static int check_version(struct connection *c, bool *ret_fresh, char reason[CACHE_REASON_MAX])
{
	sqlite3_int64 version, tables;
	int r = connection_number(c, "PRAGMA user_version", 0, &version);

	if (r == 0)
		r = connection_number(c, "SELECT count(*) FROM sqlite_schema", 0, &tables);
	if (r < 0)
		return r;
	*ret_fresh = version == 0 && tables == 0;
	if (*ret_fresh || version == SCHEMA_VERSION)
		return 0;
	snprintf(reason, CACHE_REASON_MAX, "schema version %lld, wanted %d", version,
		SCHEMA_VERSION);
	return SCHEMA_E_OTHER;
}

static int create(struct connection *c)
{
	int r = connection_exec(c, "BEGIN IMMEDIATE");

	if (r == 0)
		r = connection_exec(c, catalog_sql);
	return r == 0 ? connection_exec(c, "COMMIT") : r;
}

static bool is_large(struct connection *c)
{
	sqlite3_int64 bytes;

	return connection_number(c,
		       "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
		       0, &bytes) == 0 &&
	       (uint64_t)bytes > CATALOG_CHECKED_MAX;
}

/* What neither a kill nor a power loss should do, but disks and people can. */
static int check_pages(struct connection *c, char reason[CACHE_REASON_MAX])
{
	sqlite3_int64 clean = 0, ok = 0;
	int r = connection_number(c, "SELECT value FROM meta WHERE name = 'clean'", 0, &clean);

	if (r < 0 || clean || is_large(c))
		return r;
	r = connection_number(
		c, "SELECT quick_check = 'ok' FROM pragma_quick_check LIMIT 1", 0, &ok);
	if (r < 0 || ok)
		return r;
	snprintf(reason, CACHE_REASON_MAX, "damaged pages");
	return -EUCLEAN;
}

int schema_open(struct connection *c, bool *ret_fresh, char reason[CACHE_REASON_MAX])
{
	int r = check_version(c, ret_fresh, reason);

	/* Before the first page is written, and that is by the change to WAL. */
	if (r == 0 && *ret_fresh)
		r = connection_exec(c, "PRAGMA auto_vacuum = INCREMENTAL");
	if (r == 0)
		r = schema_configure(c);
	if (r != 0)
		return r;
	return *ret_fresh ? create(c) : check_pages(c, reason);
}
