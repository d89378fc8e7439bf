/* SPDX-License-Identifier: MIT
 *
 * How lensctl answers. A command makes its answer once, as JSON; what a person is shown is made
 * of that, by a list of columns or lines that says which members, under which words. So --json
 * and the table cannot differ.
 */
#ifndef CLI_CTL_OUTPUT_H
#define CLI_CTL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

enum value_kind {
	VALUE_TEXT,  /* as it is; also numbers */
	VALUE_STATE, /* a word that has a colour */
	VALUE_COUNT,
	VALUE_BYTES,
	VALUE_MSEC,
	VALUE_SECONDS,
	VALUE_PERCENT,
	VALUE_RATE, /* with one decimal */
};

struct output_column {
	const char *key;   /* of the member */
	const char *title; /* of the column, or the line */
	enum value_kind kind;
	const char *unit; /* behind the value; NULL */
};

#define OUTPUT_VALUE_MAX 512

/* Any of these with NULL for JSON says that there is no memory. Return exit codes. */

/* The answer is this document. Takes it. */
int output_json(json_t *value_consume);
/* The same as one line, of many. */
int output_json_line(json_t *value_consume);

/* Objects as the lines of a table. */
int output_table(const json_t *rows, const struct output_column *columns, size_t n);
/* One object, a line each for the members it has. */
int output_lines(const json_t *object, const struct output_column *lines, size_t n);

/* As it stands in a table: "1.5 MiB", "-" for what is not there. */
const char *output_text(const json_t *value, enum value_kind kind, char out[OUTPUT_VALUE_MAX]);

/* A string of any bytes, as Unicode. */
json_t *output_string(const char *text);

/* What a terminal has to be told before and after a word of this meaning; "" where there shall be
 * no colour. */
const char *output_colour_of(const char *state);
const char *output_colour_end(void);

#endif
