/* SPDX-License-Identifier: MIT
 *
 * Statements stand in one table, near the functions that bind them (those of variants,
 * sources and contents in catalog_variant.c, catalog_source.c and catalog_content.c), and are prepared once on
 * both connections (a select is wanted by either; the reader is set query_only, so a slip
 * fails). A point select takes about 3 µs, an update in a transaction of its own 35 µs.
 */
#include "cache/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cache/schema.h"
#include "cache/statements.h"

/* Free pages are given back from here on, down to there: a cache that is full writes as much as
 * it deletes, and would otherwise shrink and grow its file for ever. */
#define VACUUM_FROM_PAGES  4096 /* 16 MiB */
#define VACUUM_SPARE_PAGES 1024
#define VACUUM_PAGES       "64" /* at a time: a millisecond */
#define VACUUM_STEPS       256  /* a round */

#define BUSY_MSEC_READER 100
#define BUSY_MSEC_WRITER 2000

/* States are literals where a partial index must be recognised. */
static const char *const statements[STATEMENT_COUNT] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[META_GET] = "SELECT value FROM meta WHERE name = ?1",
	[META_SET] = "UPDATE meta SET value = ?2 WHERE name = ?1",
	[SHELF_GET] = "SELECT age, bytes FROM shelf WHERE shelf = ?1",
	[SHELF_SET_AGE] = "UPDATE shelf SET age = ?2 WHERE shelf = ?1",
	[SHELF_SUMS] = "SELECT sum(bytes), sum(entries) FROM shelf",
	[TOTALS] = "SELECT shelf.bytes, shelf.entries,"
		   " shelf.entries = count(v.key) AND shelf.bytes = total(v.size_bytes)"
		   " AND coalesce(min(v.size_bytes), 0) >= 0 AND total(v.size_bytes) < 1e18"
		   " AND NOT EXISTS (SELECT 1 FROM variant WHERE state = 1 AND shelf < 0)"
		   " AND NOT EXISTS (SELECT 1 FROM variant WHERE state = 1 AND shelf > 1)"
		   " FROM shelf LEFT JOIN variant v ON v.state = 1 AND v.shelf = shelf.shelf"
		   " GROUP BY shelf.shelf",
	[VARIANT_GET] = "SELECT state, session, hash, size_bytes, width, height, encode_usec,"
			" used_usec, uses, turned_bytes, expires_usec, error, reason,"
			" format, quality"
			" FROM variant WHERE key = ?1",
	/* No INSERT OR REPLACE: it would delete without a trigger. */
	[VARIANT_PUT] = "INSERT INTO variant (key, state, session, hash, size_bytes, width,"
			" height, encode_usec, used_usec, uses, turned_bytes, shelf, rank,"
			" expires_usec, error, reason, content, view, format, quality)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
			" ?15, ?16, ?17, ?18, ?19, ?20)"
			" ON CONFLICT (key) DO UPDATE SET state = ?2, session = ?3, hash = ?4,"
			" size_bytes = ?5, width = ?6, height = ?7, encode_usec = ?8,"
			" used_usec = ?9, uses = ?10, turned_bytes = ?11, shelf = ?12,"
			" rank = ?13, expires_usec = ?14, error = ?15, reason = ?16,"
			" format = ?19, quality = ?20,"
			" content = coalesce(?17, content), view = coalesce(?18, view)",
	[VARIANT_EVICT] = "UPDATE variant SET state = 2 WHERE key = ?1 AND state = 1",
	[VARIANT_DELETE] = "DELETE FROM variant WHERE key = ?1",
	[VARIANT_TRIM] = "DELETE FROM variant WHERE key IN (SELECT key FROM variant"
			 " WHERE state <> 1 ORDER BY used_usec LIMIT max(0,"
			 " (SELECT count(*) FROM variant WHERE state <> 1) - ?1))",
	[CANDIDATES] = "SELECT key, size_bytes, rank FROM variant"
		       " WHERE state = 1 AND shelf = ?1 ORDER BY rank, key LIMIT ?2",
	[SOURCE_GET] =
		"SELECT content FROM source WHERE dev = ?1 AND ino = ?2 AND btime_ns = ?3"
		" AND size_bytes = ?4 AND mtime_ns = ?5 AND ctime_ns = ?6",
	[SOURCE_PUT] =
		"INSERT OR REPLACE INTO source (dev, ino, btime_ns, size_bytes, mtime_ns,"
		" ctime_ns, content, learnt_usec)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[SOURCE_TRIM] = "DELETE FROM source WHERE (dev, ino) IN (SELECT dev, ino FROM source"
			" ORDER BY learnt_usec LIMIT max(0,"
			" (SELECT count(*) FROM source) - ?1))",
	[FAILURES_OF] = "SELECT key, view, expires_usec FROM variant"
			" WHERE state = 3 AND content = ?1 LIMIT ?2",
	[VARIANTS_OF] = "SELECT key, state, size_bytes, encode_usec, used_usec, view"
			" FROM variant WHERE content = ?1 LIMIT ?2",
	[VARIANTS_ANY] = "SELECT key, state, size_bytes, encode_usec, used_usec, view"
			 " FROM variant LIMIT ?1",
	[VARIANT_NAMED] = "SELECT key, state, size_bytes, encode_usec, used_usec, view"
			  " FROM variant WHERE key = ?1",
	[MOST_VALUED] = "SELECT key, state, size_bytes, encode_usec, used_usec, view"
			" FROM variant WHERE state = 1 AND shelf = ?1"
			" ORDER BY rank DESC, key DESC LIMIT ?2",
	[ABSENT_COUNT] = "SELECT count(*) FROM variant WHERE state <> 1",
	[SOURCE_COUNT] = "SELECT count(*) FROM source",
	[SCAN_ROWS] = "SELECT key, state, session, hash, size_bytes, state <> 1 OR EXISTS"
		      " (SELECT 1 FROM variant AS p INDEXED BY variant_present"
		      " WHERE p.state = 1 AND p.shelf = v.shelf AND p.rank = v.rank"
		      " AND p.key = v.key AND p.size_bytes = v.size_bytes)"
		      " FROM variant AS v WHERE key > ?1 ORDER BY key LIMIT ?2",
	[SCAN_PAGES] = "SELECT quick_check = 'ok' FROM pragma_quick_check LIMIT 1",
	[SOURCES_FORGET] = "DELETE FROM source WHERE (dev, ino) IN"
			   " (SELECT dev, ino FROM source LIMIT ?1)",
};

