/* SPDX-License-Identifier: MIT
 *
 * From a node to a descriptor. The way leads along the names where the node was last seen, and
 * whatever is found there must be the very file the node stands for: a rename in between gives
 * ESTALE, on which the kernel looks the path up again, and never another file's bytes.
 */
#include <errno.h>
#include <fcntl.h>

#include "fs/context.h"

static int check_identity(const struct node *node, int fd)
{
	struct stamp stamp;
	int r = stamp_of_fd(fd, &stamp);

	if (r < 0)
		return r;
	return file_id_equal(&stamp.id, &node->id) ? 0 : -ESTALE;
}

static int keep(struct fs *fs, struct node *node, int fd_consume, struct fdref **ret)
{
	_cleanup_close_ int fd = fd_consume;
	int r = fd < 0 ? fd : check_identity(node, fd);

	if (r < 0)
		return r;
	*ret = fdcache_put(fs->fds, node, TAKE_FD(fd), FS_SOURCE_IDLE_USEC);
	return *ret ? 0 : -ENOMEM;
}

int fs_folder(struct fs *fs, struct node *node, struct fdref **ret)
{
	_cleanup_free_ char *path = NULL;
	int base_fd, fd, r;

	*ret = fdcache_get(fs->fds, node);
	if (*ret)
		return 0;
	r = nodes_path(&fs->nodes, node, &base_fd, &path);
	if (r < 0)
		return r;
	if (path[0])
		fd = tree_open(base_fd, path, O_PATH | O_DIRECTORY);
	else
		fd = fcntl(base_fd, F_DUPFD_CLOEXEC, 3);
	return keep(fs, node, fd == -1 ? -errno : fd, ret);
}

/* Of the folder's own descriptor where the mount covers it, else by name in its parent. */
static int open_by_place(struct fs *fs, struct node *node, int flags)
{
	_cleanup_(fdref_unrefp) struct fdref *folder = NULL;
	int fd = tree_pinned(fs->options.tree, &node->id);
	_cleanup_free_ char *name = NULL;
	struct node *parent;
	int r;

	if (fd >= 0) {
		fd = openat(fd, ".", flags | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	r = nodes_place(&fs->nodes, node, &parent, &name);
	if (r < 0)
		return r;
	r = fs_folder(fs, parent, &folder);
	nodes_unref(&fs->nodes, parent);
	return r < 0 ? r : tree_open(fdref_fd(folder), name, flags);
}

int fs_open_node(struct fs *fs, struct node *node, int flags, int *ret_fd)
{
	_cleanup_close_ int fd = open_by_place(fs, node, flags);
	int r;

	if (fd == -EMFILE) {
		/* Others of this process took what we counted on. */
		fdcache_clear(fs->fds);
		fd = open_by_place(fs, node, flags);
	}
	/* The place is gone, but the node was there: it went somewhere else. */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return -ESTALE;
	if (fd < 0)
		return fd;
	r = check_identity(node, fd);
	if (r == 0)
		*ret_fd = TAKE_FD(fd);
	return r;
}

int fs_file(struct fs *fs, struct node *node, struct fdref **ret)
{
	int fd, r;

	*ret = fdcache_get(fs->fds, node);
	if (*ret)
		return 0;
	r = fs_open_node(fs, node, O_RDONLY | O_NOFOLLOW, &fd);
	return keep(fs, node, r < 0 ? r : fd, ret);
}
