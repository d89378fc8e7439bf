/* SPDX-License-Identifier: MIT
 *
 * Failures as the façade has them: remembered under the key of the variant that could not be
 * made, with cause and life time, and forgotten by the picture.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cache/state.h"
#include "util/cleanup.h"

#define BATCH 32 /* failures of one picture looked at in one go */

static int put_locked(struct cache *cache, const struct hash128 *key,
	const struct catalog_row *row) REQUIRES(cache->publish)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct catalog_row old;
	int r = catalog_begin(cache->catalog, &txn);

	if (r < 0)
		return r;
	r = catalog_txn_get(&txn, key, &old);
	if (r < 0)
		return r;
	/* Someone succeeded meanwhile. */
	if (r == 0 && old.entry.state == CACHE_PRESENT)
		return 0;
	r = catalog_txn_put(&txn, key, row);
	return r == 0 ? catalog_commit(&txn) : r;
}

int cache_put_failure(
	struct cache *cache, const struct hash128 *key, const struct cache_failure *failure)
{
	usec_t now = now_real(), ttl = failure->ttl_usec;
	usec_t ttl_max = (usec_t)INT64_MAX - now;
	struct catalog_row row = {
		.entry = { .state = CACHE_FAILED, .error = failure->error },
		.session = cache->session_number,
		.expires_usec = now + (ttl < ttl_max ? ttl : ttl_max),
		.used_usec = now,
		.content = failure->content,
		.view = failure->view,
	};

	if (failure->error <= 0)
		return -EINVAL;
	snprintf(row.entry.reason, sizeof(row.entry.reason), "%s", failure->reason);
	cache_count_put(cache);
	LOCK_SCOPE(&cache->publish);
	return put_locked(cache, key, &row);
}

/* A use of the encoder that we have, and not of one before it; not over by itself. */
static bool is_current(const struct cache *cache, const struct hash128 *content,
	const struct catalog_failure *failure)
{
	struct hash128 key = cache_key(cache, content, failure->view);

	return hash128_equal(&key, &failure->key) && failure->expires_usec > now_real();
}

static int forget_batch(struct cache *cache, const struct hash128 *content,
	struct catalog_failure *ret, size_t *ret_n)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	int r = catalog_begin(cache->catalog, &txn);

	if (r == 0)
		r = catalog_txn_failures(&txn, content, ret, BATCH, ret_n);
	for (size_t i = 0; r == 0 && i < *ret_n; i++)
		r = catalog_txn_delete(&txn, &ret[i].key);
	return r == 0 ? catalog_commit(&txn) : r;
}

int cache_forget_failure(struct cache *cache, const struct hash128 *key)
{
	LOCK_SCOPE(&cache->publish);
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct catalog_row row;
	int r = catalog_begin(cache->catalog, &txn);

	if (r == 0)
		r = catalog_txn_get(&txn, key, &row);
	if (r == CATALOG_E_NONE || (r == 0 && row.entry.state != CACHE_FAILED))
		return CACHE_E_MISS;
	if (r == 0)
		r = catalog_txn_delete(&txn, key);
	if (r == 0)
		r = catalog_commit(&txn);
	return r == 0 && row.expires_usec <= now_real() ? CACHE_E_MISS : r;
}

int cache_forget_failures(struct cache *cache, const struct hash128 *content,
	void (*each)(void *context, const char *view), void *context)
{
	struct catalog_failure batch[BATCH];
	size_t n = BATCH;
	int r = 0;

	while (r == 0 && n == BATCH) {
		{
			LOCK_SCOPE(&cache->publish);
			r = forget_batch(cache, content, batch, &n);
		}
		for (size_t i = 0; r == 0 && i < n; i++) {
			if (is_current(cache, content, &batch[i]))
				each(context, batch[i].view);
		}
	}
	return r;
}
