/* SPDX-License-Identifier: MIT */
#include "control/relief.h"

#include <malloc.h>
#include <string.h>

#include "cache/relieve.h"
#include "util/log.h"

static void limit_encoders(struct control *control, const struct measures *measures)
{
	const struct pool_limits limits = {
		.encode = measures->encode,
		.prefetch = measures->speculate,
		.search = measures->search,
		.keep_idle = measures->keep_idle,
		.encoders = measures->encoders_max,
		.memory_percent = measures->memory_percent,
	};

	pool_limit(control->pool, &limits);
}

void relief_init(struct relief *relief)
{
	*relief = (struct relief){ .given = { 0 } };
	lock_init(&relief->lock);
}

void relief_done(struct relief *relief)
{
	lock_done(&relief->lock);
}

void relief_figures(struct relief *relief, struct relief_figures *ret)
{
	LOCK_SCOPE(&relief->lock);

	*ret = relief->given;
}

/* Evicting from a disk gives no memory back; from a folder in memory it is what counts most. */
static void hold_cache(struct control *control, const struct measures *measures)
{
	struct cache_stats before, after;
	int r;

	if (!cache_is_in_memory(control->cache))
		return;
	cache_stats(control->cache, &before);
	r = cache_hold(control->cache, measures->cache_percent);
	if (r < 0)
		log_debug("cache: cannot be held: %s", strerror(-r));
	cache_stats(control->cache, &after);
	LOCK_SCOPE(&control->relief.lock);
	control->relief.given.evictions += after.evictions - before.evictions;
	control->relief.given.evicted_bytes += after.evicted_bytes - before.evicted_bytes;
}

static void give_back(struct control *control)
{
	struct cache_given given = { 0 };
	int r = cache_give_back(control->cache, &given);

	if (r < 0)
		log_debug("cache: cannot give back: %s", strerror(-r));
	malloc_trim(0);
	LOCK_SCOPE(&control->relief.lock);
	control->relief.given.sqlite_bytes += given.sqlite_bytes;
	control->relief.given.blobs += given.blobs;
}

void relief_act(void *context, enum pressure_level level, bool changed)
{
	struct control *control = context;
	const struct measures *measures = measures_of(level);

	if (!changed)
		return;
	limit_encoders(control, measures);
	hold_cache(control, measures);
	if (measures->give_back)
		give_back(control);
}
