/* SPDX-License-Identifier: MIT
 *
 * Failures by the picture they are of. Their rows are rows of variants, found by key like all
 * others; only who wants them forgotten knows a picture and no key.
 */
#include "cache/catalog.h"

#include "cache/statements.h"

int catalog_txn_name_failure(struct catalog_txn *txn, const struct hash128 *key,
	const struct hash128 *content, const char *view)
{
	struct connection *c = &txn->catalog->writer;
	_cleanup_statement_ sqlite3_stmt *s = c->statements[FAILURE_NAME];

	catalog_bind_hash(s, 1, key);
	catalog_bind_hash(s, 2, content);
	sqlite3_bind_text(s, 3, view, -1, SQLITE_STATIC);
	return catalog_run(c, s);
}

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
