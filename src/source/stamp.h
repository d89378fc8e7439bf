/* SPDX-License-Identifier: MIT
 *
 * Identity of a file and of a version of it, as far as the file system tells without reading.
 * Birth time is part of the identity because inode numbers are used again after a deletion.
 */
#ifndef SOURCE_STAMP_H
#define SOURCE_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Which file. */
struct file_id {
	uint64_t dev;
	uint64_t ino;
	int64_t btime_ns; /* 0 where the file system has none */
};

/* Which version of it: any write, truncation, chmod, rename or replacement changes one field.
 */
struct stamp {
	struct file_id id;
	uint64_t size_bytes;
	int64_t mtime_ns;
	int64_t ctime_ns;
};

/* What to ask statx() for. */
#define STAMP_STATX_MASK (STATX_BASIC_STATS | STATX_BTIME)

void stamp_from_statx(const struct statx *stx, struct stamp *ret);
bool stamp_equal(const struct stamp *a, const struct stamp *b);
bool file_id_equal(const struct file_id *a, const struct file_id *b);

/* The stamp of an open descriptor. 0 or -errno. */
int stamp_of_fd(int fd, struct stamp *ret);

/* How long to wait until a further write must show in the stamp: file times advance by ticks
 * (up to 10 ms, one jiffy at HZ=100), so what is hashed in the tick of its last change could be
 * changed again under the same stamp. git calls such an entry racy. Microseconds, 0 when
 * settled. `now_real_ns` is the file system's clock, the local one for local disks. */
uint64_t stamp_settle_usec(const struct stamp *stamp, int64_t now_real_ns);

#endif
