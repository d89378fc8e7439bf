/* SPDX-License-Identifier: MIT */
#include "control/work.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cache/clear.h"
#include "util/cleanup.h"

void work_init(struct work *work, struct control *control)
{
	*work = (struct work){ .control = control };
	lock_init(&work->lock);
}

static bool is_stopped(void *context)
{
	struct work *work = context;

	return atomic_load(&work->stopping);
}

/* Names of files are anybody's bytes, and these travel as JSON. */
static void clean(char *line)
{
	for (; *line; line++)
		if ((unsigned char)*line < ' ' || (unsigned char)*line >= 0x7f)
			*line = '?';
}

/* The words are the caller's own, or "": the errno's. */
static void fail(struct work *work, int r, const char *words)
{
	LOCK_SCOPE(&work->lock);
	work->report.error = -r;
	snprintf(work->report.reason, sizeof(work->report.reason), "%s",
		words[0] ? words : strerror(-r));
	clean(work->report.reason);
}

/* --- Verify ------------------------------------------------------------------------------- */

static void note_problem(void *context, const struct cache_problem *problem)
{
	struct work *work = context;
	char *line;

	LOCK_SCOPE(&work->lock);
	if (work->report.n_lines == WORK_LINES_MAX)
		return;
	line = work->report.lines[work->report.n_lines++];
	snprintf(line, WORK_LINE_SIZE, "%.80s: %s%s", problem->what,
		cache_problem_words(problem->kind), problem->mended ? ": dropped" : "");
	clean(line);
}

static void note_progress(struct work *work, const struct cache_scrub *scrub)
{
	struct cache_scrub_progress progress;

	cache_scrub_progress(scrub, &progress);
	LOCK_SCOPE(&work->lock);
	work->report.permille = progress.permille;
	work->report.found = progress.found;
	work->report.mended = progress.mended;
	work->report.variants = progress.blobs;
	work->report.bytes = progress.bytes;
}

static int walk(struct work *work)
{
	struct cache_scrub_options options = {
		.mend = work->repair,
		.whole = true,
		.on_problem = note_problem,
		.context = work,
	};
	struct cache_scrub *scrub;
	uint64_t bytes;
	int r = cache_scrub_new(work->control->cache, &options, &scrub);

	if (r < 0)
		return r;
	do {
		r = is_stopped(work) ? -ECANCELED : cache_scrub_step(scrub, &bytes);
		note_progress(work, scrub);
	} while (r == 0);
	cache_scrub_free(scrub);
	return r < 0 ? r : 0;
}

/* Two walks at once would tell of the same twice. */
static void verify(struct work *work)
{
	struct scrubber *scrubber = work->control->scrubber;
	int r;

	if (scrubber)
		scrubber_pause(scrubber);
	r = walk(work);
	if (scrubber)
		scrubber_resume(scrubber);
	if (r < 0)
		fail(work, r, r == -ECANCELED ? "it was stopped" : "");
}

/* --- Clear and drop ----------------------------------------------------------------------- */

static void note_cleared(
	struct work *work, const struct cache_cleared *cleared, uint64_t entries)
{
	LOCK_SCOPE(&work->lock);
	work->report.variants = cleared->variants;
	work->report.bytes = cleared->bytes;
	if (entries > 0 && cleared->variants < entries)
		work->report.permille = (unsigned)(cleared->variants * 1000 / entries);
}

static void clear(struct work *work)
{
	struct cache *cache = work->control->cache;
	struct cache_cleared cleared = { 0 };
	struct cache_stats stats;
	int r;

	cache_stats(cache, &stats);
	do {
		r = is_stopped(work) ? -ECANCELED : cache_clear_step(cache, &cleared);
		note_cleared(work, &cleared, stats.entries);
	} while (r == 0);
	if (r < 0)
		fail(work, r, r == -ECANCELED ? "it was stopped" : "");
}

struct dropping {
	struct work *work; /* borrowed */
	struct drop drop;
};

static bool note_drop(void *context)
{
	struct dropping *dropping = context;

	note_cleared(dropping->work, &dropping->drop.cleared, 0);
	return is_stopped(dropping->work);
}

static void drop(struct work *work)
{
	struct dropping dropping = {
		.work = work,
		.drop =
			{
				.control = work->control,
				.views = work->views,
				.n_views = work->n_views,
				.is_stopped = note_drop,
			},
	};
	int r;

	dropping.drop.context = &dropping;
	r = drop_variants(&dropping.drop, work->path);
	note_cleared(work, &dropping.drop.cleared, 0);
	{
		LOCK_SCOPE(&work->lock);
		work->report.pictures = dropping.drop.pictures;
	}
	if (r < 0)
		fail(work, r, dropping.drop.reason);
}

/* Of what is dropped nothing stays open either: it would hold its room on the disk, and be read
 * instead of being made and cached again. */
static void let_go(struct work *work)
{
	if (work->control->fs)
		fs_trim_gone(work->control->fs, 0);
}

/* --- Life --------------------------------------------------------------------------------- */

static void *work_main(void *arg)
{
	static void (*const kinds[])(struct work *) = {
		[WORK_VERIFY] = verify,
		[WORK_CLEAR] = clear,
		[WORK_DROP] = drop,
	};
	struct work *work = arg;
	enum work_kind kind;

	pthread_setname_np(pthread_self(), "lensfs-work");
	{
		LOCK_SCOPE(&work->lock);
		kind = work->report.kind;
	}
	kinds[kind](work);
	if (kind != WORK_VERIFY)
		let_go(work);
	LOCK_SCOPE(&work->lock);
	work->report.running = false;
	return NULL;
}

static bool is_running(struct work *work)
{
	LOCK_SCOPE(&work->lock);
	return work->report.running;
}

static void join(struct work *work)
{
	if (work->joinable)
		pthread_join(work->thread, NULL);
	work->joinable = false;
	free(work->path);
	work->path = NULL;
}

int work_start(struct work *work, const struct work_order *order)
{
	int r;

	if (is_running(work))
		return -EBUSY;
	join(work);
	work->path = strdup(order->path ? order->path : "");
	if (!work->path)
		return -ENOMEM;
	work->repair = order->repair;
	work->n_views = order->n_views;
	if (order->n_views > 0)
		memcpy(work->views, order->views, order->n_views * sizeof(*order->views));
	atomic_store(&work->stopping, false);
	{
		LOCK_SCOPE(&work->lock);
		work->report = (struct work_report){ .kind = order->kind, .running = true };
	}
	r = -pthread_create(&work->thread, NULL, work_main, work);
	work->joinable = r == 0;
	if (r == 0)
		return 0;
	LOCK_SCOPE(&work->lock);
	work->report.running = false;
	return r;
}

void work_stop(struct work *work)
{
	atomic_store(&work->stopping, true);
}

void work_done(struct work *work)
{
	work_stop(work);
	join(work);
	lock_done(&work->lock);
}

void work_report(struct work *work, struct work_report *ret)
{
	LOCK_SCOPE(&work->lock);
	*ret = work->report;
}
