/* SPDX-License-Identifier: MIT */
#ifndef CONTROL_STATS_H
#define CONTROL_STATS_H

#include <stddef.h>

#include <jansson.h>

struct control;

/* One flat object of the figures of all rooms; the caller's to unref. NULL: no memory. */
json_t *stats_make(struct control *control);

/* The same as the text of .lensfs/stats.json. `context` is a struct control. 0 or -ENOMEM. */
int stats_make_json(void *context, char **ret_text, size_t *ret_length);

#endif
