/* SPDX-License-Identifier: MIT */
#include "cli/show_pressure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "cli/mount_place.h"
#include "cli/steering.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/quantity.h"

static const char *const levels[] = { "normal", "elevated", "high", "critical" };

struct wanted {
	const char *path;
	const char *level, *duration; /* as given; NULL */
	bool once;
};

/* --- Showing ----------------------------------------------------------------------------- */

static long long integer(const json_t *stats, const char *name)
{
	return (long long)json_integer_value(json_object_get(stats, name));
}

static void print_reading(const json_t *stats, const char *label, const char *name)
{
	const json_t *value = json_object_get(stats, name);

	if (json_is_number(value))
		printf("  %-28s %6.1f %%\n", label, json_number_value(value));
	else
		printf("  %-28s %6s\n", label, "-");
}

static void print_duration(const char *label, long long seconds)
{
	printf("  %-28s %lld:%02lld:%02lld\n", label, seconds / 3600, seconds / 60 % 60,
		seconds % 60);
}

static void print_times(const json_t *stats)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		char name[64];

		snprintf(name, sizeof(name), "level_seconds_%s", levels[i]);
		print_duration(levels[i], integer(stats, name));
	}
}

static void print_bytes(const char *label, long long bytes)
{
	printf("  %-28s %6lld MiB\n", label, bytes >> 20);
}

static void print_pressure(const json_t *stats)
{
	long long simulated = integer(stats, "level_simulated_seconds");

	printf("memory pressure: %s", json_string_value(json_object_get(stats, "level")));
	if (simulated > 0)
		printf(", simulated for another %lld s", simulated);
	printf("\n\nin use\n");
	print_reading(stats, "of the machine", "pressure_machine");
	print_reading(stats, "of the control group", "pressure_group");
	printf("stalled for want of memory\n");
	print_reading(stats, "some tasks", "pressure_stall_some");
	print_reading(stats, "all tasks", "pressure_stall_full");
	printf("held by\n");
	print_bytes("the daemon", integer(stats, "rss_bytes"));
	print_bytes("encoders", integer(stats, "encoders_rss_bytes"));
	printf("encodes\n");
	printf("  %-28s %6lld\n", "running", integer(stats, "running"));
	printf("  %-28s %6lld\n", "in line", integer(stats, "queue"));
	printf("  %-28s %6lld\n", "refused (EBUSY)", integer(stats, "busy"));
	printf("time spent at\n");
	print_times(stats);
}

static int show_once(const char *path)
{
	json_t *stats;
	int code = mount_place_stats_of(path, &stats);

	if (code != EXIT_CODE_OK)
		return code;
	if (json_is_string(json_object_get(stats, "level"))) {
		print_pressure(stats);
	} else {
		log_error("'%s': its lensfs does not watch the memory; its log says why",
			LOG_QUOTE(path));
		code = EXIT_CODE_OTHER;
	}
	json_decref(stats);
	return code;
}

static int show(const struct wanted *wanted)
{
	int code;

	if (wanted->once || !isatty(STDOUT_FILENO))
		return show_once(wanted->path);
	do {
		fputs("\033[H\033[J", stdout); /* home, clear to the end: ECMA-48 */
		code = show_once(wanted->path);
		fflush(stdout);
		clock_sleep(USEC_PER_SEC);
	} while (code == EXIT_CODE_OK);
	return code;
}

/* --- Rehearsing -------------------------------------------------------------------------- */

/* 0 … 3 or its name; -1. */
static int level_of(const char *text)
{
	for (int i = 0; i < (int)(sizeof(levels) / sizeof(levels[0])); i++) {
		const char digit[] = { (char)('0' + i), '\0' };

		if (strcmp(text, levels[i]) == 0 || strcmp(text, digit) == 0)
			return i;
	}
	return -1;
}

static int simulate(const struct wanted *wanted)
{
	int level = level_of(wanted->level), code;
	json_t *request, *answer;
	uint64_t usec;

	if (level < 0) {
		log_error(
			"'%s' is no level: 0 (normal), 1 (elevated), 2 (high) or 3 (critical)",
			LOG_QUOTE(wanted->level));
		return EXIT_CODE_USAGE;
	}
	if (!quantity_seconds(wanted->duration, &usec)) {
		log_error("'%s' is no time: such as 30s or 5m", LOG_QUOTE(wanted->duration));
		return EXIT_CODE_USAGE;
	}
	request = json_pack(
		"{s:i, s:I}", "level", level, "for_ms", (json_int_t)(usec / USEC_PER_MSEC));
	code = steer_with("pressure", wanted->path, request, &answer);
	json_decref(request);
	if (code != EXIT_CODE_OK)
		return code;
	json_decref(answer);
	printf("'%s': behaves as at memory pressure '%s' for %.3g s\n", LOG_QUOTE(wanted->path),
		levels[level], (double)usec / (double)USEC_PER_SEC);
	return EXIT_CODE_OK;
}

/* False for what is not to be understood. */
static bool parse(int n, char **words, struct wanted *ret)
{
	*ret = (struct wanted){ .path = NULL };
	for (int i = 0; i < n; i++) {
		if (strcmp(words[i], "--once") == 0)
			ret->once = true;
		else if (strcmp(words[i], "--set") == 0 && i + 1 < n)
			ret->level = words[++i];
		else if (strcmp(words[i], "--for") == 0 && i + 1 < n)
			ret->duration = words[++i];
		else if (!ret->path && words[i][0] != '-')
			ret->path = words[i];
		else
			return false;
	}
	return ret->path && !ret->level == !ret->duration && !(ret->once && ret->level);
}

int show_pressure(int n_words, char **words)
{
	struct wanted wanted;

	if (!parse(n_words, words, &wanted)) {
		log_error("usage: lensctl pressure MOUNT [--once | --set LEVEL --for TIME]");
		return EXIT_CODE_USAGE;
	}
	return wanted.level ? simulate(&wanted) : show(&wanted);
}
