/* SPDX-License-Identifier: MIT */
#include "cli/ctl/cache_work.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cache/clear.h"
#include "cache/scrub.h"
#include "cli/ctl/output.h"
#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/log.h"

#define POLL_USEC (200 * USEC_PER_MSEC)
/* Work that is soon over is not waited for as long as that. */
#define FIRST_POLL_USEC (5 * USEC_PER_MSEC)

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = number;
}

bool cache_work_stopped(void)
{
	return interrupted;
}

/* Work is asked to end before we do; by the next one we end at once, for who is asked may not
 * answer. */
static void watch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	if (interrupted)
		return;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void show_progress(unsigned permille)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%3u %%", permille / 10);
}

static void end_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r     \r", stderr);
}

void cache_report_done(struct cache_report *report)
{
	json_decref(report->lines);
	*report = (struct cache_report){ 0 };
}

/* --- In a running lensfs ------------------------------------------------------------------ */

static uint64_t figure(const json_t *answer, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(answer, name));
}

static void read_report(const char *path, const json_t *answer, struct cache_report *ret)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	const char *reason = json_string_value(json_object_get(answer, "reason"));
	char words[1024];

	*ret = (struct cache_report){
		.found = figure(answer, "found"),
		.mended = figure(answer, "mended"),
		.variants = figure(answer, "variants"),
		.bytes = figure(answer, "bytes"),
		.failed = error && error[0],
		.lines = json_incref(json_object_get(answer, "lines")),
	};
	/* The daemon has quoted in it what is others'. */
	if (ret->failed)
		log_error("'%s': %s", LOG_QUOTE(path),
			log_visible(words, sizeof(words), reason ? reason : error));
}

static void tell_to_stop(const struct cache_place *place)
{
	json_t *answer;

	if (cache_place_ask(place, "cache stop", NULL, &answer) == EXIT_CODE_OK)
		json_decref(answer);
}

static int wait_for_end(const struct cache_place *place, struct cache_report *ret)
{
	usec_t pause = FIRST_POLL_USEC;
	bool told_to_stop = false;

	for (;;) {
		json_t *answer;
		int code = cache_place_ask(place, "cache work", NULL, &answer);
		bool running;

		if (code != EXIT_CODE_OK)
			return code;
		running = json_is_true(json_object_get(answer, "running"));
		if (running)
			show_progress((unsigned)figure(answer, "permille"));
		else
			end_progress();
		if (!running)
			read_report(place->path, answer, ret);
		json_decref(answer);
		if (!running)
			return EXIT_CODE_OK;
		if (interrupted && !told_to_stop)
			tell_to_stop(place);
		told_to_stop = told_to_stop || interrupted;
		clock_sleep(pause);
		pause = 2 * pause < POLL_USEC ? 2 * pause : POLL_USEC;
	}
}

int cache_work_ask(const struct cache_place *place, const char *command, json_t *more,
	struct cache_report *ret)
{
	json_t *answer;
	int code = cache_place_ask(place, command, more, &answer);

	if (code != EXIT_CODE_OK)
		return code;
	json_decref(answer);
	watch_signals();
	return wait_for_end(place, ret);
}

/* --- On a stopped folder ------------------------------------------------------------------ */

static void note_problem(void *context, const struct cache_problem *problem)
{
	json_t *lines = context;
	_cleanup_free_ char *line = NULL;

	if (json_array_size(lines) >= CACHE_WORK_LINES)
		return;
	if (asprintf(&line, "%s: %s%s", LOG_QUOTE(problem->what),
		    cache_problem_words(problem->kind), problem->mended ? ": dropped" : "") < 0)
		line = NULL;
	else
		json_array_append_new(lines, output_string(line));
}

static int walk(struct cache *cache, bool repair, struct cache_report *ret)
{
	struct cache_report report = { .lines = json_array() };
	struct cache_scrub_options options = {
		.mend = repair,
		.whole = true,
		.on_problem = note_problem,
		.context = report.lines,
	};
	struct cache_scrub_progress progress;
	struct cache_scrub *scrub;
	uint64_t bytes;
	int r = cache_scrub_new(cache, &options, &scrub);

	*ret = report;
	if (r < 0)
		return r;
	do {
		r = interrupted ? -EINTR : cache_scrub_step(scrub, &bytes);
		cache_scrub_progress(scrub, &progress);
		show_progress(progress.permille);
	} while (r == 0);
	end_progress();
	cache_scrub_free(scrub);
	ret->found = progress.found;
	ret->mended = progress.mended;
	ret->variants = progress.blobs;
	ret->bytes = progress.bytes;
	return r < 0 ? r : 0;
}

static int clear_folder(struct cache *cache, struct cache_report *ret)
{
	struct cache_cleared cleared = { 0 };
	struct cache_stats stats;
	int r;

	cache_stats(cache, &stats);
	do {
		r = interrupted ? -EINTR : cache_clear_step(cache, &cleared);
		if (stats.entries > 0)
			show_progress((unsigned)(cleared.variants * 1000 / stats.entries));
		/* There is no housekeeper here. */
		cache_maintain(cache);
	} while (r == 0);
	end_progress();
	*ret = (struct cache_report){ .variants = cleared.variants, .bytes = cleared.bytes };
	return r < 0 ? r : 0;
}

static int conclude(const char *path, int r, struct cache_report *report)
{
	report->failed = r < 0;
	if (r < 0)
		log_error("'%s': %s", LOG_QUOTE(path),
			r == -EINTR ? "it was stopped" : strerror(-r));
	return EXIT_CODE_OK;
}

int cache_work_verify(const struct cache_place *place, bool repair, struct cache_report *ret)
{
	json_t *more;
	int code;

	if (place->cache) {
		watch_signals();
		return conclude(place->path, walk(place->cache, repair, ret), ret);
	}
	more = json_pack("{s:b}", "repair", (int)repair);
	code = cache_work_ask(place, "cache verify", more, ret);
	json_decref(more);
	return code;
}

int cache_work_clear(const struct cache_place *place, struct cache_report *ret)
{
	if (!place->cache)
		return cache_work_ask(place, "cache clear", NULL, ret);
	watch_signals();
	return conclude(place->path, clear_folder(place->cache, ret), ret);
}
