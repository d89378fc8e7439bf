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

#include "util/lock.h"

struct fs;
struct node;

struct posted;

struct invalidator {
	/* who starts and stops it */
	bool running;
	pthread_t thread;

	int wake_fd; /* owned, eventfd */
	atomic_bool stopping;

	/* 1 in util/lock.h */
	struct lock lock;
	bool listening;        /* somebody will see to what is posted */
	struct posted *posted; /* owned */

	atomic_uint_fast64_t events, overflows, notifications;
};

void invalidator_init(struct invalidator *invalidator);
/* After invalidator_stop(). */
void invalidator_done(struct invalidator *invalidator);

/* 0 or -errno; nothing to do without a watch. */
int invalidator_start(struct invalidator *invalidator, struct fs *fs);
void invalidator_stop(struct invalidator *invalidator); /* joins; again is fine */

/* Takes a name back from the kernel, at once: it holds the folder's lock there for it, so the
 * caller must hold none and answer nobody. */
void invalidate_name(struct fs *fs, const struct node *folder, const char *name);

/* For threads that must not notify themselves. Without a thread of its own, nothing is done, and
 * nothing kept. */

/* Has the names of this variant looked up anew. */
void invalidator_post(struct fs *fs, struct node *variant);
/* Has this folder listed anew, but not before FS_TICK_USEC have passed. */
void invalidator_post_settling(struct fs *fs, struct node *folder);

/* To be called every few seconds: what was posted for later may be due. */
void invalidator_tick(struct invalidator *invalidator);

#endif
