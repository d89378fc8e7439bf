/* SPDX-License-Identifier: MIT
 *
 * Both ways end in one report, and one way to show it. Progress goes to stderr, and only to a
 * terminal; what was found goes to stdout.
 */
#include "cli/cache_work.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cache/clear.h"
#include "cache/scrub.h"
#include "cli/cache_place.h"
#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/log.h"

#define POLL_USEC   (200 * USEC_PER_MSEC)
#define LINES_SHOWN 100

enum { VERIFY_CLEAN = 0, VERIFY_MENDED = 1, VERIFY_LEFT = 4, VERIFY_FAILED = 8 };

struct report {
	uint64_t found, mended, variants, bytes;
	bool failed;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = number;
}

/* Work is asked to end before we do. */
static void watch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

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

/* --- In a running lensfs ------------------------------------------------------------------ */

static uint64_t figure(const json_t *answer, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(answer, name));
}

static void read_report(const char *path, const json_t *answer, struct report *ret)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	const char *reason = json_string_value(json_object_get(answer, "reason"));
	const json_t *lines = json_object_get(answer, "lines"), *line;
	size_t i;

	*ret = (struct report){
		.found = figure(answer, "found"),
		.mended = figure(answer, "mended"),
		.variants = figure(answer, "variants"),
		.bytes = figure(answer, "bytes"),
		.failed = error && error[0],
	};
	json_array_foreach(lines, i, line)
	{
		printf("%s\n", LOG_QUOTE(json_string_value(line)));
	}
	if (ret->failed)
		log_error("'%s': %s", LOG_QUOTE(path), LOG_QUOTE(reason ? reason : error));
}

static int wait_for_end(const struct cache_place *place, struct report *ret)
{
	bool told_to_stop = false;

	for (;;) {
		json_t *answer;
		int code = cache_place_ask(place, "cache work", NULL, &answer);
		bool running;

		if (code != EXIT_CODE_OK)
			return code;
		running = json_is_true(json_object_get(answer, "running"));
		if (!running)
			end_progress();
		if (!running)
			read_report(place->path, answer, ret);
		else
			show_progress((unsigned)figure(answer, "permille"));
		json_decref(answer);
		if (!running)
			return EXIT_CODE_OK;
		if (interrupted && !told_to_stop) {
			told_to_stop = true;
			if (cache_place_ask(place, "cache stop", NULL, &answer) == EXIT_CODE_OK)
				json_decref(answer);
		}
		clock_sleep(POLL_USEC);
	}
}

static int work_in_daemon(
	const struct cache_place *place, const char *command, json_t *more, struct report *ret)
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

static void print_problem(void *context, const struct cache_problem *problem)
{
	unsigned *lines = context;

	if (++*lines > LINES_SHOWN)
		return;
	end_progress();
	printf("%s: %s%s\n", LOG_QUOTE(problem->what), cache_problem_words(problem->kind),
		problem->mended ? ": dropped" : "");
}

static int walk(struct cache *cache, bool repair, struct report *ret)
{
	unsigned lines = 0;
	struct cache_scrub_options options = {
		.mend = repair,
		.whole = true,
		.on_problem = print_problem,
		.context = &lines,
	};
	struct cache_scrub_progress progress;
	struct cache_scrub *scrub;
	uint64_t bytes;
	int r = cache_scrub_new(cache, &options, &scrub);

	if (r < 0)
		return r;
	do {
		r = interrupted ? -EINTR : cache_scrub_step(scrub, &bytes);
		cache_scrub_progress(scrub, &progress);
		show_progress(progress.permille);
	} while (r == 0);
	end_progress();
	cache_scrub_free(scrub);
	*ret = (struct report){
		.found = progress.found,
		.mended = progress.mended,
		.variants = progress.blobs,
		.bytes = progress.bytes,
	};
	return r < 0 ? r : 0;
}

static int clear_folder(struct cache *cache, struct report *ret)
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
	*ret = (struct report){ .variants = cleared.variants, .bytes = cleared.bytes };
	return r < 0 ? r : 0;
}

