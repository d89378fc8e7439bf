/* SPDX-License-Identifier: MIT
 *
 * The figures of .lensfs/stats.json as Prometheus reads them (exposition format 0.0.4): base
 * units, `_total` for what only grows, labels where several figures are of one kind; and what control/tally has of encodes by their kind.
 */
#ifndef CONTROL_METRICS_H
#define CONTROL_METRICS_H

#include <stddef.h>

/* The text of .lensfs/metrics. `context` is a struct control. 0 or -ENOMEM. */
int metrics_make_text(void *context, char **ret_text, size_t *ret_length);

/* The metric that tells a figure of stats.json; NULL: none does. Borrowed. */
const char *metrics_name(const char *figure);

#endif
