/* SPDX-License-Identifier: MIT */
#include "fs/variant.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

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

struct variant *variant_new(struct nodes *nodes, const struct statx *stx,
	const struct stamp *stamp, enum format format, const struct view *view)
{
	struct variant *variant = calloc(1, sizeof(*variant));

	if (!variant)
		return NULL;
	variant->nodes = nodes;
	variant->source = (struct render_source){
		.ops = &source_ops,
		.stamp = *stamp,
		.format = format,
	};
	variant->view = *view;
	variant->mode = S_IFREG | (stx->stx_mode & 0444);
	variant->uid = stx->stx_uid;
	variant->gid = stx->stx_gid;
	variant->mtime = (struct timespec){ stx->stx_mtime.tv_sec, stx->stx_mtime.tv_nsec };
	variant->ctime = (struct timespec){ stx->stx_ctime.tv_sec, stx->stx_ctime.tv_nsec };
	return variant;
}

int variant_source_path(struct variant *variant, char **ret)
{
	int base_fd;

	return nodes_path(variant->nodes, &variant->node, &base_fd, ret);
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
	struct nodes *nodes, struct variant *variant, const char *name, usec_t until)
{
	LOCK_SCOPE(&nodes->lock);

	variant->said_until = until;
	if (variant->said && strcmp(variant->said, name) == 0)
		return;
	free(variant->said);
	variant->said = strdup(name);
}

bool nodes_idle_name(struct nodes *nodes, struct variant *variant, usec_t before,
	struct node **ret_folder, char **ret_name)
{
	LOCK_SCOPE(&nodes->lock);
	char *name;

	if (!variant->said || !variant->node.parent || variant->said_until > before)
		return false;
	name = strdup(variant->said);
	if (!name)
		return false;
	*ret_folder = variant->node.parent;
	(*ret_folder)->refs++;
	*ret_name = name;
	return true;
}

bool nodes_is_known(struct nodes *nodes, struct node *node)
{
	LOCK_SCOPE(&nodes->lock);

	return node->nlookup > 0;
}
