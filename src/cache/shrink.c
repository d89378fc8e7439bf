/* SPDX-License-Identifier: MIT
 *
 * How blobs leave. Rows first, in one transaction; then files; then the budget. Wherever this
 * is cut off:
 *
 *   - before the transaction is durable (a power loss may take it although files are gone):
 *     rows say PRESENT. A file still there is what its row says; one that is gone is a row
 *     without a file, which cache_open() turns into EVICTED and never serves.
 *   - after it, before all files are gone: files without a PRESENT row. The stop was unclean,
 *     so the next start removes them (recover.c) before it serves anything.
 *   - after that nothing is left to do but arithmetic, which starts from the catalog anyway.
 *
 * At no point do rows' sizes sum to less than the files that a running daemon accounts for, so
 * the bound holds throughout. The other order, files first, is as safe but lets a lookup answer
 * PRESENT for bytes that are gone; it is taken only where a full disk refuses the transaction,
 * because it makes the room that the transaction needs.
 */
#include <errno.h>
#include <stdlib.h>

#include "cache/blob.h"
#include "cache/evict.h"
#include "cache/state.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Candidates read at a time from each shelf: few at first, as most publications need the room of
 * one or two. */
#define WINDOW_MIN 8
#define WINDOW_MAX 256
/* Victims of one transaction at most, by and large: what a kill leaves undone is bounded, files
 * that no row names any more among it, and so is the log that the transaction writes. */
#define ROUND_MAX 256

struct victims {
	struct evict_candidate *items; /* owned */
	size_t n, allocated;
};

static void victims_done(struct victims *victims)
{
	free(victims->items);
}

static int victims_reserve(struct victims *victims, size_t more)
{
	size_t wanted = victims->n + more;
	struct evict_candidate *items;

	if (wanted <= victims->allocated)
		return 0;
	wanted *= 2;
	items = reallocarray(victims->items, wanted, sizeof(*items));
	if (!items)
		return -ENOMEM;
	victims->items = items;
	victims->allocated = wanted;
	return 0;
}

void cache_count_put(struct cache *cache)
{
	LOCK_SCOPE(&cache->lock);
	cache->puts++;
}

int cache_clock(struct cache *cache, struct catalog_txn *txn, struct evict_clock *ret)
{
	uint64_t limit_bytes;

	{
		LOCK_SCOPE(&cache->lock);
		limit_bytes = cache->budget.limit_bytes;
	}
	return catalog_txn_clock(txn, limit_bytes, ret);
}

/* A use before the last one is a clock that was set back, and as good as any. */
static bool is_apart(const struct catalog_row *row, const struct use *use)
{
	return use->used_usec < row->used_usec ||
	       use->used_usec - row->used_usec >= EVICT_APART_USEC;
}

static void count_use(
	struct catalog_row *row, const struct use *use, const struct evict_clock *clock)
{
	row->uses = evict_uses(row->uses, row->turned_bytes, clock);
	row->turned_bytes = clock->turned_bytes;
	row->used_usec = use->used_usec;
}

static int write_use(struct cache *cache, struct catalog_txn *txn, const struct use *use,
	const struct evict_clock *clock)
{
	struct catalog_row row;
	bool apart, trust;
	int r = catalog_txn_get(txn, &use->key, &row);

	if (r == CATALOG_E_NONE)
		return 0;
	if (r < 0)
		return r;
	apart = is_apart(&row, use);
	trust = use->verified && row.entry.state == CACHE_PRESENT &&
	        row.session != cache->session_number;
	if (apart)
		count_use(&row, use, clock);
	if (trust)
		row.session = cache->session_number;
	if (!apart && !trust)
		return 0;
	return catalog_txn_put(txn, &use->key, &row);
}

int cache_write_uses(struct cache *cache, struct catalog_txn *txn)
{
	_cleanup_(use_table_free) struct use *table = uses_take(&cache->uses);
	struct evict_clock clock;
	int r = 0;

	if (table)
		r = cache_clock(cache, txn, &clock);
	for (const struct use *use = table; use && r == 0; use = use->hh.next)
		r = write_use(cache, txn, use, &clock);
	return r;
}

static int mark(struct catalog_txn *txn, const struct victims *victims, size_t first)
{
	int r = 0;

	for (size_t i = first; i < victims->n && r == 0; i++)
		r = catalog_txn_evict(txn, &victims->items[i].key);
	return r;
}

struct windows {
	struct evict_candidate items[EVICT_SHELVES][WINDOW_MAX];
	struct evict_window windows[EVICT_SHELVES];
};

static int windows_fill(struct catalog_txn *txn, size_t size, struct windows *w)
{
	int r = 0;

	for (enum evict_shelf shelf = 0; shelf < EVICT_SHELVES && r == 0; shelf++) {
		w->windows[shelf].items = w->items[shelf];
		r = catalog_txn_candidates(
			txn, shelf, w->items[shelf], size, &w->windows[shelf].n);
	}
	return r;
}

static int choose_and_mark(struct catalog_txn *txn, struct evict_clock *clock, uint64_t bytes,
	struct victims *victims)
{
	struct windows w;

