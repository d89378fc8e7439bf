/* SPDX-License-Identifier: MIT
 *
 * Batches, each a transaction and then its files, as in shrink.c: who publishes meanwhile waits
 * for one of them.
 */
#include "cache/clear.h"

#include <errno.h>
#include <string.h>

#include "cache/state.h"
#include "util/cleanup.h"

#define BATCH         256
#define SOURCES_BATCH 1024

struct batch {
	struct catalog_named rows[BATCH];
	size_t n;
};

static int find(struct catalog_txn *txn, const struct hash128 *content, struct batch *batch)
{
	if (content)
		return catalog_txn_of_content(txn, content, batch->rows, BATCH, &batch->n);
	return catalog_txn_any(txn, batch->rows, BATCH, &batch->n);
}

static int forget_rows(struct cache *cache, const struct hash128 *content, struct batch *batch)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	int r = catalog_begin(cache->catalog, &txn);

	if (r == 0)
		r = find(&txn, content, batch);
	for (size_t i = 0; i < batch->n && r == 0; i++)
		r = catalog_txn_delete(&txn, &batch->rows[i].key);
	return r == 0 ? catalog_commit(&txn) : r;
}

static void account(
	struct cache *cache, const struct batch *batch, struct cache_cleared *cleared)
{
	LOCK_SCOPE(&cache->lock);
	for (size_t i = 0; i < batch->n; i++) {
		const struct catalog_named *row = &batch->rows[i];

		cleared->records++;
		if (row->state != CACHE_PRESENT)
			continue;
		budget_release(&cache->budget, row->size_bytes);
		cleared->variants++;
		cleared->bytes += row->size_bytes;
	}
}

static int forget_batch(struct cache *cache, const struct hash128 *content, struct batch *batch,
	struct cache_cleared *cleared)
{
	int r;

	batch->n = 0;
	LOCK_SCOPE(&cache->publish);
	r = forget_rows(cache, content, batch);
	if (r < 0)
		return r;
	for (size_t i = 0; i < batch->n; i++)
		if (batch->rows[i].state == CACHE_PRESENT)
			cache_remove_blob(cache, &batch->rows[i].key);
	account(cache, batch, cleared);
	return 0;
}

static int forget_sources(struct cache *cache, uint64_t *ret_n)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	int r = catalog_begin(cache->catalog, &txn);

	if (r == 0)
		r = catalog_txn_forget_sources(&txn, SOURCES_BATCH, ret_n);
	return r == 0 ? catalog_commit(&txn) : r;
}

int cache_clear_step(struct cache *cache, struct cache_cleared *cleared)
{
	_cleanup_free_ struct batch *batch = malloc(sizeof(*batch));
	uint64_t sources = 0;
	int r;

	if (!batch)
		return -ENOMEM;
	r = forget_batch(cache, NULL, batch, cleared);
	if (r < 0 || batch->n > 0)
		return r;
	r = forget_sources(cache, &sources);
	cleared->records += sources;
	return r == 0 && sources == 0 ? CACHE_CLEAR_E_DONE : r;
}

int cache_drop_content(
	struct cache *cache, const struct hash128 *content, struct cache_cleared *cleared)
{
	_cleanup_free_ struct batch *batch = malloc(sizeof(*batch));
	int r = 0;

	if (!batch)
		return -ENOMEM;
	do
		r = forget_batch(cache, content, batch, cleared);
	while (r == 0 && batch->n == BATCH);
	return r;
}
