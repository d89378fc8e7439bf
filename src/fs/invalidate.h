/* SPDX-License-Identifier: MIT
 *
 * From "this changed in the source" to "forget this" for the kernel. One thread reads the
 * events of the watch and sends the notifications; it holds no lock while it does, because the
 * kernel may make it wait for a folder's lock that a lookup of ours holds (libfuse's
 * README.notifications). It must be stopped while the FUSE threads still answer.
 */
#ifndef FS_INVALIDATE_H
#define FS_INVALIDATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct fs;

struct invalidator {
	pthread_t thread;
	bool running;
	int wake_fd; /* owned, eventfd */
	atomic_bool stopping;
	atomic_uint_fast64_t events, overflows, notifications;
};

/* 0 or -errno; nothing to do without a watch. */
int invalidator_start(struct invalidator *invalidator, struct fs *fs);
void invalidator_stop(struct invalidator *invalidator); /* joins; again is fine */

#endif
