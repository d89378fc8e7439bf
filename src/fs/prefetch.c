/* SPDX-License-Identifier: MIT */
#include "fs/prefetch.h"

#include <errno.h>
#include <string.h>

#include "fs/context.h"
#include "fs/track.h"

/* --- Told by others ---------------------------------------------------------------------- */

static bool push(struct prefetcher *prefetcher, struct variant *variant)
{
	LOCK_SCOPE(&prefetcher->lock);

	if (prefetcher->stopping || prefetcher->n_notes == PREFETCH_NOTES_MAX)
		return false;
	prefetcher->notes[prefetcher->n_notes++] = variant;
	pthread_cond_signal(&prefetcher->wake);
	return true;
}

void prefetcher_note(struct fs *fs, struct variant *variant)
{
	if (!fs->prefetcher.running)
		return;
	atomic_store(&variant->ahead, false);
	nodes_ref(&fs->nodes, &variant->node);
	if (!push(&fs->prefetcher, variant))
		nodes_unref(&fs->nodes, &variant->node);
}

/* --- The thread -------------------------------------------------------------------------- */

static bool wait_until(struct prefetcher *prefetcher, usec_t until)
{
	struct timespec at = {
		.tv_sec = (time_t)(until / USEC_PER_SEC),
		.tv_nsec = (long)(until % USEC_PER_SEC) * 1000,
	};

	if (until == USEC_NEVER)
		return pthread_cond_wait(&prefetcher->wake, &prefetcher->lock.mutex) == 0;
	return pthread_cond_timedwait(&prefetcher->wake, &prefetcher->lock.mutex, &at) !=
	       ETIMEDOUT;
}

/* The next note, NULL when there is none until then. False: stop. */
static bool take_note(struct prefetcher *prefetcher, usec_t until, struct variant **ret)
{
	LOCK_SCOPE(&prefetcher->lock);

	*ret = NULL;
	while (!prefetcher->stopping && prefetcher->n_notes == 0) {
		if (!wait_until(prefetcher, until))
			break;
	}
	if (prefetcher->n_notes > 0) {
		*ret = prefetcher->notes[0];
		memmove(prefetcher->notes, prefetcher->notes + 1,
			--prefetcher->n_notes * sizeof(prefetcher->notes[0]));
	}
	return !prefetcher->stopping;
}

static void *prefetcher_main(void *arg)
{
	struct fs *fs = arg;
	struct prefetcher *prefetcher = &fs->prefetcher;
	struct variant *variant;
	usec_t until = USEC_NEVER;

	pthread_setname_np(pthread_self(), "lensfs-ahead");
	while (take_note(prefetcher, until, &variant)) {
		if (variant) {
			tracks_note(fs, &prefetcher->tracks, variant);
			nodes_unref(&fs->nodes, &variant->node);
		}
		until = tracks_tick(fs, &prefetcher->tracks, now_monotonic());
	}
	if (variant)
		nodes_unref(&fs->nodes, &variant->node);
	while (take_note(prefetcher, 0, &variant), variant)
		nodes_unref(&fs->nodes, &variant->node);
	prefetcher->tracks = tracks_free(fs, prefetcher->tracks);
	return NULL;
}

/* --- Life -------------------------------------------------------------------------------- */

void prefetcher_init(struct prefetcher *prefetcher)
{
	pthread_condattr_t monotonic;

	lock_init(&prefetcher->lock);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&prefetcher->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void prefetcher_done(struct prefetcher *prefetcher)
{
	pthread_cond_destroy(&prefetcher->wake);
	lock_done(&prefetcher->lock);
}

int prefetcher_start(struct prefetcher *prefetcher, struct fs *fs)
{
	int r;

	if (!fs->options.prefetch)
		return 0;
	r = -pthread_create(&prefetcher->thread, NULL, prefetcher_main, fs);
	prefetcher->running = r == 0;
	return r;
}

void prefetcher_stop(struct prefetcher *prefetcher)
{
	if (!prefetcher->running)
		return;
	lock_take(&prefetcher->lock);
	prefetcher->stopping = true;
	pthread_cond_signal(&prefetcher->wake);
	lock_drop(&prefetcher->lock);
	pthread_join(prefetcher->thread, NULL);
	prefetcher->running = false;
}
