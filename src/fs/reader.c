/* SPDX-License-Identifier: MIT */
#include "fs/reader.h"

#include <string.h>

#include "fs/context.h"

/* After its name has expired: a program that comes every minute is late at times. */
#define IDLE_USEC (10 * USEC_PER_SEC)

void readers_note(struct fs *fs, struct variant *variant)
{
	struct hash128 key;

	if (atomic_exchange(&variant->was_read, true))
		return;
	if (render_key(fs->options.render, &variant->source.stamp, &variant->view, &key) == 0)
		nodes_key_variant(&fs->nodes, variant, &key);
}

/* Those that were asked about in the last round. */
static void judge(struct fs *fs)
{
	struct readers *readers = &fs->readers;

	while (readers->n_probed > 0) {
		struct variant *variant = readers->probed[--readers->n_probed];

		if (nodes_is_known(&fs->nodes, &variant->node))
			render_use(fs->options.render, &variant->source.stamp, &variant->view);
		nodes_unref(&fs->nodes, &variant->node);
	}
}

static void ask(struct fs *fs, struct variant *variant_consume)
{
	struct readers *readers = &fs->readers;
	_cleanup_free_ char *name = NULL;
	const struct node *folder;

	if (!nodes_idle_name(
		    &fs->nodes, variant_consume, now_monotonic() - IDLE_USEC, &folder, &name)) {
		nodes_unref(&fs->nodes, &variant_consume->node);
		return;
	}
	invalidate_name(fs, folder, name);
	readers->probed[readers->n_probed++] = variant_consume;
}

void readers_round(struct fs *fs)
{
	struct hash128 keys[READERS_PROBED_MAX];
	size_t n = 0;

	judge(fs);
	if (render_next_victims(fs->options.render, keys, READERS_PROBED_MAX, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct variant *variant = nodes_find_key(&fs->nodes, &keys[i]);

		if (variant)
			ask(fs, variant);
	}
}
