/* SPDX-License-Identifier: MIT */
#include "control/apply.h"

#include <stdio.h>
#include <string.h>

#include "control/control.h"
#include "util/log.h"

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

	render_limit(control->render, &(struct render_limits){
					      .max_pixels = settings->max_pixels,
					      .max_frames = settings->max_frames,
					      .max_source_bytes = settings->max_source_bytes,
				      });
	apply_cache(control->cache, &old->settings, settings);
	fs_config_changed(control->fs);
}
