/* SPDX-License-Identifier: MIT
 *
 * A lensfs of one's own over a folder, with a cache of its own, for as long as it is measured:
 * nothing that is mounted or cached already is touched, or helps.
 */
#ifndef CLI_CTL_BENCH_MOUNT_H
#define CLI_CTL_BENCH_MOUNT_H

#include <sys/types.h>

struct bench_mount {
	char *folder;           /* owned: where all of it lies */
	char *mountpoint, *log; /* owned */
	char *disk;             /* owned: a folder beside, on the same disk as the cache */
	pid_t pid;              /* 0: none is running */
};

/* Mounts `source` with so many encoders, and returns when it answers. The exit code; on failure
 * after a message. To be stopped even then. */
int bench_mount_start(const char *source, unsigned workers, struct bench_mount *ret);
/* Unmounts and removes everything. */
void bench_mount_stop(struct bench_mount *mount);

#endif
