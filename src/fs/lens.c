/* SPDX-License-Identifier: MIT */
#include "fs/lens.h"

#include <string.h>
#include <utlist.h>
#include <xxhash.h>

#include "fs/table.h"

static uint64_t hash_identity(
	const struct file_id *folder, uint64_t above, const struct view *view)
{
	struct {
		struct file_id folder;
		uint64_t above;
		struct view view;
	} id;

	memset(&id, 0, sizeof(id));
	id.folder = *folder;
	id.above = above;
	id.view = *view;
	return XXH3_64bits(&id, sizeof(id));
}

/* The two top bits, 10, tell it from any real inode (00 or 01), a snapshot and the control folder
 * (11). A variant has the first of them, too, and 62 bits that are not the same by accident. */
uint64_t lens_ino(const struct file_id *folder, uint64_t above, const struct view *view)
{
	return (hash_identity(folder, above, view) | 1ull << 63) & ~(1ull << 62);
}

uint64_t lens_hash(const struct lens *lens)
{
	return hash_identity(&lens->node.id, lens->above, &lens->view);
}

static struct lens *find_lens_locked(
	struct nodes *nodes, const struct node *folder, uint64_t above, const struct view *view)
{
	struct node *n = nodes_chain_locked(nodes, hash_identity(&folder->id, above, view));

	for (; n; n = n->hash_next) {
		if (n->kind == NODE_LENS && n->parent == folder &&
			node_lens(n)->above == above && view_equal(&node_lens(n)->view, view))
			return node_lens(n);
	}
	return NULL;
}

void lens_leave_locked(struct lens *lens)
{
	DL_DELETE(lens->node.parent->lenses, lens);
}

static struct lens *lens_new_locked(struct nodes *nodes, struct node *folder, uint64_t above,
	const struct view *view, struct watermark *watermark)
{
	struct lens *lens = calloc(1, sizeof(*lens));

	if (!lens || !node_setup(&lens->node, NODE_LENS, S_IFDIR, NULL)) {
		free(lens);
		return NULL;
	}
	lens->node.id = folder->id;
	lens->view = *view;
	lens->watermark = watermark_ref(watermark);
	lens->above = above;
	lens->ino = lens_ino(&folder->id, above, view);
	node_adopt_locked(nodes, &lens->node, folder);
	DL_PREPEND(folder->lenses, lens);
	return lens;
}

struct lens *nodes_enter_lens(struct nodes *nodes, struct node *folder, uint64_t above,
	const struct view *view, struct watermark *watermark)
{
	LOCK_SCOPE(&nodes->lock);
	struct lens *lens = find_lens_locked(nodes, folder, above, view);

	if (!lens)
		lens = lens_new_locked(nodes, folder, above, view, watermark);
	if (lens)
		node_add_lookup_locked(&lens->node);
	return lens;
}

struct lens *nodes_next_lens(struct nodes *nodes, struct node *folder, struct lens *previous)
{
	struct node *dead = NULL;
	struct lens *lens;

	lock_take(&nodes->lock);
	lens = previous ? previous->next : folder->lenses;
	if (lens)
		lens->node.refs++;
	if (previous)
		dead = node_unref_locked(nodes, &previous->node);
	lock_drop(&nodes->lock);
	nodes_free_chain(nodes, dead);
	return lens;
}
