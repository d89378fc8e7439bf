/* SPDX-License-Identifier: MIT */
#include "fs/node.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "fs/fdcache.h"
#include "fs/lens.h"
#include "fs/table.h"
#include "fs/variant.h"

#define BUCKETS_MIN 1024

static uint64_t hash_mirror(const struct file_id *id)
{
	return XXH3_64bits(id, sizeof(*id));
}

static uint64_t hash_node(const struct node *node)
{
	if (node->kind == NODE_VARIANT)
		return variant_hash((const struct variant *)node);
	if (node->kind == NODE_LENS)
		return lens_hash((const struct lens *)node);
	return hash_mirror(&node->id);
}

/* --- The table --------------------------------------------------------------------------- */

static struct node **bucket_of(struct nodes *nodes, uint64_t hash)
{
	return &nodes->buckets[hash & (nodes->n_buckets - 1)];
}

struct node *nodes_chain_locked(struct nodes *nodes, uint64_t hash)
{
	return *bucket_of(nodes, hash);
}

static void grow_locked(struct nodes *nodes)
{
	size_t n = nodes->n_buckets * 2;
	struct node **old = nodes->buckets, **buckets = calloc(n, sizeof(*buckets));

	if (!buckets)
		return; /* longer chains, not fewer nodes */
	nodes->buckets = buckets;
	for (size_t i = 0; i < nodes->n_buckets; i++) {
		struct node *next;

		for (struct node *node = old[i]; node; node = next) {
			struct node **bucket = &buckets[hash_node(node) & (n - 1)];

			next = node->hash_next;
			node->hash_next = *bucket;
			*bucket = node;
		}
	}
	nodes->n_buckets = n;
	free(old);
}

static void insert_locked(struct nodes *nodes, struct node *node)
{
	struct node **bucket;

	if (nodes->n_nodes >= nodes->n_buckets)
		grow_locked(nodes);
	nodes->generation = (nodes->generation + 1) & INT32_MAX;
	node->generation = nodes->generation;
	bucket = bucket_of(nodes, hash_node(node));
	node->hash_next = *bucket;
	*bucket = node;
	nodes->n_nodes++;
}

static void remove_locked(struct nodes *nodes, struct node *node)
{
	for (struct node **p = bucket_of(nodes, hash_node(node)); *p; p = &(*p)->hash_next) {
		if (*p == node) {
			*p = node->hash_next;
			break;
		}
	}
	nodes->n_nodes--;
	if (node->kind == NODE_VARIANT)
		variant_leave_locked(nodes, node_variant(node));
	if (node->kind == NODE_LENS)
		lens_leave_locked(node_lens(node));
	marks_forget(&nodes->marks, node);
}

/* --- References -------------------------------------------------------------------------- */

static void node_free(struct nodes *nodes, struct node *node)
{
	/* Before the address can be somebody else's. */
	fdcache_drop(nodes->fds, node);
	fdcache_drop(nodes->fds, node_listing_key(node));
	if (node->kind == NODE_SNAPSHOT)
		free(node_snapshot(node)->text);
	if (node->kind == NODE_VARIANT) {
		free(node_variant(node)->said_name);
		watermark_unref(node_variant(node)->source.watermark);
	}
	if (node->kind == NODE_LENS)
		watermark_unref(node_lens(node)->watermark);
	free(node->name);
	free(node);
}

struct node *node_unref_locked(struct nodes *nodes, struct node *node)
{
	struct node *dead = NULL;

	while (node) {
		struct node *parent = node->parent;

		assert(node->refs > 0);
		if (--node->refs > 0)
			break;
		remove_locked(nodes, node);
		node->hash_next = dead;
		dead = node;
		node = parent;
	}
	return dead;
}

void nodes_free_chain(struct nodes *nodes, struct node *dead)
{
	struct node *next;

	for (; dead; dead = next) {
		next = dead->hash_next;
		node_free(nodes, dead);
	}
}

void nodes_ref(struct nodes *nodes, struct node *node)
{
	LOCK_SCOPE(&nodes->lock);

	node->refs++;
}

void nodes_unref(struct nodes *nodes, struct node *node)
{
	struct node *dead;

	lock_take(&nodes->lock);
	dead = node_unref_locked(nodes, node);
	lock_drop(&nodes->lock);
	nodes_free_chain(nodes, dead);
}

void nodes_forget(struct nodes *nodes, struct node *node, uint64_t n)
{
	struct node *dead = NULL;

	lock_take(&nodes->lock);
	assert(node->nlookup >= n);
	node->nlookup -= n;
	if (node->nlookup == 0 && n > 0)
		dead = node_unref_locked(nodes, node);
	lock_drop(&nodes->lock);
	nodes_free_chain(nodes, dead);
}

