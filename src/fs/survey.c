/* SPDX-License-Identifier: MIT */
#include "fs/survey.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "fs/context.h"
#include "fs/variant.h"

static int add_entries(struct order *order, int fd)
{
	char buf[16384] __attribute__((aligned(8)));
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = getdents64(fd, buf, sizeof(buf))) != 0) {
		if (n < 0)
			return -errno;
		for (ssize_t at = 0; at < n && r == 0;) {
			const struct dirent64 *d = (const void *)(buf + at);

			at += d->d_reclen;
			if (d->d_type == DT_REG || d->d_type == DT_UNKNOWN)
				r = order_add(order, d->d_name);
		}
	}
	return r;
}

int survey_folder(struct fs *fs, struct node *folder, struct order **ret)
{
	struct order *order = order_new();
	_cleanup_close_ int fd = -1;
	int r = order ? 0 : -ENOMEM;

	if (r == 0)
		r = fs_open_node(fs, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, &fd);
	if (r == 0)
		r = add_entries(order, fd);
	if (r == 0)
		r = order_sort(order, ORDER_BYTES);
	if (r < 0)
		order = order_free(order);
	*ret = order;
	return r;
}

int survey_inodes(
	struct fs *fs, struct node *folder, const struct view *view, struct order *order)
{
	_cleanup_(fdref_unrefp) struct fdref *open_folder = NULL;
	_cleanup_free_ uint64_t *inodes = calloc(order_count(order) + 1, sizeof(*inodes));
	int r = inodes ? fs_folder(fs, folder, &open_folder) : -ENOMEM;

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < order_count(order); i++) {
		struct stamp stamp;
		struct statx stx;

		if (tree_stat_child(fs->options.tree, fdref_fd(open_folder), &folder->id,
			    order_name(order, i), &stx) < 0)
			continue;
		stamp_from_statx(&stx, &stamp);
		inodes[i] = variant_ino(&stamp, view);
	}
	order_set_inodes(order, TAKE_PTR(inodes));
	return 0;
}
