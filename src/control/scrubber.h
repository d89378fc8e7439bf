/* SPDX-License-Identifier: MIT
 *
 * The thread that takes the walk of cache/scrub.h in the background: at once after an unclean
 * stop, else once a week. It has idle priority for processor and disk, reads no more than some
 * 16 MiB a second, and remembers how far it has come.
 */
#ifndef CONTROL_SCRUBBER_H
#define CONTROL_SCRUBBER_H

#include <pthread.h>

#include "cache/scrub.h"
#include "util/lock.h"

enum scrubber_state { SCRUBBER_IDLE, SCRUBBER_RUNNING, SCRUBBER_PAUSED };

struct scrubber {
	struct cache *cache; /* borrowed */
	pthread_t thread;
	pthread_cond_t wake;

	/* A leaf. */
	struct lock lock;
	bool stopping;
	unsigned pauses;           /* who wants it to hold still */
	bool walking;              /* in a step */
	struct cache_scrub *scrub; /* owned by the thread; here to be stopped */
	struct cache_scrub_progress progress;
	uint64_t rounds, found, mended; /* of the rounds that ended */
};

/* 0 or -errno. */
int scrubber_start(struct scrubber *scrubber, struct cache *cache);
void scrubber_stop(struct scrubber *scrubber); /* joins, within a moment */

/* Holds it still, and returns when it does; as often resumed as paused. */
void scrubber_pause(struct scrubber *scrubber);
void scrubber_resume(struct scrubber *scrubber);

struct scrubber_stats {
	enum scrubber_state state;
	struct cache_scrub_progress progress; /* of the round that is under way */
	uint64_t rounds, found, mended;
};
void scrubber_stats(struct scrubber *scrubber, struct scrubber_stats *ret);

#endif
