/* SPDX-License-Identifier: MIT */
#include "config/watermark.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "picture/inspect.h"
#include "source/sniff.h"
#include "util/fdio.h"

__attribute__((format(printf, 2, 3))) static int refuse(char *reason, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, WATERMARK_REASON_MAX, format, ap);
	va_end(ap);
	return WATERMARK_E_UNUSABLE;
}

/* A FIFO must not keep anybody waiting. */
static int open_file(const char *path, int *ret_fd, uint64_t *ret_bytes, char *reason)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return refuse(reason, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(reason, "it is not a regular file");
	if ((uint64_t)st.st_size > WATERMARK_BYTES_MAX)
		return refuse(reason, "%jd bytes are over the limit of %" PRIu64,
			(intmax_t)st.st_size, WATERMARK_BYTES_MAX);
	*ret_fd = TAKE_FD(fd);
	*ret_bytes = (uint64_t)st.st_size;
	return 0;
}

/* What comes is what is kept, whatever happens to the file meanwhile: it is looked at after. */
static int copy_sealed(int file_fd, uint64_t bytes, int *ret_fd)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
	_cleanup_close_ int fd =
		memfd_create("lensfs-watermark", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return -errno;
	r = fdio_copy(file_fd, fd, (off_t)bytes);
	if (r < 0)
		return r;
	if (fcntl(fd, F_ADD_SEALS, seals) < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int check_picture(struct watermark *watermark, char *reason)
{
	struct picture_facts facts;
	int r = sniff_fd(watermark->fd, &watermark->format);

	if (r < 0)
		return r;
	if (watermark->format != FORMAT_PNG && watermark->format != FORMAT_WEBP &&
		watermark->format != FORMAT_JPEG)
		return refuse(reason, "it is not a PNG, WebP or JPEG");
	r = picture_inspect_fd(watermark->fd, watermark->format, &facts);
	if (r < 0)
		return r;
	if (r > 0 || !facts.ends_well)
		return refuse(reason, "it is damaged");
	if ((uint64_t)facts.width * facts.height > WATERMARK_PIXELS_MAX)
		return refuse(reason,
			"%" PRIu32 " x %" PRIu32 " is over the limit of %" PRIu64 " pixels",
			facts.width, facts.height, WATERMARK_PIXELS_MAX);
	watermark->size = (struct size){ facts.width, facts.height };
	return 0;
}

static void free_statep(XXH3_state_t **state)
{
	XXH3_freeState(*state);
}

static int digest(struct watermark *watermark, uint64_t bytes)
{
	_cleanup_(free_statep) XXH3_state_t *state = XXH3_createState();
	char buffer[8192];

	if (!state)
		return -ENOMEM;
	XXH3_64bits_reset(state);
	XXH3_64bits_update(state, &watermark->look, sizeof(watermark->look));
	for (uint64_t at = 0; at < bytes;) {
		ssize_t n = fdio_pread_full(watermark->fd, buffer, sizeof(buffer), (off_t)at);

		if (n <= 0)
			return n < 0 ? (int)n : -EIO;
		XXH3_64bits_update(state, buffer, (size_t)n);
		at += (uint64_t)n;
	}
	watermark->id.digest = XXH3_64bits_digest(state);
	return 0;
}

int watermark_new(const char *name, const char *path, const struct watermark_look *look,
	struct watermark **ret, char reason[WATERMARK_REASON_MAX])
{
	_cleanup_(watermark_unrefp) struct watermark *watermark = calloc(1, sizeof(*watermark));
	_cleanup_close_ int fd = -1;
	uint64_t bytes = 0;
	int r;

	if (!watermark)
		return -ENOMEM;
	watermark->refs = 1;
	watermark->fd = -1;
	watermark->look = *look;
	snprintf(watermark->id.name, sizeof(watermark->id.name), "%s", name);
	r = open_file(path, &fd, &bytes, reason);
	if (r == 0)
		r = copy_sealed(fd, bytes, &watermark->fd);
	if (r == 0)
		r = check_picture(watermark, reason);
	if (r == 0)
		r = digest(watermark, bytes);
	if (r == 0)
		*ret = TAKE_PTR(watermark);
	return r;
}

struct watermark *watermark_ref(struct watermark *watermark)
{
	if (watermark)
		atomic_fetch_add(&watermark->refs, 1);
	return watermark;
}

struct watermark *watermark_unref(struct watermark *watermark)
{
	if (watermark && atomic_fetch_sub(&watermark->refs, 1) == 1) {
		close_fd(&watermark->fd);
		free(watermark);
	}
	return NULL;
}

int watermark_open(const struct watermark *watermark)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", watermark->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
