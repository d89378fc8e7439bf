/* SPDX-License-Identifier: MIT
 *
 * What was spent since the mount, by picture and by view: what `.lensfs/top.json` shows. Bounded:
 * of very many the cheapest are given up, and begin at nothing should they come back. Any thread.
 */
#ifndef CONTROL_COSTS_H
#define CONTROL_COSTS_H

#include <jansson.h>

#include "render/render.h"
#include "util/lock.h"

#define COSTS_MAX 512 /* of each kind */

struct cost {
	char *name;    /* owned: the path, or the canonical view */
	uint64_t hash; /* of the name */
	uint64_t encodes, failures;
	uint64_t usec; /* in encoders, failures' too */
	uint64_t source_bytes, bytes;
};

struct cost_list {
	struct cost rows[COSTS_MAX];
	size_t n;
};

struct costs {
	/* 6 in util/lock.h */
	struct lock lock;
	struct cost_list pictures, views;
};

void costs_init(struct costs *costs);
void costs_done(struct costs *costs);

void costs_add(struct costs *costs, const struct render_cost *cost);

/* { "pictures": […], "views": […] }, in no order: the caller's to unref. NULL: no memory. */
json_t *costs_json(struct costs *costs);

/* The text of .lensfs/top.json. `context` is a struct control. 0 or -ENOMEM. */
int costs_make_json(void *context, char **ret_text, size_t *ret_length);

#endif
