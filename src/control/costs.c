/* SPDX-License-Identifier: MIT
 *
 * Lists without an index: an encode takes milliseconds, and to look through 512 hashes less than
 * one thousandth of that.
 */
#include "control/costs.h"

#include <errno.h>
#include <string.h>

#include "control/control.h"
#include "util/cleanup.h"
#include "util/utf8.h"

/* What a failure weighs, beside its time, when it is asked what may be given up. */
#define FAILURE_USEC (100 * USEC_PER_MSEC)

void costs_init(struct costs *costs)
{
	*costs = (struct costs){ 0 };
	lock_init(&costs->lock);
}

static void list_done(struct cost_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->rows[i].name);
	list->n = 0;
}

void costs_done(struct costs *costs)
{
	list_done(&costs->pictures);
	list_done(&costs->views);
	lock_done(&costs->lock);
}

static uint64_t hash_of(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t weight_of(const struct cost *cost)
{
	return cost->usec + cost->failures * FAILURE_USEC;
}

static struct cost *find(struct cost_list *list, const char *name, uint64_t hash)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->rows[i].hash == hash && strcmp(list->rows[i].name, name) == 0)
			return &list->rows[i];
	}
	return NULL;
}

/* A row of nothing: a new one, or that of what cost least. NULL: no memory. */
static struct cost *take(struct cost_list *list, const char *name, uint64_t hash)
{
	struct cost *row = &list->rows[list->n];
	char *copy = strdup(name);

	if (!copy)
		return NULL;
	if (list->n == COSTS_MAX) {
		row = &list->rows[0];
		for (size_t i = 1; i < list->n; i++) {
			if (weight_of(&list->rows[i]) < weight_of(row))
				row = &list->rows[i];
		}
		free(row->name);
	} else {
		list->n++;
	}
	*row = (struct cost){ .name = copy, .hash = hash };
	return row;
}

static void add(struct cost_list *list, const char *name, const struct render_cost *cost)
{
	uint64_t hash = hash_of(name);
	struct cost *row = find(list, name, hash);

	if (!row)
		row = take(list, name, hash);
	if (!row)
		return;
	row->encodes += !cost->error;
	row->failures += cost->error != 0;
	row->usec += cost->usec;
	row->source_bytes += cost->source_bytes;
	row->bytes += cost->bytes;
}

void costs_add(struct costs *costs, const struct render_cost *cost)
{
	LOCK_SCOPE(&costs->lock);

	add(&costs->pictures, cost->source, cost);
	add(&costs->views, cost->view, cost);
}

static json_t *list_json(const struct cost_list *list, const char *key)
{
	json_t *rows = json_array();

	for (size_t i = 0; rows && i < list->n; i++) {
		const struct cost *row = &list->rows[i];
		_cleanup_free_ char *name = utf8_copy(row->name);

		json_array_append_new(
			rows, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", key, name ? name : "",
				      "encodes", (json_int_t)row->encodes, "failures",
				      (json_int_t)row->failures, "encode_ms",
				      (json_int_t)(row->usec / USEC_PER_MSEC), "source_bytes",
				      (json_int_t)row->source_bytes, "bytes",
				      (json_int_t)row->bytes));
	}
	return rows;
}

json_t *costs_json(struct costs *costs)
{
	LOCK_SCOPE(&costs->lock);

	return json_pack("{s:o, s:o}", "pictures", list_json(&costs->pictures, "path"), "views",
		list_json(&costs->views, "view"));
}

int costs_make_json(void *context, char **ret_text, size_t *ret_length)
{
	struct control *control = context;
	json_t *object = costs_json(&control->costs);
	char *text = object ? json_dumps(object, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;

	json_decref(object);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	*ret_length = strlen(text);
	return 0;
}
