/* SPDX-License-Identifier: MIT */
#include "cli/ctl/output.h"

#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/utf8.h"

#define REAL_DIGITS 6

static int fail_memory(void)
{
	log_error("out of memory");
	return EXIT_CODE_OTHER;
}

/* --- Colours ------------------------------------------------------------------------------ */

/* https://no-color.org: set and not empty. */
static bool has_colours(void)
{
	const char *never = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(never && never[0]) && term &&
	       strcmp(term, "dumb") != 0;
}

/* An SGR sequence (ECMA-48); NULL for words without a colour. */
static const char *colour_of(const char *state)
{
	static const struct {
		const char *word, *colour;
	} rows[] = {
		{ "present", "\033[32m" },
		{ "ok", "\033[32m" },
		{ "normal", "\033[32m" },
		{ "absent", "\033[33m" },
		{ "evicted", "\033[33m" },
		{ "encoding", "\033[33m" },
		{ "elevated", "\033[33m" },
		{ "no permission", "\033[33m" },
		{ "high", "\033[31m" },
		{ "critical", "\033[31m" },
		{ "failed", "\033[31m" },
		{ "dead", "\033[31m" },
		{ "no answer", "\033[31m" },
		{ "trouble", "\033[31m" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].word, state) == 0)
			return rows[i].colour;
	}
	return NULL;
}

const char *output_colour_of(const char *state)
{
	const char *colour = has_colours() ? colour_of(state) : NULL;

	return colour ? colour : "";
}

const char *output_colour_end(void)
{
	return has_colours() ? "\033[0m" : "";
}

/* --- Values ------------------------------------------------------------------------------- */

static void print_bytes(double bytes, char out[OUTPUT_VALUE_MAX])
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	size_t unit = 0;

	/* What would be rounded to 1024 is 1.0 of the next. */
	while (bytes >= (unit ? 1023.95 : 1024) && unit + 1 < ARRAY_SIZE(units)) {
		bytes /= 1024;
		unit++;
	}
	snprintf(out, OUTPUT_VALUE_MAX, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

static void print_seconds(double seconds, char out[OUTPUT_VALUE_MAX])
{
	unsigned long long whole = (unsigned long long)seconds;

	if (seconds < 1)
		snprintf(out, OUTPUT_VALUE_MAX, "%.0f ms", seconds * 1000);
	else if (seconds < 100)
		snprintf(out, OUTPUT_VALUE_MAX, "%.1f s", seconds);
	else
		snprintf(out, OUTPUT_VALUE_MAX, "%llu:%02llu:%02llu", whole / 3600,
			whole / 60 % 60, whole % 60);
}

static void print_number(double number, enum value_kind kind, char out[OUTPUT_VALUE_MAX])
{
	switch (kind) {
	case VALUE_BYTES:
		print_bytes(number, out);
		break;
	case VALUE_MSEC:
		print_seconds(number / 1000, out);
		break;
	case VALUE_SECONDS:
		print_seconds(number, out);
		break;
	case VALUE_PERCENT:
		snprintf(out, OUTPUT_VALUE_MAX, "%.1f %%", number);
		break;
	case VALUE_RATE:
		snprintf(out, OUTPUT_VALUE_MAX, "%.1f", number);
		break;
	case VALUE_TEXT:
	case VALUE_STATE:
	case VALUE_COUNT:
		snprintf(out, OUTPUT_VALUE_MAX, "%.0f", number);
		break;
	}
}

const char *output_text(const json_t *value, enum value_kind kind, char out[OUTPUT_VALUE_MAX])
{
	if (json_is_string(value))
		log_visible(out, OUTPUT_VALUE_MAX, json_string_value(value));
	else if (json_is_integer(value) && kind <= VALUE_COUNT)
		snprintf(out, OUTPUT_VALUE_MAX, "%lld", (long long)json_integer_value(value));
	else if (json_is_number(value))
		print_number(json_number_value(value), kind, out);
	else if (json_is_boolean(value))
		snprintf(out, OUTPUT_VALUE_MAX, "%s", json_is_true(value) ? "yes" : "no");
	else
		snprintf(out, OUTPUT_VALUE_MAX, "-");
	return out;
}

json_t *output_string(const char *text)
{
	_cleanup_free_ char *utf8 = utf8_copy(text);

	return utf8 ? json_string(utf8) : NULL;
}

/* --- JSON --------------------------------------------------------------------------------- */

static int print_json(json_t *value_consume, size_t flags)
{
	int r;

	if (!value_consume)
		return fail_memory();
	r = json_dumpf(value_consume, stdout,
		flags | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(REAL_DIGITS));
	json_decref(value_consume);
	putchar('\n');
	return r < 0 ? EXIT_CODE_OTHER : EXIT_CODE_OK;
}

int output_json(json_t *value_consume)
{
	return print_json(value_consume, JSON_INDENT(2));
}

int output_json_line(json_t *value_consume)
{
	return print_json(value_consume, JSON_COMPACT);
}

/* --- Tables and lines --------------------------------------------------------------------- */

static bool add_row(struct libscols_table *table, const json_t *row,
	const struct output_column *columns, size_t n)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	char text[OUTPUT_VALUE_MAX];

	for (size_t i = 0; line && i < n; i++) {
		const json_t *value = json_object_get(row, columns[i].key);
		const char *colour;

		if (scols_line_set_data(line, i, output_text(value, columns[i].kind, text)) !=
			0)
			return false;
		colour = columns[i].kind == VALUE_STATE ? colour_of(text) : NULL;
		if (colour && scols_cell_set_color(scols_line_get_cell(line, i), colour) != 0)
			return false;
	}
	return line != NULL;
}

static struct libscols_table *make_table(
	const json_t *rows, const struct output_column *columns, size_t n)
{
	struct libscols_table *table = scols_new_table();
	bool good = table != NULL;
	const json_t *row;
	size_t i;

	for (size_t c = 0; good && c < n; c++)
		good = scols_table_new_column(table, columns[c].title, 0,
			columns[c].kind >= VALUE_COUNT ? SCOLS_FL_RIGHT : 0);
	if (good) {
		scols_table_enable_colors(table, has_colours());
		/* What must not reach a terminal is escaped by us, as everywhere. */
		scols_table_enable_noencoding(table, 1);
	}
	json_array_foreach(rows, i, row)
	{
		good = good && add_row(table, row, columns, n);
	}
	if (!good) {
		scols_unref_table(table);
		return NULL;
	}
	return table;
}

int output_table(const json_t *rows, const struct output_column *columns, size_t n)
{
	struct libscols_table *table = rows ? make_table(rows, columns, n) : NULL;
	int r = table ? scols_print_table(table) : -1;

	scols_unref_table(table);
	return r == 0 ? EXIT_CODE_OK : fail_memory();
}

int output_lines(const json_t *object, const struct output_column *lines, size_t n)
{
	char text[OUTPUT_VALUE_MAX];
	int width = 0;

	if (!object)
		return fail_memory();
	for (size_t i = 0; i < n; i++) {
		int length = (int)strlen(lines[i].title);

		width = length > width ? length : width;
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_object_get(object, lines[i].key);
		bool coloured = value && lines[i].kind == VALUE_STATE;

		if (!value)
			continue;
		output_text(value, lines[i].kind, text);
		printf("  %-*s %s%s%s%s\n", width, lines[i].title,
			coloured ? output_colour_of(text) : "", text,
			coloured ? output_colour_end() : "",
			lines[i].unit && !json_is_null(value) ? lines[i].unit : "");
	}
	return EXIT_CODE_OK;
}
