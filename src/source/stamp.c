/* SPDX-License-Identifier: MIT */
#include "source/stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sysmacros.h>

#define NSEC_PER_SEC 1000000000LL

/* Longer than any tick of CONFIG_HZ=100, the slowest Linux is built with. */
#define TICK_NSEC (20 * 1000000LL)

/* File systems without sub-second times (FAT: 2 s, HFS+ and some network servers: 1 s). */
#define COARSE_NSEC (2 * NSEC_PER_SEC)

static int64_t nsec_of(struct statx_timestamp t)
{
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

void stamp_from_statx(const struct statx *stx, struct stamp *ret)
{
	*ret = (struct stamp){
		.id =
			{
				.dev = makedev(stx->stx_dev_major, stx->stx_dev_minor),
				.ino = stx->stx_ino,
				.btime_ns = stx->stx_mask & STATX_BTIME
	                                            ? nsec_of(stx->stx_btime)
	                                            : 0,
			},
		.size_bytes = stx->stx_size,
		.mtime_ns = nsec_of(stx->stx_mtime),
		.ctime_ns = nsec_of(stx->stx_ctime),
	};
}

bool file_id_equal(const struct file_id *a, const struct file_id *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->btime_ns == b->btime_ns;
}

bool stamp_equal(const struct stamp *a, const struct stamp *b)
{
	return file_id_equal(&a->id, &b->id) && a->size_bytes == b->size_bytes &&
	       a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

int stamp_of_fd(int fd, struct stamp *ret)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_SYNC_AS_STAT, STAMP_STATX_MASK, &stx) < 0)
		return -errno;
	stamp_from_statx(&stx, ret);
	return 0;
}

uint64_t stamp_settle_usec(const struct stamp *stamp, int64_t now_real_ns)
{
	bool coarse =
		stamp->mtime_ns % NSEC_PER_SEC == 0 && stamp->ctime_ns % NSEC_PER_SEC == 0;
	int64_t settled = stamp->ctime_ns + (coarse ? COARSE_NSEC : TICK_NSEC);

	/* A time in the future is another clock's: waiting for it would not end. */
	if (now_real_ns >= settled || stamp->ctime_ns > now_real_ns)
		return 0;
	return (uint64_t)(settled - now_real_ns + 999) / 1000;
}