	for (size_t size = WINDOW_MIN; bytes > 0 && victims->n < ROUND_MAX;
		size = size < WINDOW_MAX ? 2 * size : size) {
		size_t first = victims->n;
		uint64_t freed;
		int r = victims_reserve(victims, EVICT_SHELVES * size);

		if (r == 0)
			r = windows_fill(txn, size, &w);
		if (r < 0)
			return r;
		victims->n +=
			evict_choose(w.windows, clock, bytes, victims->items + first, &freed);
		if (victims->n == first)
			break;
		bytes -= freed < bytes ? freed : bytes;
		r = mark(txn, victims, first);
		if (r < 0)
			return r;
	}
	return catalog_txn_set_clock(txn, clock);
}

static int choose(struct cache *cache, uint64_t bytes, struct victims *victims)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct evict_clock clock;
	int r = catalog_begin(cache->catalog, &txn);

	if (r == 0)
		r = cache_write_uses(cache, &txn);
	if (r == 0)
		r = cache_clock(cache, &txn, &clock);
	if (r == 0)
		r = choose_and_mark(&txn, &clock, bytes, victims);
	return r == 0 ? catalog_commit(&txn) : r;
}

static int mark_again(struct cache *cache, const struct victims *victims)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	int r = catalog_begin(cache->catalog, &txn);

	if (r == 0)
		r = mark(&txn, victims, 0);
	return r == 0 ? catalog_commit(&txn) : r;
}

void cache_remove_blob(struct cache *cache, const struct hash128 *key)
{
	int r = blob_remove(cache->folder.fd, key);

	if (r == 0)
		return;
	LOCK_SCOPE(&cache->lock);
	cache->untidy = true;
}

static void remove_files(struct cache *cache, const struct victims *victims)
{
	for (size_t i = 0; i < victims->n; i++)
		cache_remove_blob(cache, &victims->items[i].key);
}

/* Returns their bytes. */
static uint64_t account(struct cache *cache, const struct victims *victims)
{
	uint64_t bytes = 0;

	LOCK_SCOPE(&cache->lock);
	for (size_t i = 0; i < victims->n; i++) {
		budget_release(&cache->budget, victims->items[i].size_bytes);
		bytes += victims->items[i].size_bytes;
	}
	cache->counters.evicted_bytes += bytes;
	cache->counters.evictions += victims->n;
	cache->puts += (unsigned)victims->n;
	return bytes;
}

/* One transaction and its files. */
static int shrink_some_locked(struct cache *cache, uint64_t bytes, uint64_t *ret_bytes)
	REQUIRES(cache->publish)
{
	_cleanup_(victims_done) struct victims victims = { 0 };
	int r = choose(cache, bytes, &victims);

	if (r == -ENOSPC || r == -EDQUOT) {
		remove_files(cache, &victims);
		r = mark_again(cache, &victims);
	}
	if (r < 0) {
		log_debug("cache: cannot evict: %s", strerror(-r));
		return r;
	}
	remove_files(cache, &victims);
	*ret_bytes = account(cache, &victims);
	return 0;
}

int cache_shrink_locked(struct cache *cache, uint64_t bytes)
{
	uint64_t freed = 1;
	int r = 0;

	while (bytes > 0 && freed > 0 && r == 0) {
		r = shrink_some_locked(cache, bytes, &freed);
		if (r == 0)
			bytes -= freed < bytes ? freed : bytes;
	}
	return r;
}

int cache_retire_locked(struct cache *cache, const struct hash128 *key,
	const struct catalog_row *row, bool forget)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	int r = catalog_begin(cache->catalog, &txn);

	if (r == 0)
		r = forget ? catalog_txn_delete(&txn, key) : catalog_txn_evict(&txn, key);
	if (r == 0)
		r = catalog_commit(&txn);
	if (r < 0)
		return r;
	cache_remove_blob(cache, key);
	LOCK_SCOPE(&cache->lock);
	budget_release(&cache->budget, row->entry.size_bytes);
	cache->puts++;
	return 0;
}

/* An eighth of the bound is a while. */
static bool is_nearly_full(struct cache *cache)
{
	LOCK_SCOPE(&cache->lock);
	return budget_excess(&cache->budget, cache->budget.limit_bytes / 8) > 0;
}

int cache_next_victims(struct cache *cache, struct hash128 *ret, size_t max, size_t *ret_n)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	size_t each = max / EVICT_SHELVES < WINDOW_MAX ? max / EVICT_SHELVES : WINDOW_MAX;
	struct windows w;
	int r;

	*ret_n = 0;
	if (trouble_error(&cache->trouble) || !is_nearly_full(cache))
		return 0;
	r = catalog_begin(cache->catalog, &txn);
	if (r == 0)
		r = windows_fill(&txn, each, &w);
	if (r < 0)
		return r;
	for (size_t shelf = 0; shelf < EVICT_SHELVES; shelf++)
		for (size_t i = 0; i < w.windows[shelf].n; i++)
			ret[(*ret_n)++] = w.windows[shelf].items[i].key;
	return 0;
}
