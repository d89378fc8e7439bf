/* SPDX-License-Identifier: MIT
 *
 * lensctl stats MOUNT: the figures of stats.json; or, with -w, what they do. Live figures are
 * lines below each other, as vmstat has them, and not a screen that is drawn anew: that way they
 * can be scrolled back, piped and compared.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/mount_place.h"
#include "cli/ctl/output.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/quantity.h"

#define HEADER_EVERY 20 /* lines */

/* --- Once --------------------------------------------------------------------------------- */

static void print_figure(const char *name, const json_t *value)
{
	char text[OUTPUT_VALUE_MAX];

	printf("%-25s %s\n", name,
		output_text(value, json_is_real(value) ? VALUE_RATE : VALUE_TEXT, text));
}

static int show_once(const struct call *call)
{
	json_t *stats, *value;
	const char *name;
	int code = mount_place_stats_of(call->words[0], &stats);

	if (code != EXIT_CODE_OK)
		return code;
	if (call->json)
		return output_json(stats);
	json_object_foreach(stats, name, value)
	{
		print_figure(name, value);
	}
	json_decref(stats);
	return EXIT_CODE_OK;
}

/* --- Live --------------------------------------------------------------------------------- */

/* How often, in each second between two looks. */
static const struct rate {
	const char *figure, *key, *title;
} rates[] = {
	{ "hits", "hits_per_second", "hits/s" },
	{ "misses", "misses_per_second", "misses/s" },
	{ "encodes", "encodes_per_second", "encodes/s" },
	{ "encode_failures", "failures_per_second", "fails/s" },
	{ "evictions", "evictions_per_second", "evict/s" },
	{ "watch_events", "changes_per_second", "changes/s" },
};

static double number(const json_t *stats, const char *name)
{
	return json_number_value(json_object_get(stats, name));
}

/* A daemon that was started anew counts from 0 again. */
static double difference(const json_t *before, const json_t *now, const char *name)
{
	double a = number(before, name), b = number(now, name);

	return b >= a ? b - a : b;
}

static json_t *copy(const json_t *stats, const char *name)
{
	json_t *value = json_object_get(stats, name);

	return value ? json_incref(value) : json_null();
}

/* What one line says. */
static json_t *compare(const json_t *before, const json_t *now, double seconds)
{
	double encodes = difference(before, now, "encodes");
	double limit = number(now, "cache_limit");
	json_t *row = json_object();

	json_object_set_new(row, "seconds", json_real(seconds));
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++)
		json_object_set_new(row, rates[i].key,
			json_real(difference(before, now, rates[i].figure) / seconds));
	json_object_set_new(row, "running", copy(now, "running"));
	json_object_set_new(row, "queue", copy(now, "queue"));
	/* Of an encode, on average; nothing where there was none. */
	json_object_set_new(row, "ms_per_encode",
		encodes > 0 ? json_real(difference(before, now, "encode_ms") / encodes)
			    : json_null());
	json_object_set_new(row, "cache_bytes", copy(now, "cache_bytes"));
	json_object_set_new(row, "cache_percent",
		limit > 0 ? json_real(100 * number(now, "cache_bytes") / limit) : json_null());
	json_object_set_new(row, "level", copy(now, "level"));
	json_object_set_new(row, "watch", copy(now, "watch"));
	json_object_set_new(row, "cache_state", copy(now, "cache_state"));
	return row;
}

