/* SPDX-License-Identifier: MIT
 *
 * Statements stand in one table, near the functions that bind them (those of sources and of
 * failures in catalog_source.c and catalog_failure.c), and are prepared once on
 * both connections (a select is wanted by either; the reader is set query_only, so a slip
 * fails). A point select takes about 3 µs, an update in a transaction of its own 35 µs.
 */
#include "cache/catalog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/schema.h"
#include "cache/statements.h"

#define BUSY_MSEC_READER 100
#define BUSY_MSEC_WRITER 2000

/* States are literals where a partial index must be recognised. */
static const char *const statements[STATEMENT_COUNT] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[META_GET] = "SELECT value FROM meta WHERE name = ?1",
	[META_SET] = "UPDATE meta SET value = ?2 WHERE name = ?1",
	[TOTALS] = "SELECT CAST(total(size_bytes) AS INTEGER), count(*) FROM variant "
		   "WHERE state = 1 HAVING coalesce(min(size_bytes), 0) >= 0 AND "
		   "total(size_bytes) < 1e18",
	[VARIANT_GET] = "SELECT state, session, hash, size_bytes, width, height, encode_usec,"
			" used_usec, uses, expires_usec, error, reason"
			" FROM variant WHERE key = ?1",
	[VARIANT_PUT] = "INSERT OR REPLACE INTO variant (key, state, session, hash, size_bytes,"
			" width, height, encode_usec, used_usec, uses, expires_usec, error,"
			" reason, rank)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	[VARIANT_EVICT] = "UPDATE variant SET state = 2 WHERE key = ?1 AND state = 1",
	[VARIANT_DELETE] = "DELETE FROM variant WHERE key = ?1",
	[VARIANT_TRIM] = "DELETE FROM variant WHERE key IN (SELECT key FROM variant"
			 " WHERE state <> 1 ORDER BY used_usec LIMIT max(0,"
			 " (SELECT count(*) FROM variant WHERE state <> 1) - ?1))",
	[RANK_MIN] = "SELECT min(rank) FROM variant WHERE state = 1",
	[CANDIDATES] = "SELECT key, size_bytes, rank FROM variant WHERE state = 1"
		       " ORDER BY rank LIMIT ?1",
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
	[FAILURE_NAME] = "UPDATE variant SET content = ?2, view = ?3 WHERE key = ?1",
	[FAILURES_OF] = "SELECT key, view, expires_usec FROM variant"
			" WHERE state = 3 AND content = ?1 LIMIT ?2",
};

int catalog_run(struct connection *c, sqlite3_stmt *s)
{
	int rc;

	do
		rc = sqlite3_step(s);
	while (rc == SQLITE_ROW);
	return connection_error(c, rc);
}

int catalog_fetch(struct connection *c, sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

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

static int meta_get(struct connection *c, const char *name, uint64_t *ret)
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

static int meta_set(struct connection *c, const char *name, uint64_t value)
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
	return r == 0 ? connection_prepare(c, statements, STATEMENT_COUNT) : r;
}

static int open_reader(struct catalog *catalog, const char *path)
{
	struct connection *c = &catalog->reader;
	int r = connection_init(c, path, BUSY_MSEC_READER);

	if (r == 0)
		r = schema_configure(c);
	if (r == 0)
		r = connection_exec(c, "PRAGMA query_only = ON");
	return r == 0 ? connection_prepare(c, statements, STATEMENT_COUNT) : r;
}

DEFINE_CLEANUP(struct catalog *, catalog_free)

int catalog_new(const char *path, struct catalog **ret, char reason[CACHE_REASON_MAX])
{
	_cleanup_(catalog_freep) struct catalog *catalog = calloc(1, sizeof(*catalog));
	int r;

	if (!catalog)
		return -ENOMEM;
	reason[0] = '\0';
	r = open_writer(catalog, path, reason);
	if (r == 0)
		r = open_reader(catalog, path);
	if (r != 0 && !reason[0])
		snprintf(reason, CACHE_REASON_MAX, "%s",
			catalog->writer.db ? sqlite3_errmsg(catalog->writer.db) : "");
	if (r == SCHEMA_E_OTHER || r == -EUCLEAN)
		return CATALOG_E_UNUSABLE;
	if (r != 0)
		return r;
	snapshot_init(&catalog->snapshot, &catalog->writer, &catalog->reader);
	*ret = TAKE_PTR(catalog);
	return 0;
}