static int say_failed(const char *path, int r, struct report *report)
{
	log_error("'%s': %s", LOG_QUOTE(path), r == -EINTR ? "it was stopped" : strerror(-r));
	report->failed = true;
	return EXIT_CODE_OK;
}

/* --- Verify ------------------------------------------------------------------------------- */

static int conclude(const char *path, const struct report *report)
{
	uint64_t left = report->found - report->mended;

	if (report->found > LINES_SHOWN)
		printf("… and %" PRIu64 " more\n", report->found - LINES_SHOWN);
	printf("'%s': %" PRIu64 " variants, %" PRIu64 " bytes read: ", LOG_QUOTE(path),
		report->variants, report->bytes);
	if (report->found == 0)
		puts(report->failed ? "nothing found wrong so far" : "nothing is wrong");
	else
		printf("%" PRIu64 " wrong, %" PRIu64 " mended, %" PRIu64 " left\n",
			report->found, report->mended, left);
	if (report->failed)
		return VERIFY_FAILED;
	if (left > 0)
		return VERIFY_LEFT;
	return report->mended > 0 ? VERIFY_MENDED : VERIFY_CLEAN;
}

static int verify_place(struct cache_place *place, bool repair, struct report *report)
{
	int r;

	if (!place->cache) {
		json_t *more = json_pack("{s:b}", "repair", (int)repair);
		int code = work_in_daemon(place, "cache verify", more, report);

		json_decref(more);
		return code;
	}
	watch_signals();
	r = walk(place->cache, repair, report);
	return r < 0 ? say_failed(place->path, r, report) : EXIT_CODE_OK;
}

static int verify(const char *path, bool repair)
{
	char note[CACHE_REASON_MAX];
	struct report report = { 0 };
	struct cache_place place;
	int code = cache_place_find(
		path, repair ? CACHE_PLACE_MEND : CACHE_PLACE_LOOK, &place, note);

	if (code == EXIT_CODE_OK) {
		code = verify_place(&place, repair, &report);
		cache_place_done(&place);
	}
	if (code == EXIT_CODE_OK && note[0]) {
		puts(LOG_QUOTE(note));
		report.found++;
		report.mended++;
	}
	if (code == EXIT_CODE_OK)
		return conclude(path, &report);
	return code == EXIT_CODE_CACHE ? VERIFY_FAILED : code;
}

int cache_verify(int n_words, char **words)
{
	bool repair = n_words > 0 && strcmp(words[0], "--repair") == 0;

	if (n_words != 1 + repair) {
		log_error("usage: lensctl cache verify [--repair] MOUNT|FOLDER");
		return EXIT_CODE_USAGE;
	}
	return verify(words[repair], repair);
}

/* --- Clear and drop ----------------------------------------------------------------------- */

static int tell_cleared(const char *path, int code, const struct report *report)
{
	if (code != EXIT_CODE_OK)
		return code;
	printf("'%s': %" PRIu64 " variants dropped, %" PRIu64 " bytes\n", LOG_QUOTE(path),
		report->variants, report->bytes);
	return report->failed ? EXIT_CODE_OTHER : EXIT_CODE_OK;
}

int cache_clear(const char *path)
{
	char note[CACHE_REASON_MAX];
	struct report report = { 0 };
	struct cache_place place;
	int code = cache_place_find(path, CACHE_PLACE_MEND, &place, note), r;

	if (code != EXIT_CODE_OK)
		return code;
	if (place.cache) {
		watch_signals();
		r = clear_folder(place.cache, &report);
		if (r < 0)
			code = say_failed(path, r, &report);
	} else {
		code = work_in_daemon(&place, "cache clear", NULL, &report);
	}
	cache_place_done(&place);
	return tell_cleared(path, code, &report);
}

int cache_drop_path(const char *path)
{
	struct cache_place place = { .path = path };
	struct report report = { 0 };
	int code = work_in_daemon(&place, "cache drop", NULL, &report);

	return tell_cleared(path, code, &report);
}
