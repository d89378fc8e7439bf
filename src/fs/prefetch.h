/* SPDX-License-Identifier: MIT
 *
 * Pictures are asked for in turn: the next are encoded before they are. One thread of its own is
 * told which variants are waited for, and of those that it had made, which are used; it finds out
 * who reads what (fs/track.h) and hands render what is next. Nobody else does anything for it: a
 * lookup is not told of, nor a read of what was there anyway, nor an answer that was known. So a
 * reader of what is cached is not seen, and needs nothing.
 */
#ifndef FS_PREFETCH_H
#define FS_PREFETCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "fs/node.h"
#include "util/lock.h"

struct fs;
struct track;

#define PREFETCH_NOTES_MAX 64 /* more than ask at once is not in turn, or not to be helped */

struct prefetcher {
	/* who starts and stops it */
	atomic_bool running;
	pthread_t thread;

	/* 6 in util/lock.h, protects the rest */
	struct lock lock;
	pthread_cond_t wake;
	bool stopping;
	struct variant *notes[PREFETCH_NOTES_MAX]; /* own refs; oldest first */
	size_t n_notes;

	/* the thread's */
	struct track *tracks; /* owned, the last told of first */
	uint64_t next_reader;
};

void prefetcher_init(struct prefetcher *prefetcher);
/* After prefetcher_stop(). */
void prefetcher_done(struct prefetcher *prefetcher);

/* 0 or -errno; nothing to do where there is to be no prefetch. */
int prefetcher_start(struct prefetcher *prefetcher, struct fs *fs);
void prefetcher_stop(struct prefetcher *prefetcher); /* joins; again is fine */

/* Somebody waits for the variant, or for one that prefetch had made. The caller has a reference.
 * Never waits. Any thread. */
void prefetcher_note(struct fs *fs, struct variant *variant);

/* Somebody comes for the variant, which is there. */
static inline void prefetcher_note_used(struct fs *fs, struct variant *variant)
{
	if (atomic_load_explicit(&variant->ahead, memory_order_relaxed))
		prefetcher_note(fs, variant);
}

#endif
