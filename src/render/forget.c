/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "render/job.h"

/* CACHE_E_MISS for what is never read, and so has no failure that is remembered. */
static int content_of(struct render *render, int source_fd, struct hash128 *ret)
{
	struct cache *cache = render->options.cache;
	struct stamp stamp;
	uint64_t bytes;
	int r = stamp_of_fd(source_fd, &stamp);

	if (r < 0)
		return r;
	if (stamp.size_bytes > render_limits(render).max_source_bytes)
		return CACHE_E_MISS;
	r = cache_content_get(cache, &stamp, ret);
	/* Not remembered: the stamp did not vouch for it, or the row made room for others. */
	if (r != 0)
		r = hash128_of_fd(cache_secret(cache), source_fd, ret, &bytes);
	return r;
}

int render_drop(struct render *render, int source_fd, const struct view *view,
	struct cache_cleared *cleared)
{
	struct cache *cache = render->options.cache;
	char text[VIEW_IDENTITY_MAX];
	struct cache_entry entry;
	struct hash128 content, key;
	int r = content_of(render, source_fd, &content);

	if (r != 0)
		return r < 0 ? r : 0;
	if (!view)
		return cache_drop_content(cache, &content, cleared);
	view_identity(view, text);
	key = cache_key(cache, &content, text);
	r = cache_lookup(cache, &key, &entry);
	if (r < 0 || entry.state == CACHE_ABSENT)
		return r;
	r = cache_drop(cache, &key);
	if (r < 0)
		return r;
	cleared->records++;
	if (entry.state == CACHE_PRESENT) {
		cleared->variants++;
		cleared->bytes += entry.size_bytes;
	}
	return 0;
}

int render_forget_failures(struct render *render, int source_fd, const struct view *view,
	void (*each)(void *context, const char *view), void *context)
{
	struct cache *cache = render->options.cache;
	char text[VIEW_IDENTITY_MAX];
	struct hash128 content, key;
	int r = content_of(render, source_fd, &content);

	if (r != 0)
		return r < 0 ? r : 0;
	if (!view)
		return cache_forget_failures(cache, &content, each, context);
	view_identity(view, text);
	key = cache_key(cache, &content, text);
	r = cache_forget_failure(cache, &key);
	if (r == 0) {
		view_print(view, text);
		each(context, text);
	}
	return r < 0 ? r : 0;
}
