/* SPDX-License-Identifier: MIT */
#include "fs/variant.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "fs/table.h"
#include "util/cleanup.h"

static struct variant *variant_of(struct render_source *source)
{
	return container_of(source, struct variant, source);
}

/* By path and not through the descriptor cache: the encoder seeks what it is given. */
static int source_open(struct render_source *source)
{
	struct variant *variant = variant_of(source);
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *path = NULL;
	struct stamp stamp;
	int base_fd, r;

	r = nodes_path(variant->nodes, &variant->node, &base_fd, &path);
	if (r < 0)
		return r;
	fd = tree_open(base_fd, path, O_RDONLY | O_NOFOLLOW);
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return -ESTALE;
	if (fd < 0)
		return fd;
	r = stamp_of_fd(fd, &stamp);
	if (r < 0)
		return r;
	return stamp_equal(&stamp, &source->stamp) ? TAKE_FD(fd) : -ESTALE;
}

static void source_describe(struct render_source *source, char *out, size_t out_size)
{
	_cleanup_free_ char *path = NULL;

	if (variant_source_path(variant_of(source), &path) == 0)
		snprintf(out, out_size, "%s", path);
	else
		snprintf(out, out_size, "?");
}

static void source_ref(struct render_source *source)
{
	nodes_ref(variant_of(source)->nodes, &variant_of(source)->node);
}

static void source_unref(struct render_source *source)
{
	nodes_unref(variant_of(source)->nodes, &variant_of(source)->node);
}

static const struct render_source_ops source_ops = {
	.open = source_open,
	.describe = source_describe,
	.ref = source_ref,
	.unref = source_unref,
};

/* --- Identity ----------------------------------------------------------------------------- */

static uint64_t hash_identity(const struct stamp *stamp, const struct view *view)
{
	struct {
		struct stamp stamp;
		struct view view;
	} id;

	memset(&id, 0, sizeof(id));
	id.stamp = *stamp;
	id.view = *view;
	return XXH3_64bits(&id, sizeof(id));
}

/* 63 bits of identity; the top bit tells it from any real inode. */
uint64_t variant_ino(const struct stamp *stamp, const struct view *view)
{
	return hash_identity(stamp, view) | 1ull << 63;
}

uint64_t variant_hash(const struct variant *variant)
{
	return hash_identity(&variant->source.stamp, &variant->view);
}

void variant_leave_locked(struct nodes *nodes, struct variant *variant)
{
	if (variant->keyed)
		HASH_DEL(nodes->keyed, variant);
}

static struct variant *variant_new(struct nodes *nodes, const char *source_name,
	const struct statx *stx, const struct stamp *stamp, enum format format,
	const struct view *view)
{
	struct variant *variant = calloc(1, sizeof(*variant));

	if (!variant || !node_setup(&variant->node, NODE_VARIANT, S_IFREG, source_name)) {
		free(variant);
		return NULL;
	}
	variant->node.id = stamp->id;
	variant->nodes = nodes;
	variant->source = (struct render_source){
		.ops = &source_ops,
		.stamp = *stamp,
		.format = format,
	};
	variant->view = *view;
	variant->ino = variant_ino(stamp, view);
	variant->mode = S_IFREG | (stx->stx_mode & 0444);
	variant->uid = stx->stx_uid;
	variant->gid = stx->stx_gid;
	variant->mtime = (struct timespec){ stx->stx_mtime.tv_sec, stx->stx_mtime.tv_nsec };
	variant->ctime = (struct timespec){ stx->stx_ctime.tv_sec, stx->stx_ctime.tv_nsec };
	return variant;
}

static struct variant *find_variant_locked(
	struct nodes *nodes, const struct stamp *stamp, const struct view *view)
{
	struct node *n = nodes_chain_locked(nodes, hash_identity(stamp, view));

