/* SPDX-License-Identifier: MIT */
#include "fs/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "source/sniff.h"

const char *picture_extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot > name ? dot + 1 : NULL;
}

bool picture_is_called(const char *name)
{
	const char *extension = picture_extension(name);

	return !extension || format_from_extension(extension, strlen(extension)) != FORMAT_NONE;
}

bool picture_is_shortage(int r)
{
	return r == -EMFILE || r == -ENFILE || r == -ENOMEM;
}

static int look_at(
	struct fs *fs, int dir_fd, const char *name, struct statx *stx, enum format *ret)
{
	_cleanup_close_ int fd = tree_open(dir_fd, name, O_RDONLY | O_NOFOLLOW);
	struct stamp stamp;
	int r;

	if (fd < 0)
		return fd;
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_SYNC_AS_STAT, STAMP_STATX_MASK, stx) < 0)
		return -errno;
	if (!S_ISREG(stx->stx_mode))
		return -ENOENT;
	r = sniff_fd(fd, ret);
	if (r < 0)
		return r;
	stamp_from_statx(stx, &stamp);
	kinds_note(&fs->kinds, &stamp, *ret);
	return 0;
}

int picture_format(
	struct fs *fs, int dir_fd, const char *name, struct statx *stx, enum format *ret)
{
	struct stamp stamp;
	int r = 0;

	if (!S_ISREG(stx->stx_mode))
		return -ENOENT;
	stamp_from_statx(stx, &stamp);
	if (!kinds_find(&fs->kinds, &stamp, ret))
		r = look_at(fs, dir_fd, name, stx, ret);
	if (r < 0)
		return r;
	return format_info(*ret)->readable ? 0 : -ENOENT;
}
