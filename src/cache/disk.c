/* SPDX-License-Identifier: MIT */
#include "cache/disk.h"

#include <errno.h>
#include <sys/statvfs.h>

#define DEBT_USEC (30 * USEC_PER_SEC) /* btrfs' commit interval */

int disk_read(int fd, struct disk_space *ret)
{
	struct statvfs st;

	if (fstatvfs(fd, &st) < 0)
		return -errno;
	*ret = (struct disk_space){
		.total_bytes = st.f_blocks * (uint64_t)st.f_frsize,
		.free_bytes = st.f_bavail * (uint64_t)st.f_frsize,
		.total_inodes = st.f_files,
		.free_inodes = st.f_favail,
	};
	return 0;
}

static uint64_t missing(uint64_t kept_free, uint64_t incoming, uint64_t free)
{
	uint64_t wanted = incoming < UINT64_MAX - kept_free ? incoming + kept_free : UINT64_MAX;

	return wanted > free ? wanted - free : 0;
}

/* By division first: 99 times the bytes of a disk may be too many for a number. */
static uint64_t percent_of(unsigned percent, uint64_t total)
{
	return total / 100 * percent + total % 100 * percent / 100;
}

uint64_t disk_floor_bytes(const struct disk_space *space, const struct disk_floor *floor)
{
	return floor->percent ? percent_of(floor->percent, space->total_bytes) : floor->bytes;
}

uint64_t disk_floor_inodes(const struct disk_space *space, const struct disk_floor *floor)
{
	double share;

	if (floor->percent)
		return percent_of(floor->percent, space->total_inodes);
	if (space->total_bytes == 0)
		return 0;
	share = (double)floor->bytes / (double)space->total_bytes;
	return (uint64_t)((share < 1 ? share : 1) * (double)space->total_inodes);
}

uint64_t disk_missing_bytes(
	const struct disk_space *space, const struct disk_floor *floor, uint64_t incoming)
{
	return missing(disk_floor_bytes(space, floor), incoming, space->free_bytes);
}

uint64_t disk_missing_inodes(
	const struct disk_space *space, const struct disk_floor *floor, uint64_t incoming)
{
	if (space->total_inodes == 0)
		return 0;
	return missing(disk_floor_inodes(space, floor), incoming, space->free_inodes);
}

void disk_debt_note(struct disk_debt *debt, const struct disk_space *before,
	const struct disk_space *after, uint64_t evicted, usec_t now)
{
	uint64_t freed = after->free_bytes > before->free_bytes
	                         ? after->free_bytes - before->free_bytes
	                         : 0;

	if (now >= debt->until)
		debt->bytes = 0;
	/* Others write, too: what is half there is all there. */
	if (freed >= evicted / 2)
		return;
	debt->bytes += evicted - freed;
	debt->until = now + DEBT_USEC;
}

uint64_t disk_debt_deduct(const struct disk_debt *debt, uint64_t missing_bytes, usec_t now)
{
	if (now >= debt->until)
		return missing_bytes;
	return missing_bytes > debt->bytes ? missing_bytes - debt->bytes : 0;
}
