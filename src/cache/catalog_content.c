/* SPDX-License-Identifier: MIT
 *
 * Rows by the picture they are of. All are rows of variants, found by key when they are asked
 * for; only who wants them forgotten or dropped knows a picture and no key.
 */
#include "cache/catalog.h"

#include "cache/statements.h"

int catalog_txn_failures(struct catalog_txn *txn, const struct hash128 *content,
	struct catalog_failure *ret, size_t max, size_t *ret_n)
{
	struct connection *c = &txn->catalog->writer;
	_cleanup_statement_ sqlite3_stmt *s = c->statements[FAILURES_OF];
	size_t n = 0;
	int r = 0;

	catalog_bind_hash(s, 1, content);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)max);
	while (n < max && (r = catalog_fetch(c, s)) == 0) {
		r = catalog_column_hash(s, 0, &ret[n].key);
		if (r < 0)
			return r;
		catalog_column_text(s, 1, ret[n].view, sizeof(ret[n].view));
		ret[n].expires_usec = (usec_t)sqlite3_column_int64(s, 2);
		n++;
	}
	if (r < 0)
		return r;
	*ret_n = n;
	return 0;
}

int catalog_read_named(sqlite3_stmt *s, struct catalog_named *ret)
{
	ret->state = (enum cache_state)sqlite3_column_int(s, 1);
	ret->size_bytes = (uint64_t)sqlite3_column_int64(s, 2);
	ret->encode_usec = (usec_t)sqlite3_column_int64(s, 3);
	ret->used_usec = (usec_t)sqlite3_column_int64(s, 4);
	catalog_column_text(s, 5, ret->view, sizeof(ret->view));
	return catalog_column_hash(s, 0, &ret->key);
}

int catalog_read_all_named(struct connection *c, sqlite3_stmt *s, struct catalog_named *ret,
	size_t max, size_t *ret_n)
{
	size_t n = 0;
	int r = 0;

	while (n < max && (r = catalog_fetch(c, s)) == 0) {
		r = catalog_read_named(s, &ret[n]);
		if (r < 0)
			return r;
		n++;
	}
	if (r < 0)
		return r;
	*ret_n = n;
	return 0;
}

int catalog_txn_of_content(struct catalog_txn *txn, const struct hash128 *content,
	struct catalog_named *ret, size_t max, size_t *ret_n)
{
	struct connection *c = &txn->catalog->writer;
	_cleanup_statement_ sqlite3_stmt *s = c->statements[VARIANTS_OF];

	catalog_bind_hash(s, 1, content);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)max);
	return catalog_read_all_named(c, s, ret, max, ret_n);
}

int catalog_txn_any(
	struct catalog_txn *txn, struct catalog_named *ret, size_t max, size_t *ret_n)
{
	struct connection *c = &txn->catalog->writer;
	_cleanup_statement_ sqlite3_stmt *s = c->statements[VARIANTS_ANY];

	sqlite3_bind_int64(s, 1, (sqlite3_int64)max);
	return catalog_read_all_named(c, s, ret, max, ret_n);
}

int catalog_txn_forget_sources(struct catalog_txn *txn, uint64_t max, uint64_t *ret_n)
{
	struct connection *c = &txn->catalog->writer;
	_cleanup_statement_ sqlite3_stmt *s = c->statements[SOURCES_FORGET];
	int r;

	sqlite3_bind_int64(s, 1, (sqlite3_int64)max);
	r = catalog_run(c, s);
	if (r == 0)
		*ret_n = (uint64_t)sqlite3_changes64(c->db);
	return r;
}
