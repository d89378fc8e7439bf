/* SPDX-License-Identifier: MIT
 *
 * A folder through a view, `holiday@webp/`: the node, and which lenses a folder has.
 *
 * A lens is identified by the mirrored folder that it shows, by the view as it was named, and by
 * the folder that it lies in. The last is why `@webp/holiday/` and `holiday@webp/` are two: the
 * kernel has a folder at one place only, and would move it to and fro between two paths
 * (d_splice_alias), which fails under contention. All spellings of a view are one lens.
 *
 * It has nothing of its own. Its entries are those of the folder: pictures are the same variants
 * as beside the picture, other files the same mirrored nodes (one more link of the file, as it
 * were), folders lenses again. So all that a change of the source asks for is that the names are
 * taken back in the lenses of its folder, too.
 */
#ifndef FS_LENS_H
#define FS_LENS_H

#include "fs/node.h"

struct lens {
	struct node node; /* its parent is the folder that it shows */
	/* fixed */
	struct view view;            /* as it was named, not resolved */
	struct watermark *watermark; /* owns a ref: of that view; NULL: none */
	uint64_t above; /* the st_ino of the folder it lies in; 0: it is the mount's root */
	uint64_t ino;

	/* protected by the table's lock: the others of its folder, see node.lenses */
	struct lens *prev, *next;
};

/* Finds or makes the lens and adds a lookup of the kernel's. NULL: no memory. */
struct lens *nodes_enter_lens(struct nodes *nodes, struct node *folder, uint64_t above,
	const struct view *view, struct watermark *watermark);

/* The lens of `folder` that comes after `previous` (NULL: the first), with a reference for the
 * caller, in exchange for that of `previous`; NULL at the end. New ones stand before the first. */
struct lens *nodes_next_lens(struct nodes *nodes, struct node *folder, struct lens *previous);

/* The number that such a lens has. */
uint64_t lens_ino(const struct file_id *folder, uint64_t above, const struct view *view);

/* For the table. */
uint64_t lens_hash(const struct lens *lens);
void lens_leave_locked(struct lens *lens);

/* The mirrored folder that `node`, a lens or itself one, shows. Borrowed from the node. */
static inline struct node *node_folder(struct node *node)
{
	return node->kind == NODE_LENS ? node->parent : node;
}

#endif
