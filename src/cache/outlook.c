/* SPDX-License-Identifier: MIT
 *
 * The order of going is not read from the ranks alone, because the two shelves take turns by
 * their sizes: it is evict_choose() that says it, over windows as an eviction has them.
 */
#include "cache/outlook.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cache/catalog_scan.h"
#include "cache/state.h"
#include "util/cleanup.h"

DEFINE_CLEANUP(struct catalog_scan *, catalog_scan_free)

static void show(const struct catalog_named *named, struct cache_variant *ret)
{
	*ret = (struct cache_variant){
		.key = named->key,
		.size_bytes = named->size_bytes,
		.encode_usec = named->encode_usec,
		.used_usec = named->used_usec,
	};
	snprintf(ret->view, sizeof(ret->view), "%s", named->view);
}

/* What is kept comes before what is on probation, whose ranks have an age of their own. */
static int find_top(struct catalog_scan *scan, struct cache_outlook *ret)
{
	static const enum evict_shelf order[] = { EVICT_KEPT, EVICT_PROBATION };
	struct catalog_named named[CACHE_OUTLOOK_MAX];
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(order) && r == 0; i++) {
		size_t n = 0;

		r = catalog_scan_most_valued(
			scan, order[i], named, CACHE_OUTLOOK_MAX - ret->n_top, &n);
		for (size_t j = 0; j < n; j++)
			show(&named[j], &ret->top[ret->n_top++]);
	}
	return r;
}

struct going {
	struct evict_candidate shelves[EVICT_SHELVES][CACHE_OUTLOOK_MAX];
	struct evict_candidate order[EVICT_SHELVES * CACHE_OUTLOOK_MAX];
	size_t n;
};

static int choose(struct cache *cache, struct going *going)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct evict_window windows[EVICT_SHELVES];
	struct evict_clock clock;
	uint64_t bytes;
	int r = catalog_begin(cache->catalog, &txn);

	if (r == 0)
		r = cache_clock(cache, &txn, &clock);
	for (enum evict_shelf shelf = 0; shelf < EVICT_SHELVES && r == 0; shelf++) {
		windows[shelf].items = going->shelves[shelf];
		r = catalog_txn_candidates(&txn, shelf, going->shelves[shelf],
			CACHE_OUTLOOK_MAX, &windows[shelf].n);
	}
	if (r == 0)
		going->n = evict_choose(windows, &clock, UINT64_MAX, going->order, &bytes);
	return r;
}

static int find_next(struct cache *cache, struct catalog_scan *scan, struct cache_outlook *ret)
{
	struct catalog_named named;
	struct going going;
	int r = choose(cache, &going);

	for (size_t i = 0; r == 0 && i < going.n && ret->n_next < CACHE_OUTLOOK_MAX; i++) {
		r = catalog_scan_named(scan, &going.order[i].key, &named);
		if (r == 0)
			show(&named, &ret->next[ret->n_next++]);
		else if (r == CATALOG_E_NONE)
			r = 0;
	}
	return r;
}

int cache_outlook(struct cache *cache, struct cache_outlook *ret)
{
	_cleanup_(catalog_scan_freep) struct catalog_scan *scan = NULL;
	int r = catalog_scan_new(cache->catalog, &scan);

	memset(ret, 0, sizeof(*ret));
	if (r == 0)
		r = catalog_scan_counts(scan, &ret->absent, &ret->sources);
	if (r == 0)
		r = find_top(scan, ret);
	if (r == 0)
		r = find_next(cache, scan, ret);
	cache_stats(cache, &ret->stats);
	return r;
}
