/* SPDX-License-Identifier: MIT */
#include "source/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"

struct tree {
	int root_fd; /* owned, O_PATH */
	struct file_id root_id;

	/* The folder that our mount covers, where it is inside the source; else covered_fd is
	 * -1. */
	int covered_fd; /* owned, O_PATH */
	struct file_id covered_id, covered_parent;
	char covered_name[NAME_MAX + 1];
};

static int id_of_fd(int fd, struct file_id *ret)
{
	struct stamp stamp;
	int r = stamp_of_fd(fd, &stamp);

	if (r == 0)
		*ret = stamp.id;
	return r;
}

/* Whether the mountpoint lies beneath the root does not matter: where it does not, its parent
 * is never met. `name/..` is asked of the kernel, since the path may hold links. */
static int tree_note_covered(struct tree *tree, const char *mountpoint)
{
	_cleanup_free_ char *real = realpath(mountpoint, NULL);
	const char *slash = real ? strrchr(real, '/') : NULL;
	_cleanup_close_ int parent_fd = -1;
	int r;

	if (!real)
		return -errno;
	tree->covered_fd = open(real, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (tree->covered_fd < 0)
		return -errno;
	r = id_of_fd(tree->covered_fd, &tree->covered_id);
	if (r < 0)
		return r;
	if (file_id_equal(&tree->covered_id, &tree->root_id) || !slash[1]) {
		/* Mounted over the source itself: the root descriptor is all we need. */
		close_fd(&tree->covered_fd);
		return 0;
	}
	parent_fd = openat(tree->covered_fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (parent_fd < 0)
		return -errno;
	strcpy(tree->covered_name, slash + 1);
	return id_of_fd(parent_fd, &tree->covered_parent);
}

int tree_new(const char *source, const char *mountpoint, struct tree **ret)
{
	_cleanup_(tree_freep) struct tree *tree = malloc(sizeof(*tree));
	int r;

	if (!tree)
		return -ENOMEM;
	*tree = (struct tree){ .root_fd = -1, .covered_fd = -1 };
	tree->root_fd = open(source, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (tree->root_fd < 0)
		return -errno;
	/* O_PATH asks for no right to the folder itself, and without one nothing in it is met. */
	if (faccessat(tree->root_fd, ".", X_OK, AT_EACCESS) < 0)
		return -errno;
	r = id_of_fd(tree->root_fd, &tree->root_id);
	if (r == 0 && mountpoint)
		r = tree_note_covered(tree, mountpoint);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(tree);
	return 0;
}

struct tree *tree_free(struct tree *tree)
{
	if (tree) {
		close_fd(&tree->root_fd);
		close_fd(&tree->covered_fd);
		free(tree);
	}
	return NULL;
}

int tree_root(const struct tree *tree)
{
	return tree->root_fd;
}

void tree_root_id(const struct tree *tree, struct file_id *ret)
{
	*ret = tree->root_id;
}

int tree_pinned(const struct tree *tree, const struct file_id *id)
{
	if (file_id_equal(id, &tree->root_id))
		return tree->root_fd;
	if (tree->covered_fd >= 0 && file_id_equal(id, &tree->covered_id))
		return tree->covered_fd;
	return -1;
}

int tree_stat_child(const struct tree *tree, int dir_fd, const struct file_id *dir,
	const char *name, struct statx *ret)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_SYNC_AS_STAT;

	if (tree->covered_fd >= 0 && file_id_equal(dir, &tree->covered_parent) &&
		strcmp(name, tree->covered_name) == 0) {
		dir_fd = tree->covered_fd;
		name = "";
		flags |= AT_EMPTY_PATH;
	}
	return statx(dir_fd, name, flags, STAMP_STATX_MASK, ret) < 0 ? -errno : 0;
}

static int open_beneath(int dir_fd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC |
				    (flags & O_PATH ? 0 : O_NONBLOCK | O_NOCTTY)),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	/* EAGAIN: a rename somewhere made the kernel unsure that the walk stayed beneath. */
	for (int attempt = 0; attempt < 32; attempt++) {
		fd = syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

int tree_open(int dir_fd, const char *path, int flags)
{
	_cleanup_close_ int step_fd = -1;
	char piece[PATH_MAX];

	while (strlen(path) >= sizeof(piece)) {
		const char *cut;
		int fd;

		memcpy(piece, path, sizeof(piece) - 1);
		piece[sizeof(piece) - 1] = '\0';
		cut = strrchr(piece, '/');
		if (!cut)
			return -ENAMETOOLONG;
		piece[cut - piece] = '\0';
		fd = open_beneath(step_fd >= 0 ? step_fd : dir_fd, piece, O_PATH | O_DIRECTORY);
		if (fd < 0)
			return fd;
		close_fd(&step_fd);
		step_fd = fd;
		path += cut - piece + 1;
	}
	return open_beneath(step_fd >= 0 ? step_fd : dir_fd, path, flags);
}

/* From the open folder *fd, which is replaced, into `name`. */
static int step_into(const struct tree *tree, int *fd, struct file_id *id, const char *name)
{
	struct statx stx;
	struct stamp stamp;
	int next, r = tree_stat_child(tree, *fd, id, name, &stx);

	if (r < 0)
		return r;
	stamp_from_statx(&stx, &stamp);
	next = tree_pinned(tree, &stamp.id);
	if (next >= 0) {
		next = fcntl(next, F_DUPFD_CLOEXEC, 3);
		next = next < 0 ? -errno : next;
	} else {
		next = tree_open(*fd, name, O_PATH | O_DIRECTORY);
	}
	if (next < 0)
		return next;
	close_fd(fd);
	*fd = next;
	return id_of_fd(next, id);
}

int tree_open_folder(const struct tree *tree, const char *path, struct file_id *ret_id)
{
	_cleanup_close_ int fd = fcntl(tree->root_fd, F_DUPFD_CLOEXEC, 3);
	struct file_id id = tree->root_id;
	int r = fd < 0 ? -errno : 0;

	while (r == 0 && *path) {
		size_t n = strcspn(path, "/");
		char name[NAME_MAX + 1];

		if (n > NAME_MAX)
			return -ENAMETOOLONG;
		memcpy(name, path, n);
		name[n] = '\0';
		path += n + (path[n] == '/');
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			return -EINVAL;
		if (n > 0)
			r = step_into(tree, &fd, &id, name);
	}
	if (r < 0)
		return r;
	*ret_id = id;
	return TAKE_FD(fd);
}
