/* SPDX-License-Identifier: MIT
 *
 * What the disk of the cache folder has left, and how much of that is not ours to take: a share
 * kept free for others (`cache_free`), of its bytes and of its inodes.
 */
#ifndef CACHE_DISK_H
#define CACHE_DISK_H

#include <stdint.h>

#include "util/clock.h"

/* What is kept free: bytes, or where `percent` is not 0 that share of the disk. Of its inodes the
 * same share. Zeros keep nothing free. */
struct disk_floor {
	uint64_t bytes;
	unsigned percent;
};

struct disk_space {
	uint64_t total_bytes, free_bytes;   /* free: to who has no privilege */
	uint64_t total_inodes, free_inodes; /* total 0: the file system does not count them */
};

/* 0 or -errno. */
int disk_read(int fd, struct disk_space *ret);

/* What the floor is on this disk. Pure, as the rest. */
uint64_t disk_floor_bytes(const struct disk_space *space, const struct disk_floor *floor);
uint64_t disk_floor_inodes(const struct disk_space *space, const struct disk_floor *floor);

/* How much is missing until `incoming` more can be written and the floor holds; 0 when they can. */
uint64_t disk_missing_bytes(
	const struct disk_space *space, const struct disk_floor *floor, uint64_t incoming);
uint64_t disk_missing_inodes(
	const struct disk_space *space, const struct disk_floor *floor, uint64_t incoming);

/* File systems that free space later than files (btrfs: up to 30 s) must not make us evict for
 * the same bytes again and again. */
struct disk_debt {
	uint64_t bytes; /* evicted, and not free yet */
	usec_t until;   /* monotonic: then it is believed no more */
};

/* After `evicted` bytes were removed between two readings. */
void disk_debt_note(struct disk_debt *debt, const struct disk_space *before,
	const struct disk_space *after, uint64_t evicted, usec_t now);
/* What of `missing` is not on its way anyhow. */
uint64_t disk_debt_deduct(const struct disk_debt *debt, uint64_t missing, usec_t now);

#endif