void node_add_lookup_locked(struct node *node)
{
	if (node->nlookup++ == 0)
		node->refs++;
}

/* --- Entering ---------------------------------------------------------------------------- */

bool node_setup(struct node *node, enum node_kind kind, mode_t mode, const char *name)
{
	node->kind = (uint8_t)kind;
	node->type = (uint8_t)(mode >> 12);
	node->name = name ? strdup(name) : NULL;
	return !name || node->name;
}

void node_adopt_locked(struct nodes *nodes, struct node *node, struct node *parent)
{
	node->parent = parent;
	if (parent)
		parent->refs++;
	insert_locked(nodes, node);
}

static struct node *find_mirror_locked(
	struct nodes *nodes, const struct file_id *id, uint8_t type)
{
	for (struct node *n = *bucket_of(nodes, hash_mirror(id)); n; n = n->hash_next) {
		if (n->kind == NODE_MIRROR && n->type == type && file_id_equal(&n->id, id))
			return n;
	}
	return NULL;
}

static bool is_below_locked(const struct node *node, const struct node *ancestor)
{
	for (; node; node = node->parent) {
		if (node == ancestor)
			return true;
	}
	return false;
}

struct node *node_move_locked(
	struct nodes *nodes, struct node *node, struct node *parent, const char *name)
{
	struct node *old = node->parent, *dead;
	char *copy;

	if (!old || (old == parent && strcmp(node->name, name) == 0))
		return NULL;
	/* Two lookups that race with renames could make a ring of parents. */
	if (is_below_locked(parent, node))
		return NULL;
	copy = strdup(name);
	if (!copy)
		return NULL;
	free(node->name);
	node->name = copy;
	node->parent = parent;
	parent->refs++;
	dead = node_unref_locked(nodes, old);
	return dead;
}

struct node *nodes_find_mirror(struct nodes *nodes, const struct statx *stx)
{
	struct stamp stamp;
	struct node *node;

	stamp_from_statx(stx, &stamp);
	LOCK_SCOPE(&nodes->lock);
	node = find_mirror_locked(nodes, &stamp.id, (uint8_t)(stx->stx_mode >> 12));
	if (node)
		node->refs++;
	return node;
}

void nodes_relocate(
	struct nodes *nodes, struct node *node, struct node *parent, const char *name)
{
	struct node *dead;

	lock_take(&nodes->lock);
	dead = node_move_locked(nodes, node, parent, name);
	lock_drop(&nodes->lock);
	nodes_free_chain(nodes, dead);
}

int nodes_find_all(struct nodes *nodes, struct node ***ret_nodes, size_t *ret_count)
{
	LOCK_SCOPE(&nodes->lock);
	struct node **all = calloc(nodes->n_nodes + 1, sizeof(*all));
	size_t n = 0;

	if (!all)
		return -ENOMEM;
	all[n++] = &nodes->root;
	nodes->root.refs++;
	for (size_t i = 0; i < nodes->n_buckets; i++) {
		for (struct node *node = nodes->buckets[i]; node; node = node->hash_next) {
			if (node->kind != NODE_MIRROR && node->kind != NODE_VARIANT)
				continue;
			node->refs++;
			all[n++] = node;
		}
	}
	*ret_nodes = all;
	*ret_count = n;
	return 0;
}

/* --- Watched folders --------------------------------------------------------------------- */

bool nodes_watch(struct nodes *nodes, struct node *node, int dir_fd)
{
	/* Mostly it was: then without the lock. */
	if (node->watching == NODE_UNVISITED) {
		LOCK_SCOPE(&nodes->lock);

		marks_add(&nodes->marks, node, dir_fd);
	}
	return node->watching == NODE_WATCHED;
}

void nodes_unwatch(struct nodes *nodes, struct node *node)
{
	LOCK_SCOPE(&nodes->lock);

	marks_forget(&nodes->marks, node);
}

struct node *nodes_find_watched(struct nodes *nodes, int wd)
{
	LOCK_SCOPE(&nodes->lock);
	struct node *node = marks_find(&nodes->marks, wd);

	if (node)
		node->refs++;
	return node;
}

/* --- Entering mirrored files and snapshots ------------------------------------------------ */

static struct node *make_mirror_locked(struct nodes *nodes, struct node *parent,
	const char *name, mode_t mode, const struct file_id *id)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node || !node_setup(node, NODE_MIRROR, mode, name)) {
		free(node);
		return NULL;
	}
	node->id = *id;
	node_adopt_locked(nodes, node, parent);
	return node;
}

