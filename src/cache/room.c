/* SPDX-License-Identifier: MIT
 *
 * Room for what comes: under the bound, and on the disk above what is to be kept free of it.
 * Room is made by eviction before bytes are written, and promised to one blob until that is
 * published or given up; what was promised by an estimate is corrected then. So the bound holds
 * while encoders write, whatever becomes of them.
 *
 * A blob that is evicted while it is open stays on the disk until it is closed, and so is counted
 * until then. Who keeps descriptors (the cache of them in fs) is asked to let some go: those of
 * evicted blobs may keep one part in LINGER_PARTS of the bound, none when room is short even so.
 */
#include <errno.h>

#include "cache/state.h"

#define LINGER_PARTS 16
/* A disk that has no room for so much is full. */
#define SMALL_BYTES ((uint64_t)64 * 1024)
/* Of eviction: what was open when it went gave no room yet. */
#define ROUNDS_MAX 4

void cache_room_done(struct room *room)
{
	if (!room->cache)
		return;
	LOCK_SCOPE(&room->cache->lock);
	charge_done(&room->charge);
	room->cache = NULL;
}

void cache_room_keep(struct room *room)
{
	LOCK_SCOPE(&room->cache->lock);
	charge_keep(&room->charge);
	room->cache = NULL;
}

void cache_close_gone_locked(struct cache *cache, bool all)
{
	uint64_t limit_bytes, bytes;

	if (!cache->keeper.trim)
		return;
	{
		LOCK_SCOPE(&cache->lock);
		limit_bytes = cache->budget.limit_bytes;
	}
	bytes = cache->keeper.trim(cache->keeper.context, all ? 0 : limit_bytes / LINGER_PARTS);
	LOCK_SCOPE(&cache->lock);
	cache->budget.lingering_bytes = bytes;
}

/* How many bytes of blobs the inodes that are missing would be. */
static uint64_t bytes_of_inodes(const struct budget *budget, uint64_t inodes)
{
	if (inodes == 0 || budget->entries == 0)
		return 0;
	if (inodes >= budget->entries)
		return budget->present_bytes;
	return budget->present_bytes / budget->entries * inodes + 1;
}

/* What is reserved will be written by others. */
static uint64_t missing_on_disk(
	struct cache *cache, const struct budget *budget, uint64_t incoming, bool *ret_full)
{
	struct disk_space space;
	uint64_t bytes, inodes;

	*ret_full = false;
	if (disk_read(cache->folder.fd, &space) < 0)
		return 0; /* who writes will see */
	bytes = disk_missing_bytes(&space, &cache->floor, budget->reserved_bytes + incoming);
	inodes = disk_missing_inodes(&space, &cache->floor, incoming > 0);
	*ret_full = bytes > 0 || inodes > 0;
	bytes = disk_debt_deduct(&cache->debt, bytes, now_monotonic());
	if (bytes < bytes_of_inodes(budget, inodes))
		bytes = bytes_of_inodes(budget, inodes);
	return bytes < budget->present_bytes ? bytes : budget->present_bytes;
}

struct shortage {
	uint64_t bytes; /* to evict */
	bool over;      /* over the bound */
	bool full;      /* the disk is */
	bool lingering; /* blobs that are gone take some of it */
};

static struct shortage shortage_of(struct cache *cache, uint64_t incoming)
	REQUIRES(cache->publish)
{
	struct shortage s = { 0 };
	struct budget budget;
	uint64_t on_disk, used;

	{
		LOCK_SCOPE(&cache->lock);
		budget = cache->budget;
	}
	on_disk = missing_on_disk(cache, &budget, incoming, &s.full);
	s.bytes = budget_excess(&budget, incoming);
	used = budget.present_bytes + budget.reserved_bytes + budget.lingering_bytes;
	s.over = used > budget.limit_bytes || incoming > budget.limit_bytes - used;
	s.lingering = budget.lingering_bytes > 0;
	if (s.bytes < on_disk)
		s.bytes = on_disk;
	return s;
}

static int evict_locked(struct cache *cache, uint64_t bytes) REQUIRES(cache->publish)
{
	struct disk_space before = { 0 }, after = { 0 };
	uint64_t present;
	int r;

	disk_read(cache->folder.fd, &before);
	{
		LOCK_SCOPE(&cache->lock);
		present = cache->budget.present_bytes;
	}
	r = cache_shrink_locked(cache, bytes);
	if (r < 0)
		return r;
	cache_close_gone_locked(cache, false);
	disk_read(cache->folder.fd, &after);
	LOCK_SCOPE(&cache->lock);
	present -= cache->budget.present_bytes;
	if (present > cache->budget.lingering_bytes)
		disk_debt_note(&cache->debt, &before, &after,
			present - cache->budget.lingering_bytes, now_monotonic());
	return 0;
}

