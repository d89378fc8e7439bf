/* SPDX-License-Identifier: MIT */
#ifndef CONTROL_STATS_H
#define CONTROL_STATS_H

#include <stddef.h>

/* The text of .lensfs/stats.json: one flat object of the figures of all rooms. `context` is a
 * struct control. 0 or -ENOMEM. */
int stats_make_json(void *context, char **ret_text, size_t *ret_length);

#endif