int catalog_prepare(struct connection *c)
{
	return connection_prepare(c, statements, STATEMENT_COUNT);
}

int catalog_run(struct connection *c, sqlite3_stmt *s)
{
	int rc;

	errno = 0;
	do
		rc = sqlite3_step(s);
	while (rc == SQLITE_ROW);
	return connection_error(c, rc);
}

int catalog_fetch(struct connection *c, sqlite3_stmt *s)
{
	int rc;

	errno = 0;
	rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		return 0;
	return rc == SQLITE_DONE ? CATALOG_E_NONE : connection_error(c, rc);
}

static int run_plain(struct connection *c, enum statement id)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[id];

	return catalog_run(c, s);
}

void catalog_bind_hash(sqlite3_stmt *s, int column, const struct hash128 *hash)
{
	sqlite3_bind_blob(s, column, hash->bytes, HASH128_SIZE, SQLITE_STATIC);
}

int catalog_column_hash(sqlite3_stmt *s, int column, struct hash128 *ret)
{
	const void *bytes = sqlite3_column_blob(s, column);

	if (!bytes || sqlite3_column_bytes(s, column) != HASH128_SIZE)
		return -EUCLEAN;
	memcpy(ret->bytes, bytes, HASH128_SIZE);
	return 0;
}

void catalog_column_text(sqlite3_stmt *s, int column, char *out, size_t out_size)
{
	const unsigned char *text = sqlite3_column_text(s, column);

	snprintf(out, out_size, "%s", text ? (const char *)text : "");
}

int catalog_meta_get(struct connection *c, const char *name, uint64_t *ret)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[META_GET];
	int r;

	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	r = catalog_fetch(c, s);
	if (r == CATALOG_E_NONE)
		return -EUCLEAN;
	if (r == 0)
		*ret = (uint64_t)sqlite3_column_int64(s, 0);
	return r;
}

int catalog_meta_set(struct connection *c, const char *name, uint64_t value)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[META_SET];

	sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)value);
	return catalog_run(c, s);
}

static int open_writer(struct catalog *catalog, const char *path, char reason[CACHE_REASON_MAX])
{
	struct connection *c = &catalog->writer;
	int r = connection_init(c, path, BUSY_MSEC_WRITER);

	if (r == 0)
		r = schema_open(c, &catalog->fresh, reason);
	return r == 0 ? catalog_prepare(c) : r;
}