static const struct live_column {
	struct output_column column;
	int width;
} live[] = {
	{ { "hits_per_second", "hits/s", VALUE_RATE, NULL }, 8 },
	{ { "encodes_per_second", "encodes/s", VALUE_RATE, NULL }, 9 },
	{ { "failures_per_second", "fails/s", VALUE_RATE, NULL }, 7 },
	{ { "running", "running", VALUE_COUNT, NULL }, 7 },
	{ { "queue", "queue", VALUE_COUNT, NULL }, 6 },
	{ { "ms_per_encode", "latency", VALUE_MSEC, NULL }, 8 },
	{ { "cache_bytes", "cache", VALUE_BYTES, NULL }, 10 },
	{ { "cache_percent", "full", VALUE_PERCENT, NULL }, 7 },
	{ { "evictions_per_second", "evict/s", VALUE_RATE, NULL }, 7 },
	{ { "changes_per_second", "changes/s", VALUE_RATE, NULL }, 9 },
	{ { "level", "pressure", VALUE_STATE, NULL }, 8 },
	{ { "watch", "watch", VALUE_TEXT, NULL }, 7 },
	{ { "cache_state", "disk", VALUE_STATE, NULL }, 7 },
};

static void print_header(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(live); i++)
		printf("%s%*s", i ? "  " : "", live[i].width, live[i].column.title);
	putchar('\n');
}

static void print_row(const json_t *row)
{
	char text[OUTPUT_VALUE_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(live); i++) {
		bool coloured = live[i].column.kind == VALUE_STATE;

		output_text(
			json_object_get(row, live[i].column.key), live[i].column.kind, text);
		printf("%s%s%*s%s", i ? "  " : "", coloured ? output_colour_of(text) : "",
			live[i].width, text, coloured ? output_colour_end() : "");
	}
	putchar('\n');
}

static int show_row(const struct call *call, uint64_t line, json_t *row_consume)
{
	int code = EXIT_CODE_OK;

	if (call->json) {
		code = output_json_line(row_consume);
	} else {
		if (line % HEADER_EVERY == 0)
			print_header();
		print_row(row_consume);
		json_decref(row_consume);
	}
	/* Nobody listens any more, or the disk is full. */
	return fflush(stdout) == 0 ? code : EXIT_CODE_OTHER;
}

static int watch(const struct call *call, usec_t pause, uint64_t n_lines)
{
	const char *path = call->words[0];
	json_t *before = NULL, *now;
	int code = mount_place_stats_of(path, &before);
	usec_t before_at = now_monotonic();

	for (uint64_t i = 0; code == EXIT_CODE_OK && i < n_lines; i++) {
		usec_t now_at;

		clock_sleep(pause);
		code = mount_place_stats_of(path, &now);
		if (code != EXIT_CODE_OK)
			break;
		now_at = now_monotonic();
		code = show_row(call, i,
			compare(before, now,
				(double)(now_at - before_at) / (double)USEC_PER_SEC));
		json_decref(before);
		before = now;
		before_at = now_at;
	}
	json_decref(before);
	return code;
}

static int stats(const struct call *call)
{
	const char *every = call_value(call, "watch");
	uint64_t pause = USEC_PER_SEC, n_lines = UINT64_MAX;

	if (every && !quantity_seconds(every, &pause))
		return call_misused(
			call, "'%s' is no time: such as 1 or 0.5 or 1m", LOG_QUOTE(every));
	if (!call_count(call, "count", 1, UINT32_MAX, &n_lines))
		return EXIT_CODE_USAGE;
	if (!call_has(call, "watch") && !call_has(call, "count"))
		return show_once(call);
	return watch(call, pause, n_lines);
}

static const struct command_option options[] = {
	{
		.name = "watch",
		.letter = 'w',
		.value = "SECONDS",
		.may_lack = true,
		.help = "a line every so many seconds (1 if not said): what happened in them",
	},
	{ .name = "count", .letter = 'n', .value = "N", .help = "so many lines, then end" },
	{ 0 },
};

const struct command stats_command = {
	.name = "stats",
	.arguments = "MOUNT",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "the figures of a mount; live with -w",
	.more = "With -w: hits are opens served from the cache (what the kernel serves from "
		"its "
		"page cache is not seen); latency is the average time of the encodes that "
		"ended; full is the part of cache_size in use; disk says whether the cache "
		"folder can be written. With --json each line is an object.",
	.options = options,
	.run = stats,
};