struct catalog *catalog_free(struct catalog *catalog)
{
	if (!catalog)
		return NULL;
	connection_done(&catalog->reader);
	/* The last one to close moves the WAL into the file and removes it. */
	connection_done(&catalog->writer);
	free(catalog);
	return NULL;
}

static int session_advance(struct connection *c, struct catalog_session *session)
{
	uint64_t clean;
	int r = meta_get(c, "session", &session->number);

	if (r == 0)
		r = meta_get(c, "trusted_from", &session->trusted_from);
	if (r == 0)
		r = meta_get(c, "clean", &clean);
	if (r < 0)
		return r;
	session->clean = clean;
	session->number++;
	if (!clean)
		session->trusted_from = session->number;
	r = meta_set(c, "session", session->number);
	if (r == 0)
		r = meta_set(c, "trusted_from", session->trusted_from);
	return r == 0 ? meta_set(c, "clean", 0) : r;
}

int catalog_session_start(struct catalog *catalog, struct catalog_session *ret)
{
	struct catalog_session session;
	struct connection *c = &catalog->writer;
	int r = connection_exec(c, "PRAGMA synchronous = FULL");

	if (r == 0) {
		_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };

		r = catalog_begin(catalog, &txn);
		if (r == 0)
			r = session_advance(c, &session);
		if (r == 0)
			r = catalog_commit(&txn);
	}
	if (r == 0)
		r = connection_exec(c, "PRAGMA synchronous = NORMAL");
	if (r < 0)
		return r;
	session.clean = session.clean && !catalog->fresh;
	*ret = session;
	return 0;
}

int catalog_session_end(struct catalog *catalog)
{
	struct connection *c = &catalog->writer;

	LOCK_SCOPE(&c->lock);
	if (c->damaged || catalog->reader.damaged)
		return -EUCLEAN;
	return meta_set(c, "clean", 1);
}

int catalog_totals(struct catalog *catalog, uint64_t *ret_bytes, uint64_t *ret_entries)
{
	struct connection *c = &catalog->writer;

	LOCK_SCOPE(&c->lock);
	_cleanup_statement_ sqlite3_stmt *s = c->statements[TOTALS];
	int r = catalog_fetch(c, s);

	if (r != 0)
		return r;
	*ret_bytes = (uint64_t)sqlite3_column_int64(s, 0);
	*ret_entries = (uint64_t)sqlite3_column_int64(s, 1);
	return 0;
}

static int variant_read(sqlite3_stmt *s, struct catalog_row *row)
{
	struct cache_entry *entry = &row->entry;

	entry->state = (enum cache_state)sqlite3_column_int(s, 0);
	row->session = (uint64_t)sqlite3_column_int64(s, 1);
	entry->size_bytes = (uint64_t)sqlite3_column_int64(s, 3);
	entry->width = (uint32_t)sqlite3_column_int64(s, 4);
	entry->height = (uint32_t)sqlite3_column_int64(s, 5);
	entry->encode_usec = (usec_t)sqlite3_column_int64(s, 6);
	row->used_usec = (usec_t)sqlite3_column_int64(s, 7);
	row->uses = (uint64_t)sqlite3_column_int64(s, 8);
	row->expires_usec = (usec_t)sqlite3_column_int64(s, 9);
	entry->error = sqlite3_column_int(s, 10);
	catalog_column_text(s, 11, entry->reason, sizeof(entry->reason));
	return catalog_column_hash(s, 2, &entry->hash);
}

static int variant_get(struct connection *c, const struct hash128 *key, struct catalog_row *ret)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[VARIANT_GET];
	int r;

	catalog_bind_hash(s, 1, key);
	r = catalog_fetch(c, s);
	return r == 0 ? variant_read(s, ret) : r;
}

int catalog_get(struct catalog *catalog, const struct hash128 *key, struct catalog_row *ret)
{
	LOCK_SCOPE(&catalog->reader.lock);
	snapshot_enter_locked(&catalog->snapshot);
	return variant_get(&catalog->reader, key, ret);
}