static int open_reader(struct catalog *catalog, const char *path)
{
	struct connection *c = &catalog->reader;
	int r = connection_init(c, path, BUSY_MSEC_READER);

	if (r == 0)
		r = schema_configure(c);
	if (r == 0)
		r = connection_exec(c, "PRAGMA query_only = ON");
	return r == 0 ? catalog_prepare(c) : r;
}

static int open_keeper(struct catalog *catalog, const char *path)
{
	struct connection *c = &catalog->keeper;
	int r = connection_init(c, path, BUSY_MSEC_WRITER);

	if (r == 0)
		r = schema_configure(c);
	if (r == 0)
		r = connection_exec(c, "PRAGMA query_only = ON; PRAGMA cache_size = -512;"
				       "PRAGMA wal_autocheckpoint = 0");
	if (r < 0)
		return r;
	catalog->path = strdup(path);
	return catalog->path ? 0 : -ENOMEM;
}

DEFINE_CLEANUP(struct catalog *, catalog_free)

int catalog_new(const char *path, struct catalog **ret, char reason[CACHE_REASON_MAX])
{
	_cleanup_(catalog_freep) struct catalog *catalog = calloc(1, sizeof(*catalog));
	struct stat st;
	int r;

	if (!catalog)
		return -ENOMEM;
	reason[0] = '\0';
	r = open_writer(catalog, path, reason);
	if (r == 0)
		r = open_reader(catalog, path);
	if (r == 0)
		r = open_keeper(catalog, path);
	if (r != 0 && !reason[0])
		snprintf(reason, CACHE_REASON_MAX, "%s",
			catalog->writer.db ? sqlite3_errmsg(catalog->writer.db) : "");
	if (r == SCHEMA_E_OTHER || r == -EUCLEAN)
		return CATALOG_E_UNUSABLE;
	if (r != 0)
		return r;
	snapshot_init(&catalog->snapshot, &catalog->writer, &catalog->reader);
	if (stat(path, &st) < 0)
		return -errno;
	catalog->dev = st.st_dev;
	catalog->ino = st.st_ino;
	*ret = TAKE_PTR(catalog);
	return 0;
}

struct catalog *catalog_free(struct catalog *catalog)
{
	if (!catalog)
		return NULL;
	snapshot_done(&catalog->snapshot);
	connection_done(&catalog->keeper);
	connection_done(&catalog->reader);
	/* The last one to close moves the WAL into the file and removes it. */
	connection_done(&catalog->writer);
	free(catalog->path);
	free(catalog);
	return NULL;
}

void catalog_watch(
	struct catalog *catalog, void (*on_error)(void *context, int r), void *context)
{
	struct connection *const connections[] = { &catalog->writer, &catalog->reader,
		&catalog->keeper };

	for (size_t i = 0; i < ARRAY_SIZE(connections); i++) {
		connections[i]->on_error = on_error;
		connections[i]->context = context;
	}
}

/* What SQLite knows, but neither lock nor who is told. */
static void connection_swap(struct connection *a, struct connection *b)
{
	struct connection c = *a;

	a->db = b->db;
	a->statements = b->statements;
	a->n_statements = b->n_statements;
	a->damaged = b->damaged;
	b->db = c.db;
	b->statements = c.statements;
	b->n_statements = c.n_statements;
	b->damaged = c.damaged;
}

void catalog_replace(struct catalog *catalog, struct catalog *other_consume)
{
	{
		LOCK_SCOPE(&catalog->keeper.lock);
		LOCK_SCOPE(&catalog->writer.lock);
		LOCK_SCOPE(&catalog->reader.lock);
		connection_swap(&catalog->keeper, &other_consume->keeper);
		connection_swap(&catalog->writer, &other_consume->writer);
		connection_swap(&catalog->reader, &other_consume->reader);
		snapshot_attach(&catalog->snapshot, &catalog->writer);
		catalog->fresh = other_consume->fresh;
		catalog->generation++;
		catalog->dev = other_consume->dev;
		catalog->ino = other_consume->ino;
	}
	/* What closing the old file says interests nobody, nor may its last checkpoint, which
	 * tells the snapshot of its own catalog. */
	snapshot_attach(&other_consume->snapshot, &other_consume->writer);
	catalog_watch(other_consume, NULL, NULL);
	catalog_free(other_consume);
}