/* With a lookup of the kernel's, or a reference of the caller's. */
static struct node *obtain_mirror(struct nodes *nodes, struct node *parent, const char *name,
	const struct statx *stx, bool for_kernel)
{
	struct node *node, *dead = NULL;
	struct stamp stamp;

	stamp_from_statx(stx, &stamp);
	lock_take(&nodes->lock);
	node = find_mirror_locked(nodes, &stamp.id, (uint8_t)(stx->stx_mode >> 12));
	if (node)
		dead = node_move_locked(nodes, node, parent, name);
	else
		node = make_mirror_locked(nodes, parent, name, stx->stx_mode, &stamp.id);
	if (node && for_kernel)
		node_add_lookup_locked(node);
	else if (node)
		node->refs++;
	lock_drop(&nodes->lock);
	nodes_free_chain(nodes, dead);
	return node;
}

struct node *nodes_enter_mirror(
	struct nodes *nodes, struct node *parent, const char *name, const struct statx *stx)
{
	return obtain_mirror(nodes, parent, name, stx, true);
}

struct node *nodes_obtain_mirror(
	struct nodes *nodes, struct node *parent, const char *name, const struct statx *stx)
{
	return obtain_mirror(nodes, parent, name, stx, false);
}

struct snapshot *nodes_enter_snapshot(struct nodes *nodes, const char *name, uint32_t mode,
	int looker, char *text_consume, size_t length)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	struct node *dead = NULL;

	if (!snapshot || !node_setup(&snapshot->node, NODE_SNAPSHOT, S_IFREG, name)) {
		free(snapshot);
		free(text_consume);
		return NULL;
	}
	snapshot->mode = mode;
	snapshot->text = text_consume;
	snapshot->length = length;
	snapshot->taken_at = now_real();
	snapshot->looker = looker;
	snapshot->offered_until = now_monotonic() + USEC_PER_SEC;
	lock_take(&nodes->lock);
	/* New text, new inode: what is cached of the last one is not this one's. */
	snapshot->node.id.ino = 3ull << 62 | ++nodes->n_snapshots;
	node_adopt_locked(nodes, &snapshot->node, NULL);
	node_add_lookup_locked(&snapshot->node);
	if (nodes->snapshot)
		dead = node_unref_locked(nodes, &nodes->snapshot->node);
	nodes->snapshot = snapshot;
	snapshot->node.refs++;
	lock_drop(&nodes->lock);
	nodes_free_chain(nodes, dead);
	return snapshot;
}

struct snapshot *nodes_snapshot_again(struct nodes *nodes, const char *name, int looker)
{
	LOCK_SCOPE(&nodes->lock);
	struct snapshot *snapshot = nodes->snapshot;

	if (!snapshot || snapshot->was_read || snapshot->looker != looker ||
		now_monotonic() > snapshot->offered_until ||
		strcmp(snapshot->node.name, name) != 0)
		return NULL;
	node_add_lookup_locked(&snapshot->node);
	return snapshot;
}

/* --- Life -------------------------------------------------------------------------------- */

int nodes_init(
	struct nodes *nodes, const struct tree *tree, struct watch *watch, struct fdcache *fds)
{
	*nodes = (struct nodes){ .tree = tree, .marks.watch = watch, .fds = fds };
	nodes->buckets = calloc(BUCKETS_MIN, sizeof(*nodes->buckets));
	if (!nodes->buckets)
		return -ENOMEM;
	nodes->n_buckets = BUCKETS_MIN;
	lock_init(&nodes->lock);
	/* Part of the table, never freed: one reference of our own. */
	node_setup(&nodes->root, NODE_MIRROR, S_IFDIR, NULL);
	tree_root_id(tree, &nodes->root.id);
	nodes->root.refs = 1;
	node_setup(&nodes->control, NODE_CONTROL_DIR, S_IFDIR, NULL);
	nodes->control.refs = 1;
	return 0;
}

void nodes_done(struct nodes *nodes)
{
	HASH_CLEAR(hh, nodes->keyed); /* its own memory; the variants come next */
	for (size_t i = 0; nodes->buckets && i < nodes->n_buckets; i++) {
		nodes_free_chain(nodes, nodes->buckets[i]);
		nodes->buckets[i] = NULL;
	}
	free(nodes->buckets);
	marks_done(&nodes->marks);
	nodes->buckets = NULL;
	lock_done(&nodes->lock);
}

void nodes_count(struct nodes *nodes, struct nodes_counts *ret)
{
	LOCK_SCOPE(&nodes->lock);

	*ret = (struct nodes_counts){
		.nodes = nodes->n_nodes,
		.watched = nodes->marks.n_watched,
		.unwatched = nodes->marks.n_unwatched,
	};
}