int catalog_txn_get(struct catalog_txn *txn, const struct hash128 *key, struct catalog_row *ret)
{
	return variant_get(&txn->catalog->writer, key, ret);
}

static int rank_of(struct connection *c, const struct catalog_row *row, double *ret)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[RANK_MIN];
	int r = catalog_fetch(c, s);

	if (r != 0)
		return r;
	*ret = evict_rank(&(struct evict_figures){
		.size_bytes = row->entry.size_bytes,
		.uses = row->uses,
		.encode_usec = row->entry.encode_usec,
		.used_usec = row->used_usec,
		.age = sqlite3_column_double(s, 0),
	});
	return 0;
}

int catalog_txn_put(
	struct catalog_txn *txn, const struct hash128 *key, const struct catalog_row *row)
{
	struct connection *c = &txn->catalog->writer;
	const struct cache_entry *entry = &row->entry;
	_cleanup_statement_ sqlite3_stmt *s = c->statements[VARIANT_PUT];
	double rank;
	int r = rank_of(c, row, &rank);

	if (r != 0)
		return r;
	catalog_bind_hash(s, 1, key);
	sqlite3_bind_int(s, 2, (int)entry->state);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)row->session);
	catalog_bind_hash(s, 4, &entry->hash);
	sqlite3_bind_int64(s, 5, (sqlite3_int64)entry->size_bytes);
	sqlite3_bind_int64(s, 6, entry->width);
	sqlite3_bind_int64(s, 7, entry->height);
	sqlite3_bind_int64(s, 8, (sqlite3_int64)entry->encode_usec);
	sqlite3_bind_int64(s, 9, (sqlite3_int64)row->used_usec);
	sqlite3_bind_int64(s, 10, (sqlite3_int64)row->uses);
	sqlite3_bind_int64(s, 11, (sqlite3_int64)row->expires_usec);
	sqlite3_bind_int(s, 12, entry->error);
	sqlite3_bind_text(s, 13, entry->reason, -1, SQLITE_STATIC);
	sqlite3_bind_double(s, 14, rank);
	return catalog_run(c, s);
}

static int run_on_key(struct catalog_txn *txn, enum statement id, const struct hash128 *key)
{
	struct connection *c = &txn->catalog->writer;
	_cleanup_statement_ sqlite3_stmt *s = c->statements[id];

	catalog_bind_hash(s, 1, key);
	return catalog_run(c, s);
}

int catalog_txn_evict(struct catalog_txn *txn, const struct hash128 *key)
{
	return run_on_key(txn, VARIANT_EVICT, key);
}

int catalog_txn_delete(struct catalog_txn *txn, const struct hash128 *key)
{
	return run_on_key(txn, VARIANT_DELETE, key);
}

int catalog_txn_candidates(
	struct catalog_txn *txn, struct evict_candidate *ret, size_t max, size_t *ret_n)
{
	struct connection *c = &txn->catalog->writer;
	_cleanup_statement_ sqlite3_stmt *s = c->statements[CANDIDATES];
	size_t n = 0;
	int r;

	sqlite3_bind_int64(s, 1, (sqlite3_int64)max);
	while ((r = catalog_fetch(c, s)) == 0) {
		r = catalog_column_hash(s, 0, &ret[n].key);
		if (r < 0)
			return r;
		ret[n].size_bytes = (uint64_t)sqlite3_column_int64(s, 1);
		ret[n].rank = sqlite3_column_double(s, 2);
		n++;
	}
	if (r < 0)
		return r;
	*ret_n = n;
	return 0;
}

static int trim(struct connection *c, enum statement id, uint64_t max)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[id];

	sqlite3_bind_int64(s, 1, (sqlite3_int64)max);
	return catalog_run(c, s);
}

int catalog_txn_trim(struct catalog_txn *txn, uint64_t absent_max, uint64_t sources_max)
{
	int r = trim(&txn->catalog->writer, VARIANT_TRIM, absent_max);

	return r == 0 ? trim(&txn->catalog->writer, SOURCE_TRIM, sources_max) : r;
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