int cache_clear_room_locked(struct cache *cache, uint64_t incoming)
{
	struct shortage s;
	int r = 0;

	for (unsigned round = 0; round < ROUNDS_MAX && r == 0; round++) {
		s = shortage_of(cache, incoming);
		if (!s.over && !s.full)
			return 0;
		if (s.lingering && (round == ROUNDS_MAX - 1 || s.full)) {
			cache_close_gone_locked(cache, true);
			s = shortage_of(cache, incoming);
		}
		if (s.bytes > 0)
			r = evict_locked(cache, s.bytes);
	}
	if (r < 0)
		return r;
	s = shortage_of(cache, incoming);
	if (!s.full)
		return s.over ? CACHE_ROOM_E_BOUND : 0;
	/* Full for this one, or for any? */
	if (incoming > SMALL_BYTES)
		s = shortage_of(cache, SMALL_BYTES);
	return s.full ? CACHE_ROOM_E_DISK : CACHE_ROOM_E_BOUND;
}

static bool is_oversized(struct cache *cache, uint64_t bytes)
{
	LOCK_SCOPE(&cache->lock);
	return bytes > cache->budget.limit_bytes;
}

int cache_room_take_locked(struct cache *cache, uint64_t bytes, struct room *ret)
{
	int r;

	/* Bytes that could never fit evict nothing. */
	if (is_oversized(cache, bytes))
		return CACHE_ROOM_E_BOUND;
	r = cache_clear_room_locked(cache, bytes);
	if (r != 0)
		return r;
	LOCK_SCOPE(&cache->lock);
	if (budget_reserve(&cache->budget, bytes, &ret->charge) != 0)
		return CACHE_ROOM_E_BOUND;
	ret->cache = cache;
	return 0;
}

static bool is_over(struct cache *cache)
{
	LOCK_SCOPE(&cache->lock);
	return budget_excess(&cache->budget, 0) > 0 ||
	       cache->budget.reserved_bytes > cache->budget.limit_bytes;
}

static int resize(struct room *room, uint64_t bytes)
{
	LOCK_SCOPE(&room->cache->lock);
	return charge_resize(&room->charge, bytes) == 0 ? 0 : CACHE_ROOM_E_BOUND;
}

int cache_room_resize_locked(struct cache *cache, struct room *room, uint64_t bytes)
{
	uint64_t has = room->charge.bytes;
	int r = 0;

	if (is_oversized(cache, bytes))
		return CACHE_ROOM_E_BOUND;
	if (bytes > has)
		r = cache_clear_room_locked(cache, bytes - has);
	if (r == 0)
		r = resize(room, bytes);
	/* The bound was lowered meanwhile. */
	if (r == 0 && is_over(cache))
		r = cache_clear_room_locked(cache, 0);
	return r;
}

int cache_apply_limit_locked(struct cache *cache)
{
	int r;

	{
		LOCK_SCOPE(&cache->lock);
		cache->budget.limit_bytes = cache->held_bytes < cache->asked_bytes
		                                    ? cache->held_bytes
		                                    : cache->asked_bytes;
	}
	r = cache_clear_room_locked(cache, 0);
	/* What is left is not ours to evict: encoders write it, or others filled the disk. */
	return r < 0 ? r : 0;
}

int cache_set_limit(struct cache *cache, uint64_t limit_bytes)
{
	LOCK_SCOPE(&cache->publish);

	if (limit_bytes == 0)
		return -EINVAL;
	{
		LOCK_SCOPE(&cache->lock);
		cache->asked_bytes = limit_bytes;
	}
	return cache_apply_limit_locked(cache);
}

int cache_set_floor(struct cache *cache, const struct disk_floor *floor)
{
	LOCK_SCOPE(&cache->publish);
	int r;

	if (floor->percent > 99)
		return -EINVAL;
	{
		LOCK_SCOPE(&cache->lock);
		cache->floor = *floor;
	}
	r = cache_clear_room_locked(cache, 0);
	return r < 0 ? r : 0;
}

void cache_set_keeper(struct cache *cache, const struct cache_keeper *keeper)
{
	LOCK_SCOPE(&cache->publish);
	if (keeper)
		cache->keeper = *keeper;
	else
		cache->keeper = (struct cache_keeper){ 0 };
}
