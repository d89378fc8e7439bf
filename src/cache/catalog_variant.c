/* SPDX-License-Identifier: MIT
 *
 * The rows of variants, and those of the shelves they stand on: what is known of a key, and
 * what the choice of victims needs.
 */
#include "cache/catalog.h"

#include <errno.h>

#include "cache/statements.h"

static void bind_uint64(sqlite3_stmt *s, int column, uint64_t value)
{
	sqlite3_bind_int64(s, column, (sqlite3_int64)value);
}

static uint64_t column_uint64(sqlite3_stmt *s, int column)
{
	return (uint64_t)sqlite3_column_int64(s, column);
}

static int shelf_sums(struct connection *c, uint64_t *ret_bytes, uint64_t *ret_entries)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[SHELF_SUMS];
	int r = catalog_fetch(c, s);

	if (r != 0)
		return r;
	*ret_bytes = column_uint64(s, 0);
	*ret_entries = column_uint64(s, 1);
	return *ret_bytes < INT64_MAX && *ret_entries < INT64_MAX ? 0 : CATALOG_E_NONE;
}

int catalog_totals(struct catalog *catalog, uint64_t *ret_bytes, uint64_t *ret_entries)
{
	struct connection *c = &catalog->writer;

	LOCK_SCOPE(&c->lock);
	int r = shelf_sums(c, ret_bytes, ret_entries);

	if (r != 0 || *ret_entries > CATALOG_COUNTED_MAX)
		return r;
	return catalog_count(c, ret_bytes, ret_entries);
}

int catalog_count(struct connection *c, uint64_t *ret_bytes, uint64_t *ret_entries)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[TOTALS];
	uint64_t bytes = 0, entries = 0;

	for (unsigned i = 0; i < EVICT_SHELVES; i++) {
		int r = catalog_fetch(c, s);

		if (r != 0)
			return r;
		if (!sqlite3_column_int(s, 2))
			return CATALOG_E_NONE;
		bytes += column_uint64(s, 0);
		entries += column_uint64(s, 1);
	}
	*ret_bytes = bytes;
	*ret_entries = entries;
	return 0;
}

static int variant_read(sqlite3_stmt *s, struct catalog_row *row)
{
	struct cache_entry *entry = &row->entry;

	row->content = NULL;
	row->view = NULL;
	entry->state = (enum cache_state)sqlite3_column_int(s, 0);
	row->session = column_uint64(s, 1);
	entry->size_bytes = column_uint64(s, 3);
	entry->width = (uint32_t)sqlite3_column_int64(s, 4);
	entry->height = (uint32_t)sqlite3_column_int64(s, 5);
	entry->encode_usec = column_uint64(s, 6);
	row->used_usec = column_uint64(s, 7);
	row->uses = (uint32_t)sqlite3_column_int64(s, 8);
	row->turned_bytes = column_uint64(s, 9);
	row->expires_usec = column_uint64(s, 10);
	entry->error = sqlite3_column_int(s, 11);
	catalog_column_text(s, 12, entry->reason, sizeof(entry->reason));
	entry->format = (uint8_t)sqlite3_column_int(s, 13);
	entry->quality = (uint8_t)sqlite3_column_int(s, 14);
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

static int shelf_get(
	struct connection *c, enum evict_shelf shelf, uint64_t *ret_age, uint64_t *ret_bytes)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[SHELF_GET];
	int r;

	sqlite3_bind_int(s, 1, (int)shelf);
	r = catalog_fetch(c, s);
	if (r != 0)
		return r < 0 ? r : -EUCLEAN;
	*ret_age = column_uint64(s, 0);
	*ret_bytes = column_uint64(s, 1);
	return 0;
}

static int shelf_set_age(struct connection *c, enum evict_shelf shelf, uint64_t age)
{
	_cleanup_statement_ sqlite3_stmt *s = c->statements[SHELF_SET_AGE];

	sqlite3_bind_int(s, 1, (int)shelf);
	bind_uint64(s, 2, age);
	return catalog_run(c, s);
}

