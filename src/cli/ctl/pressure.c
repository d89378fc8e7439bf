/* SPDX-License-Identifier: MIT
 *
 * lensctl pressure MOUNT: shows level and readings, again every second while standard output is a
 * terminal; or has the mount behave as at a level for a time.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/mount_place.h"
#include "cli/ctl/output.h"
#include "cli/ctl/steering.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/quantity.h"

static const char *const levels[] = { "normal", "elevated", "high", "critical", NULL };

/* --- Showing ----------------------------------------------------------------------------- */

static const struct section {
	const char *title;
	struct output_column lines[4];
	size_t n;
} sections[] = {
	{ "in use",
		{ { "pressure_machine", "of the machine", VALUE_PERCENT, NULL },
			{ "pressure_group", "of the control group", VALUE_PERCENT, NULL } },
		2 },
	{ "stalled for want of memory",
		{ { "pressure_stall_some", "some tasks", VALUE_PERCENT, NULL },
			{ "pressure_stall_full", "all tasks", VALUE_PERCENT, NULL } },
		2 },
	{ "held by",
		{ { "rss_bytes", "the daemon", VALUE_BYTES, NULL },
			{ "encoders_rss_bytes", "encoders", VALUE_BYTES, NULL } },
		2 },
	{ "encodes",
		{ { "running", "running", VALUE_COUNT, NULL },
			{ "queue", "in line", VALUE_COUNT, NULL },
			{ "busy", "refused (EBUSY)", VALUE_COUNT, NULL } },
		3 },
	{ "time spent at",
		{ { "level_seconds_normal", "normal", VALUE_SECONDS, NULL },
			{ "level_seconds_elevated", "elevated", VALUE_SECONDS, NULL },
			{ "level_seconds_high", "high", VALUE_SECONDS, NULL },
			{ "level_seconds_critical", "critical", VALUE_SECONDS, NULL } },
		4 },
};

static void print_pressure(const json_t *stats)
{
	const char *level = json_string_value(json_object_get(stats, "level"));
	json_int_t simulated =
		json_integer_value(json_object_get(stats, "level_simulated_seconds"));

	printf("memory pressure: %s%s%s", output_colour_of(level), level, output_colour_end());
	if (simulated > 0)
		printf(", simulated for another %lld s", (long long)simulated);
	putchar('\n');
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		printf("\n%s\n", sections[i].title);
		output_lines(stats, sections[i].lines, sections[i].n);
	}
}

/* What of the figures is about memory. */
static json_t *select_figures(const json_t *stats)
{
	json_t *answer = json_object();

	json_object_set(answer, "level", json_object_get(stats, "level"));
	json_object_set(answer, "level_simulated_seconds",
		json_object_get(stats, "level_simulated_seconds"));
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		for (size_t k = 0; k < sections[i].n; k++)
			json_object_set(answer, sections[i].lines[k].key,
				json_object_get(stats, sections[i].lines[k].key));
	}
	return answer;
}

static int show_once(const char *path, bool json)
{
	json_t *stats;
	int code = mount_place_stats_of(path, &stats);

	if (code != EXIT_CODE_OK)
		return code;
	if (!json_is_string(json_object_get(stats, "level"))) {
		log_error("'%s': its lensfs does not watch the memory; its log says why",
			LOG_QUOTE(path));
		code = EXIT_CODE_OTHER;
	} else if (json) {
		code = output_json(select_figures(stats));
	} else {
		print_pressure(stats);
	}
	json_decref(stats);
	return code;
}

static int show(const char *path)
{
	int code;

	do {
		fputs("\033[H\033[J", stdout); /* home, clear to the end: ECMA-48 */
		code = show_once(path, false);
		fflush(stdout);
		clock_sleep(USEC_PER_SEC);
	} while (code == EXIT_CODE_OK);
	return code;
}

/* --- Rehearsing -------------------------------------------------------------------------- */

/* 0 … 3 or its name; -1. */
static int level_of(const char *text)
{
	for (int i = 0; levels[i]; i++) {
		const char digit[] = { (char)('0' + i), '\0' };

		if (strcmp(text, levels[i]) == 0 || strcmp(text, digit) == 0)
			return i;
	}
	return -1;
}

static int tell_simulated(const struct call *call, int level, double seconds)
{
	const char *path = call->words[0];

	if (call->json)
		return output_json(json_pack("{s:o, s:s, s:f}", "path", output_string(path),
			"level", levels[level], "seconds", seconds));
	printf("'%s': behaves as at memory pressure '%s' for %.3g s\n", LOG_QUOTE(path),
		levels[level], seconds);
	return EXIT_CODE_OK;
}

static int simulate(const struct call *call, const char *wanted, const char *duration)
{
	int level = level_of(wanted), code;
	json_t *request, *answer;
	uint64_t usec;

	if (level < 0)
		return call_misused(call,
			"'%s' is no level: 0 (normal), 1 (elevated), 2 (high) or 3 (critical)",
			LOG_QUOTE(wanted));
	if (!quantity_seconds(duration, &usec))
		return call_misused(
			call, "'%s' is no time: such as 30s or 5m", LOG_QUOTE(duration));
	request = json_pack(
		"{s:i, s:I}", "level", level, "for_ms", (json_int_t)(usec / USEC_PER_MSEC));
	code = steer_with("pressure", call->words[0], request, &answer);
	json_decref(request);
	if (code != EXIT_CODE_OK)
		return code;
	json_decref(answer);
	return tell_simulated(call, level, (double)usec / (double)USEC_PER_SEC);
}

static int pressure(const struct call *call)
{
	const char *level = call_value(call, "set"), *duration = call_value(call, "for");
	bool once = call_has(call, "once");

	if (!level != !duration)
		return call_misused(call, "--set LEVEL and --for TIME belong together");
	if (level && once)
		return call_misused(call, "--once shows, and --set does not");
	if (level)
		return simulate(call, level, duration);
	if (once || call->json || !isatty(STDOUT_FILENO))
		return show_once(call->words[0], call->json);
	return show(call->words[0]);
}

static const struct command_option options[] = {
	{ .name = "once", .help = "show it once, also on a terminal" },
	{
		.name = "set",
		.value = "LEVEL",
		.words = levels,
		.help = "have the mount behave as at this level: 0 to 3, or its name",
	},
	{ .name = "for",
		.value = "TIME",
		.help = "for so long, such as 30s or 5m; then no more" },
	{ 0 },
};

const struct command pressure_command = {
	.name = "pressure",
	.arguments = "MOUNT",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "memory pressure, live on a terminal; or have the mount behave as at a level "
		"for a "
		"time",
	.options = options,
	.run = pressure,
};
