/* SPDX-License-Identifier: MIT
 *
 * What a cache needs every few seconds, on a thread that may wait: uses written down, rows kept
 * to their number, room that others took on the disk given up, trouble told of and looked at.
 */
#include <errno.h>
#include <string.h>

#include "cache/state.h"
#include "util/cleanup.h"

/* How many rows may be written until the next round counts: the bounds may be exceeded by so
 * many, and counting a million takes some 10 ms. */
#define TRIM_EVERY 4096

static bool is_trim_due(struct cache *cache)
{
	uint64_t every = cache->rows_max < TRIM_EVERY ? cache->rows_max : TRIM_EVERY;
	LOCK_SCOPE(&cache->lock);
	bool due = !cache->trimmed || cache->puts >= every;

	if (due) {
		cache->puts = 0;
		cache->trimmed = true;
	}
	return due;
}

int cache_flush(struct cache *cache)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	bool trim = is_trim_due(cache);
	int r;

	if (catalog_is_damaged(cache->catalog))
		cache_note_damage(cache);
	if (!trim && uses_are_none(&cache->uses))
		return 0;
	r = catalog_begin(cache->catalog, &txn);
	if (r == 0)
		r = cache_write_uses(cache, &txn);
	if (r == 0 && trim)
		r = catalog_txn_trim(&txn, cache->rows_max, cache->rows_max);
	return r == 0 ? catalog_commit(&txn) : r;
}

static void tell(struct cache *cache, int error, usec_t lasted_usec)
{
	if (cache->on_trouble)
		cache->on_trouble(cache->context, error, lasted_usec);
}

static void tell_of_trouble(struct cache *cache)
{
	int error;

	/* Nobody has to write to find out that it would be in vain. */
	if (!trouble_error(&cache->trouble) && cache_is_moved(cache))
		trouble_note(&cache->trouble, -ENOENT);
	if (trouble_tell(&cache->trouble, &error))
		tell(cache, error, 0);
}

/* True when there is no trouble, or no more. */
static bool look_after_trouble(struct cache *cache)
{
	usec_t lasted;
	int r;

	if (!trouble_error(&cache->trouble))
		return true;
	if (!trouble_is_due(&cache->trouble))
		return false;
	{
		LOCK_SCOPE(&cache->publish);
		r = cache_revive_locked(cache);
		if (r == 0)
			r = cache_clear_room_locked(cache, 0);
	}
	/* Over the bound by what is promised or open still is no trouble of the disk's. */
	if (r < 0 || r == CACHE_ROOM_E_DISK) {
		trouble_postpone(&cache->trouble);
		return false;
	}
	lasted = trouble_end(&cache->trouble);
	if (lasted > 0)
		tell(cache, 0, lasted);
	return true;
}

static void make_room(struct cache *cache)
{
	LOCK_SCOPE(&cache->publish);
	int r;

	cache_close_gone_locked(cache, false);
	r = cache_clear_room_locked(cache, 0);
	if (r == CACHE_ROOM_E_DISK)
		trouble_note(&cache->trouble, -ENOSPC);
}

int cache_tick(struct cache *cache)
{
	tell_of_trouble(cache);
	if (!look_after_trouble(cache)) {
		LOCK_SCOPE(&cache->publish);
		cache_close_gone_locked(cache, false);
		return 0;
	}
	make_room(cache);
	return cache_flush(cache);
}
