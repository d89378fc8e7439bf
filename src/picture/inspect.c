/* SPDX-License-Identifier: MIT */
#include "picture/inspect.h"

#include <errno.h>
#include <sys/stat.h>

#include "picture/reader.h"

static int (*const inspectors[FORMAT_COUNT])(struct reader *, struct picture_facts *) = {
	[FORMAT_JPEG] = inspect_jpeg,
	[FORMAT_WEBP] = inspect_webp,
	[FORMAT_AVIF] = inspect_heif,
	[FORMAT_JXL] = inspect_jxl,
	[FORMAT_PNG] = inspect_png,
	[FORMAT_GIF] = inspect_gif,
	[FORMAT_TIFF] = inspect_tiff,
	[FORMAT_HEIC] = inspect_heif,
};

static int inspect(struct reader *reader, enum format format, struct picture_facts *ret)
{
	struct picture_facts facts = { 0 };
	int r = PICTURE_E_UNREADABLE;

	if ((unsigned)format < FORMAT_COUNT && inspectors[format])
		r = inspectors[format](reader, &facts);
	if (r != 0)
		return r;
	if (facts.width == 0 || facts.height == 0)
		return PICTURE_E_UNREADABLE;
	*ret = facts;
	return 0;
}

int picture_inspect(
	const void *bytes, size_t size, enum format format, struct picture_facts *ret)
{
	struct reader reader = { .memory = bytes, .fd = -1, .size = size };

	return inspect(&reader, format, ret);
}

int picture_inspect_fd(int fd, enum format format, struct picture_facts *ret)
{
	struct reader reader = { .fd = fd };
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	reader.size = st.st_size > 0 ? (uint64_t)st.st_size : 0;
	return inspect(&reader, format, ret);
}
