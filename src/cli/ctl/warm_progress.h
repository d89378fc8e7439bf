/* SPDX-License-Identifier: MIT
 *
 * One line on a terminal's stderr that says how far it has come. The rate is that of the last
 * seconds, because what is there already goes by a thousand times faster than what is not.
 */
#ifndef CLI_CTL_WARM_PROGRESS_H
#define CLI_CTL_WARM_PROGRESS_H

#include "cli/ctl/warm_run.h"
#include "util/clock.h"

#define WARM_PROGRESS_USEC (200 * USEC_PER_MSEC)

/* One thread's. */
struct warm_progress {
	usec_t drawn_at; /* to begin with: now */
	uint64_t drawn_done;
	double rate; /* names per second */
};

bool warm_progress_is_due(const struct warm_progress *progress);
/* `done` names of those that are listed; when these are all, also the time that is left. */
void warm_progress_draw(struct warm_progress *progress, const struct warm_counts *counts,
	uint64_t done, bool complete);
/* Before another line is written. Any thread. */
void warm_progress_clear(void);

#endif
