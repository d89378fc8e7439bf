/* SPDX-License-Identifier: MIT
 *
 * Long work on a cache: in a running lensfs, or on the folder of a stopped one. Both ways end in
 * one report. Progress goes to stderr, and only to a terminal. Ctrl-C has the work end first; a
 * second one does not wait for that.
 */
#ifndef CLI_CTL_CACHE_WORK_H
#define CLI_CTL_CACHE_WORK_H

#include <stdbool.h>

#include "cli/ctl/cache_place.h"

/* How many of its lines a report has. */
#define CACHE_WORK_LINES 100

struct cache_report {
	uint64_t found, mended;   /* verify */
	uint64_t variants, bytes; /* verify: looked at; else: gone */
	bool failed;              /* after a message */
	json_t *lines;            /* owned: what was found wrong; NULL: nothing */
};

void cache_report_done(struct cache_report *report);

/* Each returns the exit code; EXIT_CODE_OK with the report, which may be that it failed. */

/* `command` is as the socket has it. */
int cache_work_ask(const struct cache_place *place, const char *command, json_t *more,
	struct cache_report *ret);
int cache_work_verify(const struct cache_place *place, bool repair, struct cache_report *ret);
int cache_work_clear(const struct cache_place *place, struct cache_report *ret);

/* Whether Ctrl-C has ended one of them: nothing more is to be begun. */
bool cache_work_stopped(void);

#endif