	for (; n; n = n->hash_next) {
		struct variant *v = node_variant(n);

		if (n->kind == NODE_VARIANT && !v->stale &&
			stamp_equal(&v->source.stamp, stamp) && view_equal(&v->view, view))
			return v;
	}
	return NULL;
}

struct variant *nodes_enter_variant(struct nodes *nodes, struct node *parent,
	const char *source_name, const struct statx *stx, enum format format,
	const struct view *view, struct watermark *watermark)
{
	struct node *dead = NULL;
	struct variant *variant;
	struct stamp stamp;

	stamp_from_statx(stx, &stamp);
	lock_take(&nodes->lock);
	variant = find_variant_locked(nodes, &stamp, view);
	if (variant) {
		dead = node_move_locked(nodes, &variant->node, parent, source_name);
	} else {
		variant = variant_new(nodes, source_name, stx, &stamp, format, view);
		if (variant) {
			variant->source.watermark = watermark_ref(watermark);
			node_adopt_locked(nodes, &variant->node, parent);
		}
	}
	if (variant)
		node_add_lookup_locked(&variant->node);
	lock_drop(&nodes->lock);
	nodes_free_chain(nodes, dead);
	return variant;
}

/* --- What it is called -------------------------------------------------------------------- */

int variant_source_path(struct variant *variant, char **ret)
{
	int base_fd;

	return nodes_path(variant->nodes, &variant->node, &base_fd, ret);
}

bool variant_is_listed(struct variant *variant)
{
	LOCK_SCOPE(&variant->nodes->lock);

	return variant->said.listed;
}

bool variant_tell(struct variant *variant, const struct cache_entry *entry)
{
	LOCK_SCOPE(&variant->nodes->lock);

	if (!variant->told) {
		variant->told = true;
		variant->told_hash = entry->hash;
		variant->told_bytes = entry->size_bytes;
		return true;
	}
	if (hash128_equal(&variant->told_hash, &entry->hash))
		return true;
	variant->stale = true;
	return false;
}

bool variant_told(struct variant *variant, struct cache_entry *ret)
{
	LOCK_SCOPE(&variant->nodes->lock);

	if (!variant->told || variant->stale)
		return false;
	*ret = (struct cache_entry){
		.state = CACHE_EVICTED,
		.hash = variant->told_hash,
		.size_bytes = variant->told_bytes,
	};
	return true;
}

void nodes_key_variant(struct nodes *nodes, struct variant *variant, const struct hash128 *key)
{
	LOCK_SCOPE(&nodes->lock);

	if (variant->keyed)
		return;
	variant->key = *key;
	HASH_ADD(hh, nodes->keyed, key, sizeof(variant->key), variant);
	variant->keyed = variant->hh.tbl != NULL; /* else no memory: nobody finds it */
}

struct variant *nodes_find_key(struct nodes *nodes, const struct hash128 *key)
{
	LOCK_SCOPE(&nodes->lock);
	struct variant *variant;

	HASH_FIND(hh, nodes->keyed, key, sizeof(*key), variant);
	if (variant)
		variant->node.refs++;
	return variant;
}

void nodes_say_variant(
	struct nodes *nodes, struct variant *variant, const char *name, const struct said *said)
{
	LOCK_SCOPE(&nodes->lock);

	variant->said = *said;
	if (variant->said_name && strcmp(variant->said_name, name) == 0)
		return;
	free(variant->said_name);
	variant->said_name = strdup(name);
}

bool nodes_idle_name(struct nodes *nodes, struct variant *variant, usec_t before,
	const struct node **ret_where, char **ret_name)
{
	LOCK_SCOPE(&nodes->lock);
	char *name;

	if (!variant->said_name || variant->said.until > before)
		return false;
	name = strdup(variant->said_name);
	if (!name)
		return false;
	*ret_where = variant->said.where;
	*ret_name = name;
	return true;
}

bool nodes_is_known(struct nodes *nodes, struct node *node)
{
	LOCK_SCOPE(&nodes->lock);

	return node->nlookup > 0;
}
