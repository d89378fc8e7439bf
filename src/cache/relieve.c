/* SPDX-License-Identifier: MIT */
#include "cache/relieve.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/vfs.h>

#include "cache/blob.h"
#include "cache/evict.h"
#include "cache/state.h"
#include "util/cleanup.h"

/* An empty one may go on keeping the little that is asked for at such a time. */
#define HAD_MIN ((uint64_t)4 << 20)

bool cache_is_in_memory(const struct cache *cache)
{
	struct statfs fs;

	return fstatfs(cache->folder.fd, &fs) == 0 &&
	       (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

static void set_hold(struct cache *cache, unsigned percent)
{
	LOCK_SCOPE(&cache->lock);

	if (percent >= 100) {
		cache->held_bytes = UINT64_MAX;
		return;
	}
	if (cache->held_bytes == UINT64_MAX)
		cache->had_bytes = cache->budget.present_bytes > HAD_MIN
		                           ? cache->budget.present_bytes
		                           : HAD_MIN;
	cache->held_bytes =
		cache->had_bytes / 100 * percent + cache->had_bytes % 100 * percent / 100;
}

int cache_hold(struct cache *cache, unsigned percent)
{
	LOCK_SCOPE(&cache->publish);

	set_hold(cache, percent);
	return cache_apply_limit_locked(cache);
}

static int lowest_of(struct cache *cache, enum evict_shelf shelf,
	struct evict_candidate *candidates, size_t *ret_n)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	int r = catalog_begin(cache->catalog, &txn);

	return r == 0 ? catalog_txn_candidates(&txn, shelf, candidates, CACHE_GIVE_BLOBS, ret_n)
	              : r;
}

static bool drop_pages(struct cache *cache, const struct hash128 *key)
{
	_cleanup_close_ int fd = -1;
	uint64_t size_bytes;

	return blob_open(cache->folder.fd, key, &fd, &size_bytes) == 0 &&
	       posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0;
}

/* What lies in memory anyway has no page cache beside it. */
static int drop_lowest_pages(struct cache *cache, struct cache_given *ret)
{
	_cleanup_free_ struct evict_candidate *candidates =
		calloc(CACHE_GIVE_BLOBS, sizeof(*candidates));
	int r = 0;

	if (!candidates)
		return -ENOMEM;
	for (enum evict_shelf shelf = 0; shelf < EVICT_SHELVES && r == 0; shelf++) {
		size_t n = 0;

		r = lowest_of(cache, shelf, candidates, &n);
		for (size_t i = 0; i < n && r == 0; i++)
			ret->blobs += drop_pages(cache, &candidates[i].key);
	}
	return r;
}

int cache_give_back(struct cache *cache, struct cache_given *ret)
{
	ret->sqlite_bytes += catalog_give_back(cache->catalog);
	return cache_is_in_memory(cache) ? 0 : drop_lowest_pages(cache, ret);
}
