/* SPDX-License-Identifier: MIT */
#include "control/apply.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "control/control.h"
#include "util/log.h"
#include "util/machine.h"

/* A quarter of what there is. Where that is less than an ordinary photograph takes, up to three
 * quarters, or nothing could be encoded there at all: encode/headroom.h sees to it that no more
 * is taken than can be had. */
static uint64_t encode_memory_default(void)
{
	const uint64_t enough = UINT64_C(512) << 20;
	uint64_t total = machine_memory("");

	if (!total)
		return enough;
	if (total / 4 >= enough)
		return total / 4;
	return total / 4 * 3 < enough ? total / 4 * 3 : enough;
}

struct pool_bounds apply_bounds(const struct settings *settings)
{
	uint64_t memory = settings->encode_memory_bytes;

	return (struct pool_bounds){
		.workers = settings->workers ? (unsigned)settings->workers
		                             : (unsigned)get_nprocs(),
		.memory_bytes = memory ? memory : encode_memory_default(),
		.deadline_usec = settings->deadline_usec,
	};
}

struct render_limits apply_limits(const struct settings *settings)
{
	return (struct render_limits){
		.max_pixels = settings->max_pixels,
		.max_frames = settings->max_frames,
		.max_source_bytes = settings->max_source_bytes,
		.max_ahead = 2 * apply_bounds(settings).workers,
	};
}

static void apply_cache(
	struct cache *cache, const struct settings *old, const struct settings *now)
{
	struct disk_floor floor = { now->cache_free.bytes, now->cache_free.percent };
	int r = 0;

	if (old->cache_size_bytes != now->cache_size_bytes)
		r = cache_set_limit(cache, now->cache_size_bytes);
	if (r == 0 && (old->cache_free.bytes != now->cache_free.bytes ||
			      old->cache_free.percent != now->cache_free.percent))
		r = cache_set_floor(cache, &floor);
	/* The bound is set; what is over it goes when the cache can evict again. */
	if (r < 0)
		log_warning("the cache cannot evict now: %s", strerror(-r));
}

int apply_check(void *context, const struct config *now, char reason[CONFIG_REASON_MAX])
{
	struct control *control = context;

	if (now->list.n == 0 || fs_can_list_views(control->fs))
		return 0;
	snprintf(reason, CONFIG_REASON_MAX,
		"'list' needs a new mount, because this one began without a list");
	return CONFIG_E_REFUSED;
}

void apply_config(void *context, const struct config *old, const struct config *now)
{
	struct control *control = context;
	const struct settings *settings = &now->settings;
	struct pool_bounds bounds = apply_bounds(settings);
	struct render_limits limits = apply_limits(settings);

	pool_set_bounds(control->pool, &bounds);
	render_limit(control->render, &limits);
	apply_cache(control->cache, &old->settings, settings);
	fs_config_changed(control->fs);
}
