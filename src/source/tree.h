/* SPDX-License-Identifier: MIT
 *
 * The source folder: its root is opened before mounting, and everything is reached beneath that
 * descriptor, by names without symbolic links, `..` or magic links (openat2). So nothing
 * outside is ever served, SOURCE may be the MOUNTPOINT itself, and a rename on the way costs
 * ESTALE, not a wrong file.
 *
 * Where MOUNTPOINT lies inside SOURCE, walking into it would ask ourselves and wait for ever.
 * The folder that the mount will cover is opened before mounting, too; the tree gives that
 * descriptor wherever the walk would cross into the mount.
 *
 * Any thread; immutable after tree_new().
 */
#ifndef SOURCE_TREE_H
#define SOURCE_TREE_H

#include "source/stamp.h"
#include "util/cleanup.h"

struct tree;

/* Opens the folders. `mountpoint` may be NULL (tests). 0 or -errno (of SOURCE: ENOTDIR, …). */
int tree_new(const char *source, const char *mountpoint, struct tree **ret);
struct tree *tree_free(struct tree *tree);
DEFINE_CLEANUP(struct tree *, tree_free)

/* The descriptor of the root, O_PATH, borrowed. */
int tree_root(const struct tree *tree);
void tree_root_id(const struct tree *tree, struct file_id *ret);

/* A descriptor that stands for the folder `id` whatever is mounted over it now (the root, or
 * the covered mountpoint), borrowed; -1 for all others. */
int tree_pinned(const struct tree *tree, const struct file_id *id);

/* Attributes of `name` in the open folder `dir_fd` whose identity is `dir`; symbolic links are
 * not followed. 0 or -errno. */
int tree_stat_child(const struct tree *tree, int dir_fd, const struct file_id *dir,
	const char *name, struct statx *ret);

/* Opens the folder at the relative `path`, "" for the root itself, component by component, so
 * that what the mount covers is found beneath it. No `.` or `..`. A descriptor (O_PATH) and the
 * identity of the folder, or -errno. */
int tree_open_folder(const struct tree *tree, const char *path, struct file_id *ret_id);

/* Opens the relative `path` beneath `dir_fd`, every component a real folder and the last one
 * not a symbolic link (unless O_PATH | O_NOFOLLOW asks for the link itself). Any length: longer
 * than PATH_MAX is walked in pieces. A FIFO or device does not block. The descriptor or -errno.
 */
int tree_open(int dir_fd, const char *path, int flags);

#endif
