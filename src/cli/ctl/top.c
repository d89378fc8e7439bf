/* SPDX-License-Identifier: MIT
 *
 * lensctl top MOUNT: what costs most, from .lensfs/top.json (control/costs.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ctl/commands.h"
#include "cli/ctl/mount_place.h"
#include "cli/ctl/output.h"
#include "util/cleanup.h"
#include "util/log.h"

static const char *const orders[] = { "time", "bytes", "encodes", "failures", NULL };

/* The member that is ordered by; NULL for no order. */
static const char *member_of(const char *order)
{
	static const char *const members[] = { "encode_ms", "bytes", "encodes", "failures" };

	for (size_t i = 0; orders[i]; i++) {
		if (strcmp(order, orders[i]) == 0)
			return members[i];
	}
	return NULL;
}

/* Most first, and of equals those that cost most time. */
static int compare(const void *left, const void *right, void *context)
{
	const char *const members[] = { context, "encode_ms" };
	const json_t *a = *(json_t *const *)left, *b = *(json_t *const *)right;

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		json_int_t of_a = json_integer_value(json_object_get(a, members[i]));
		json_int_t of_b = json_integer_value(json_object_get(b, members[i]));

		if (of_a != of_b)
			return of_a < of_b ? 1 : -1;
	}
	return 0;
}

/* A new array; what has none of what it is ordered by is left out. */
static json_t *sort(const json_t *rows, const char *member, uint64_t max)
{
	size_t n = json_array_size(rows), i;
	_cleanup_free_ json_t **list = calloc(n + 1, sizeof(*list));
	json_t *row, *sorted = list ? json_array() : NULL;

	json_array_foreach(rows, i, row)
	{
		if (list)
			list[i] = row;
	}
	if (sorted)
		qsort_r(list, n, sizeof(*list), compare, (void *)(uintptr_t)member);
	for (i = 0; sorted && i < n && i < max; i++) {
		if (json_integer_value(json_object_get(list[i], member)) > 0)
			json_array_append(sorted, list[i]);
	}
	return sorted;
}

#define COLUMNS(key, title)                                                                    \
	{                                                                                      \
		{ "encode_ms", "TIME", VALUE_MSEC, NULL },                                     \
			{ "encodes", "ENCODES", VALUE_COUNT, NULL },                           \
			{ "failures", "FAILED", VALUE_COUNT, NULL },                           \
			{ "source_bytes", "FROM", VALUE_BYTES, NULL },                         \
			{ "bytes", "TO", VALUE_BYTES, NULL },                                  \
		{                                                                              \
			key, title, VALUE_TEXT, NULL                                           \
		}                                                                              \
	}

static int show(const json_t *answer)
{
	static const struct output_column of_pictures[] = COLUMNS("path", "PICTURE");
	static const struct output_column of_views[] = COLUMNS("view", "VIEW");
	const json_t *pictures = json_object_get(answer, "pictures");
	const json_t *views = json_object_get(answer, "views");

	if (json_array_size(pictures) + json_array_size(views) == 0) {
		puts("nothing of this since it was mounted");
		return EXIT_CODE_OK;
	}
	output_table(pictures, of_pictures, ARRAY_SIZE(of_pictures));
	putchar('\n');
	return output_table(views, of_views, ARRAY_SIZE(of_views));
}

static int select_rows(const char *path, const char *member, uint64_t max, json_t **ret_answer)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	json_t *all;
	int code = mount_place_text_of(path, "top.json", &text, &length);

	if (code != EXIT_CODE_OK)
		return code;
	all = json_loadb(text, length, 0, NULL);
	*ret_answer = json_pack("{s:o, s:o}", "pictures",
		sort(json_object_get(all, "pictures"), member, max), "views",
		sort(json_object_get(all, "views"), member, max));
	json_decref(all);
	return EXIT_CODE_OK;
}

static int top(const struct call *call)
{
	const char *order = call_value(call, "by"), *member = member_of(order ? order : "time");
	uint64_t max = 10;
	json_t *answer;
	int code;

	if (!member)
		return call_misused(call, "--by: '%s' is not time, bytes, encodes or failures",
			LOG_QUOTE(order));
	if (!call_count(call, "count", 1, UINT32_MAX, &max))
		return EXIT_CODE_USAGE;
	code = select_rows(call->words[0], member, max, &answer);
	if (code != EXIT_CODE_OK)
		return code;
	if (call->json || !answer)
		return output_json(answer);
	code = show(answer);
	json_decref(answer);
	return code;
}

static const struct command_option options[] = {
	{ .name = "count", .letter = 'n', .value = "N", .help = "so many of each (10)" },
	{
		.name = "by",
		.value = "WHAT",
		.words = orders,
		.help = "ordered by time spent encoding (if not said), bytes written, encodes "
			"or "
			"failures",
	},
	{ 0 },
};

const struct command top_command = {
	.name = "top",
	.arguments = "MOUNT",
	.min_words = 1,
	.max_words = 1,
	.kind = WORD_FOLDER,
	.help = "the pictures and the views that cost most since it was mounted",
	.more = "Time is what encoders spent, also on what failed in the end. Of very many, "
		"the "
		"cheapest are not counted for ever: the mount keeps the dearest few hundred.",
	.options = options,
	.run = top,
};
