/* SPDX-License-Identifier: MIT */
#include "fs/miss.h"

#include <stdlib.h>

struct miss {
	struct render_waiter waiter;
	struct fs *fs;           /* borrowed */
	struct variant *variant; /* owns a ref */
};

/* Nobody is told: who asks again finds it, or a failure that is remembered. */
static void on_done(struct render_waiter *waiter, const struct render_result *result)
{
	struct miss *miss = container_of(waiter, struct miss, waiter);
	struct fs *fs = miss->fs;

	(void)result;
	nodes_unref(&fs->nodes, &miss->variant->node);
	free(miss);
	fs->misses--;
}

static void encode_behind(struct fs *fs, struct variant *variant)
{
	struct miss *miss = NULL;

	if (fs->misses++ < MISSES_MAX)
		miss = malloc(sizeof(*miss));
	if (!miss) {
		fs->misses--;
		return;
	}
	*miss = (struct miss){ .waiter = { .done = on_done }, .fs = fs, .variant = variant };
	nodes_ref(&fs->nodes, &variant->node);
	render_get(fs->options.render, &variant->source, &variant->view, &miss->waiter);
}

bool miss_ask(struct fs *fs, struct variant *variant)
{
	const struct stamp *stamp = &variant->source.stamp;
	struct render *render = fs->options.render;
	struct cache_entry known;

	if (render_peek(render, stamp, &variant->view, &known) < 0)
		known.state = CACHE_ABSENT;
	if (known.state == CACHE_PRESENT)
		return true;
	/* While memory is critical it would only fail, and that be logged. */
	if (known.state != CACHE_FAILED && render_encodes(render) &&
		!render_is_busy(render, stamp, &variant->view))
		encode_behind(fs, variant);
	return false;
}
