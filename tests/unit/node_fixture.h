/* SPDX-License-Identifier: MIT
 *
 * A node table over an empty folder, and files that exist only as attributes: the table never
 * looks at the disk. What is left over when a test ends is a leak, which the sanitizer tells.
 */
#ifndef TESTS_NODE_FIXTURE_H
#define TESTS_NODE_FIXTURE_H

#include <inttypes.h>

#include "fixture.h"
#include "fs/fdcache.h"
#include "fs/node.h"

static char folder[256];
static struct tree *tree;
static struct fdcache *fds;
static struct nodes nodes;

static inline void setup(void)
{
	temp_folder_make(folder);
	ck_assert_int_eq(tree_new(folder, NULL, &tree), 0);
	fds = fdcache_new(8);
	ck_assert_int_eq(nodes_init(&nodes, tree, NULL, fds), 0);
}

static inline void teardown(void)
{
	nodes_done(&nodes);
	fds = fdcache_free(fds);
	tree = tree_free(tree);
	temp_folder_remove(folder);
}

static inline struct statx attributes(uint64_t ino, mode_t mode)
{
	return (struct statx){
		.stx_mask = STAMP_STATX_MASK,
		.stx_mode = (uint16_t)mode,
		.stx_ino = ino,
		.stx_dev_major = 250,
		.stx_size = 100,
		.stx_mtime.tv_sec = 1000,
		.stx_ctime.tv_sec = 1000,
	};
}

static inline struct node *enter(
	struct node *parent, const char *name, uint64_t ino, mode_t mode)
{
	struct statx stx = attributes(ino, mode);
	struct node *node = nodes_enter_mirror(&nodes, parent, name, &stx);

	ck_assert_ptr_nonnull(node);
	return node;
}

static inline struct node *enter_folder(struct node *parent, const char *name, uint64_t ino)
{
	return enter(parent, name, ino, S_IFDIR | 0755);
}

static inline struct node *enter_file(struct node *parent, const char *name, uint64_t ino)
{
	return enter(parent, name, ino, S_IFREG | 0644);
}

static inline struct variant *enter_variant_of(
	struct node *parent, const char *name, const struct statx *stx, const char *text)
{
	struct view view;
	struct variant *variant;

	ck_assert_int_eq(view_parse(text, strlen(text), NULL, &view, NULL), 0);
	ck_assert_int_eq(view_resolve(&view, FORMAT_JPEG, &view, NULL), 0);
	variant = nodes_enter_variant(&nodes, parent, name, stx, FORMAT_JPEG, &view, NULL);
	ck_assert_ptr_nonnull(variant);
	return variant;
}

static inline size_t count(void)
{
	struct nodes_counts counts;

	nodes_count(&nodes, &counts);
	return counts.nodes;
}

static inline void expect_path(struct node *node, const char *wanted)
{
	_cleanup_free_ char *path = NULL;
	int fd = -1;

	ck_assert_int_eq(nodes_path(&nodes, node, &fd, &path), 0);
	ck_assert_str_eq(path, wanted);
	ck_assert_int_eq(fd, tree_root(tree));
}

#endif