int catalog_txn_clock(struct catalog_txn *txn, uint64_t limit_bytes, struct evict_clock *ret)
{
	struct connection *c = &txn->catalog->writer;
	int r = catalog_meta_get(c, "turned_bytes", &ret->turned_bytes);

	ret->limit_bytes = limit_bytes;
	for (enum evict_shelf shelf = 0; shelf < EVICT_SHELVES && r == 0; shelf++)
		r = shelf_get(c, shelf, &ret->age[shelf], &ret->bytes[shelf]);
	return r;
}

int catalog_txn_set_clock(struct catalog_txn *txn, const struct evict_clock *clock)
{
	struct connection *c = &txn->catalog->writer;
	int r = catalog_meta_set(c, "turned_bytes", clock->turned_bytes);

	for (enum evict_shelf shelf = 0; shelf < EVICT_SHELVES && r == 0; shelf++)
		r = shelf_set_age(c, shelf, clock->age[shelf]);
	return r;
}

static void bind_row(sqlite3_stmt *s, const struct catalog_row *row)
{
	const struct cache_entry *entry = &row->entry;

	sqlite3_bind_int(s, 2, (int)entry->state);
	bind_uint64(s, 3, row->session);
	catalog_bind_hash(s, 4, &entry->hash);
	bind_uint64(s, 5, entry->size_bytes);
	sqlite3_bind_int64(s, 6, entry->width);
	sqlite3_bind_int64(s, 7, entry->height);
	bind_uint64(s, 8, entry->encode_usec);
	bind_uint64(s, 9, row->used_usec);
	sqlite3_bind_int64(s, 10, row->uses);
	bind_uint64(s, 11, row->turned_bytes);
	bind_uint64(s, 14, row->expires_usec);
	sqlite3_bind_int(s, 15, entry->error);
	sqlite3_bind_text(s, 16, entry->reason, -1, SQLITE_STATIC);
	sqlite3_bind_int(s, 19, entry->format);
	sqlite3_bind_int(s, 20, entry->quality);
	if (!row->content)
		return;
	catalog_bind_hash(s, 17, row->content);
	sqlite3_bind_text(s, 18, row->view, -1, SQLITE_STATIC);
}

int catalog_txn_put(
	struct catalog_txn *txn, const struct hash128 *key, const struct catalog_row *row)
{
	struct connection *c = &txn->catalog->writer;
	enum evict_shelf shelf = evict_shelf(row->uses);
	_cleanup_statement_ sqlite3_stmt *s = c->statements[VARIANT_PUT];
	uint64_t age, bytes;
	int r = shelf_get(c, shelf, &age, &bytes);

	if (r < 0)
		return r;
	catalog_bind_hash(s, 1, key);
	bind_row(s, row);
	sqlite3_bind_int(s, 12, (int)shelf);
	bind_uint64(s, 13,
		evict_rank(row->entry.size_bytes, row->entry.encode_usec, row->uses, age));
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

int catalog_txn_candidates(struct catalog_txn *txn, enum evict_shelf shelf,
	struct evict_candidate *ret, size_t max, size_t *ret_n)
{
	struct connection *c = &txn->catalog->writer;
	_cleanup_statement_ sqlite3_stmt *s = c->statements[CANDIDATES];
	size_t n = 0;
	int r;

	sqlite3_bind_int(s, 1, (int)shelf);
	bind_uint64(s, 2, max);
	while ((r = catalog_fetch(c, s)) == 0) {
		r = catalog_column_hash(s, 0, &ret[n].key);
		if (r < 0)
			return r;
		ret[n].size_bytes = column_uint64(s, 1);
		ret[n].rank = column_uint64(s, 2);
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

	bind_uint64(s, 1, max);
	return catalog_run(c, s);
}

int catalog_txn_trim(struct catalog_txn *txn, uint64_t absent_max, uint64_t sources_max)
{
	int r = trim(&txn->catalog->writer, VARIANT_TRIM, absent_max);

	return r == 0 ? trim(&txn->catalog->writer, SOURCE_TRIM, sources_max) : r;
}
