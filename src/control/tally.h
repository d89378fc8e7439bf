/* SPDX-License-Identifier: MIT
 *
 * What is told of encodes by their kind, which stats.json, flat as it is, has no room for: counts by
 * format and result, and histograms of size, time and waiting. Any thread.
 */
#ifndef CONTROL_TALLY_H
#define CONTROL_TALLY_H

#include <stdio.h>

#include "render/render.h"
#include "util/lock.h"

#define HISTOGRAM_BOUNDS_MAX 16

struct histogram {
	uint64_t counts[HISTOGRAM_BOUNDS_MAX + 1]; /* between two bounds; the last: over all */
	double sum;
};

/* How an encode ended, as a label. */
enum tally_result {
	TALLY_OK,
	TALLY_DAMAGED,
	TALLY_TOO_LARGE,
	TALLY_TIMED_OUT,
	TALLY_NO_MEMORY,
	TALLY_BUSY,
	TALLY_MEANINGLESS,
	TALLY_OTHER,
	TALLY_RESULTS
};

struct tally {
	/* 6 in util/lock.h */
	struct lock lock;
	struct tally_of_format {
		uint64_t results[TALLY_RESULTS];
		struct histogram ratio, seconds; /* of those that are OK */
	} formats[FORMAT_COUNT];
	struct histogram waited[2]; /* seconds in line; of prefetch the second */
	uint64_t saved_bytes;
};

void tally_init(struct tally *tally);
void tally_done(struct tally *tally);

void tally_add(struct tally *tally, const struct render_cost *cost);

/* As Prometheus reads it (control/metrics.h). */
void tally_print(struct tally *tally, FILE *out);

#endif