bool catalog_is_at(struct catalog *catalog, int folder_fd)
{
	LOCK_SCOPE(&catalog->writer.lock);
	struct stat there;

	return fstatat(folder_fd, CATALOG_NAME, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       there.st_dev == catalog->dev && there.st_ino == catalog->ino;
}

int catalog_probe(struct catalog *catalog)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	int r = catalog_begin(catalog, &txn);

	if (r == 0)
		r = catalog_meta_set(&catalog->writer, "clean", 0);
	return r == 0 ? catalog_commit(&txn) : r;
}

bool catalog_is_damaged(struct catalog *catalog)
{
	{
		LOCK_SCOPE(&catalog->writer.lock);
		if (catalog->writer.damaged)
			return true;
	}
	LOCK_SCOPE(&catalog->reader.lock);
	return catalog->reader.damaged;
}

unsigned catalog_generation(struct catalog *catalog)
{
	LOCK_SCOPE(&catalog->writer.lock);
	return catalog->generation;
}

void catalog_note_damage(struct catalog *catalog)
{
	LOCK_SCOPE(&catalog->reader.lock);
	catalog->reader.damaged = true;
}

int catalog_due_fd(const struct catalog *catalog)
{
	return catalog->snapshot.due_fd;
}

static int vacuum_some(struct catalog *catalog, bool *ret_more)
{
	struct connection *c = &catalog->writer;
	sqlite3_int64 before, after;

	LOCK_SCOPE(&c->lock);
	int r = connection_number(c, "PRAGMA freelist_count", 0, &before);

	if (r == 0)
		r = connection_exec(c, "PRAGMA incremental_vacuum(" VACUUM_PAGES ")");
	if (r == 0)
		r = connection_number(c, "PRAGMA freelist_count", 0, &after);
	*ret_more = r == 0 && after < before && after > VACUUM_SPARE_PAGES;
	return r;
}

static int vacuum(struct catalog *catalog)
{
	sqlite3_int64 free_pages;
	bool more = true;
	int r;

	{
		LOCK_SCOPE(&catalog->keeper.lock);
		r = connection_number(
			&catalog->keeper, "PRAGMA freelist_count", 0, &free_pages);
	}
	if (r < 0 || free_pages < VACUUM_FROM_PAGES)
		return r;
	/* A step at a time, so that who wants to publish waits for one. */
	for (unsigned i = 0; i < VACUUM_STEPS && more && r == 0; i++)
		r = vacuum_some(catalog, &more);
	return r;
}

int catalog_maintain(struct catalog *catalog)
{
	int r;

	{
		LOCK_SCOPE(&catalog->keeper.lock);
		r = snapshot_checkpoint(&catalog->snapshot, &catalog->keeper);
	}
	return r == 0 ? vacuum(catalog) : r;
}

uint64_t catalog_give_back(struct catalog *catalog)
{
	struct connection *const connections[] = { &catalog->writer, &catalog->reader,
		&catalog->keeper };
	sqlite3_int64 before = sqlite3_memory_used(), after;

	for (size_t i = 0; i < ARRAY_SIZE(connections); i++) {
		LOCK_SCOPE(&connections[i]->lock);
		sqlite3_db_release_memory(connections[i]->db);
	}
	after = sqlite3_memory_used();
	return before > after ? (uint64_t)(before - after) : 0;
}

int catalog_begin(struct catalog *catalog, struct catalog_txn *ret)
	THREAD_ANNOTATION(no_thread_safety_analysis)
{
	int r;

	lock_take(&catalog->writer.lock);
	r = run_plain(&catalog->writer, BEGIN);
	if (r < 0) {
		lock_drop(&catalog->writer.lock);
		return r;
	}
	ret->catalog = catalog;
	return 0;
}

int catalog_commit(struct catalog_txn *txn)
{
	int r = run_plain(&txn->catalog->writer, COMMIT);

	catalog_txn_done(txn);
	return r;
}

void catalog_txn_done(struct catalog_txn *txn) THREAD_ANNOTATION(no_thread_safety_analysis)
{
	struct connection *c;

	if (!txn->catalog)
		return;
	c = &txn->catalog->writer;
	/* SQLite has rolled back by itself after some errors. */
	if (!sqlite3_get_autocommit(c->db))
		run_plain(c, ROLLBACK);
	txn->catalog = NULL;
	lock_drop(&c->lock);
}
