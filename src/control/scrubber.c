/* SPDX-License-Identifier: MIT
 *
 * SCHED_IDLE is for the processor; the disk's idle class (ioprio_set(2)) counts only where the
 * disk's scheduler knows it (BFQ), so there is a rate too.
 */
#include "control/scrubber.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/log.h"

#define BYTES_PER_SEC (UINT64_C(16) << 20)
#define STEP_USEC     (2 * USEC_PER_MSEC) /* between two steps at least: 64 rows */
#define ASK_USEC      (60 * USEC_PER_SEC) /* whether a round is due, and after an error */
#define SAVE_USEC     (10 * USEC_PER_SEC)

static void be_idle(void)
{
	struct sched_param param = { 0 };

	pthread_setname_np(pthread_self(), "lensfs-scrub");
	pthread_setschedparam(pthread_self(), SCHED_IDLE, &param);
	syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
}

/* Waits so long, and as long as it is to hold still. False when it is time to stop. */
static bool rest(struct scrubber *scrubber, usec_t duration)
{
	usec_t end = now_monotonic() + duration;

	LOCK_SCOPE(&scrubber->lock);
	while (!scrubber->stopping && (scrubber->pauses > 0 || now_monotonic() < end)) {
		struct timespec until = {
			.tv_sec = (time_t)(end / USEC_PER_SEC),
			.tv_nsec = (long)(end % USEC_PER_SEC) * 1000,
		};

		if (scrubber->pauses > 0)
			pthread_cond_wait(&scrubber->wake, &scrubber->lock.mutex);
		else
			pthread_cond_timedwait(&scrubber->wake, &scrubber->lock.mutex, &until);
	}
	return !scrubber->stopping;
}

/* False: not now. */
static bool begin_step(struct scrubber *scrubber)
{
	LOCK_SCOPE(&scrubber->lock);
	scrubber->walking = !scrubber->stopping && scrubber->pauses == 0;
	return scrubber->walking;
}

static void end_step(struct scrubber *scrubber)
{
	LOCK_SCOPE(&scrubber->lock);
	cache_scrub_progress(scrubber->scrub, &scrubber->progress);
	scrubber->walking = false;
	pthread_cond_broadcast(&scrubber->wake);
}

static usec_t pace(uint64_t bytes)
{
	return STEP_USEC + bytes * USEC_PER_SEC / BYTES_PER_SEC;
}

/* Steps until the end, an error, or the time to stop (0). */
static int walk(struct scrubber *scrubber)
{
	usec_t saved_at = now_monotonic();
	uint64_t bytes = 0;
	int r = 0;

	while (r == 0 && rest(scrubber, pace(bytes))) {
		if (!begin_step(scrubber))
			continue;
		r = cache_scrub_step(scrubber->scrub, &bytes);
		if (r == -EINTR) /* to hold still or to stop; the step is taken again */
			r = 0;
		end_step(scrubber);
		if (r == 0 && now_monotonic() - saved_at > SAVE_USEC) {
			cache_scrub_save(scrubber->scrub);
			saved_at = now_monotonic();
		}
	}
	cache_scrub_save(scrubber->scrub);
	return r;
}

static void end_round(struct scrubber *scrubber, int r)
{
	struct cache_scrub_progress progress;
	struct cache_scrub *scrub;

	{
		LOCK_SCOPE(&scrubber->lock);
		scrub = TAKE_PTR(scrubber->scrub);
		progress = scrubber->progress;
		scrubber->progress = (struct cache_scrub_progress){ 0 };
		scrubber->rounds += r == CACHE_SCRUB_E_DONE;
		scrubber->found += progress.found;
		scrubber->mended += progress.mended;
	}
	/* Which takes locks of the catalog. */
	cache_scrub_free(scrub);
	if (progress.found > 0)
		log_warning("cache: of %" PRIu64 " blobs looked at, %" PRIu64
			    " were missing, wrong or nobody's; %" PRIu64 " of these are gone",
			progress.blobs, progress.found, progress.mended);
	if (r < 0)
		log_debug("cache: the scrub goes on later: %s", strerror(-r));
}

static void do_round(struct scrubber *scrubber)
{
	struct cache_scrub_options options = { .mend = true };
	struct cache_scrub *scrub;
	int r = cache_scrub_new(scrubber->cache, &options, &scrub);

	if (r < 0) {
		log_debug("cache: no scrub now: %s", strerror(-r));
		return;
	}
	{
		LOCK_SCOPE(&scrubber->lock);
		scrubber->scrub = scrub;
	}
	r = walk(scrubber);
	end_round(scrubber, r);
}

static void *scrubber_main(void *arg)
{
	struct scrubber *scrubber = arg;

	be_idle();
	do {
		if (cache_scrub_due(scrubber->cache) <= now_real())
			do_round(scrubber);
	} while (rest(scrubber, ASK_USEC));
	return NULL;
}

int scrubber_start(struct scrubber *scrubber, struct cache *cache)
{
	pthread_condattr_t attr;
	int r;

	*scrubber = (struct scrubber){ .cache = cache };
	lock_init(&scrubber->lock);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&scrubber->wake, &attr);
	pthread_condattr_destroy(&attr);
	r = -pthread_create(&scrubber->thread, NULL, scrubber_main, scrubber);
	if (r < 0) {
		pthread_cond_destroy(&scrubber->wake);
		lock_done(&scrubber->lock);
	}
	return r;
}

/* A step that asks SQLite for much is ended. */
static void interrupt_locked(struct scrubber *scrubber) REQUIRES(scrubber->lock)
{
	if (scrubber->walking)
		cache_scrub_stop(scrubber->scrub);
	pthread_cond_broadcast(&scrubber->wake);
}

void scrubber_stop(struct scrubber *scrubber)
{
	{
		LOCK_SCOPE(&scrubber->lock);
		scrubber->stopping = true;
		interrupt_locked(scrubber);
	}
	pthread_join(scrubber->thread, NULL);
	pthread_cond_destroy(&scrubber->wake);
	lock_done(&scrubber->lock);
}

void scrubber_pause(struct scrubber *scrubber)
{
	LOCK_SCOPE(&scrubber->lock);
	scrubber->pauses++;
	interrupt_locked(scrubber);
	while (scrubber->walking)
		pthread_cond_wait(&scrubber->wake, &scrubber->lock.mutex);
}

void scrubber_resume(struct scrubber *scrubber)
{
	LOCK_SCOPE(&scrubber->lock);
	scrubber->pauses--;
	pthread_cond_broadcast(&scrubber->wake);
}

void scrubber_stats(struct scrubber *scrubber, struct scrubber_stats *ret)
{
	LOCK_SCOPE(&scrubber->lock);
	*ret = (struct scrubber_stats){
		.state = SCRUBBER_IDLE,
		.progress = scrubber->progress,
		.rounds = scrubber->rounds,
		.found = scrubber->found,
		.mended = scrubber->mended,
	};
	if (scrubber->scrub)
		ret->state = scrubber->pauses > 0 ? SCRUBBER_PAUSED : SCRUBBER_RUNNING;
}
