/* SPDX-License-Identifier: MIT
 *
 * Which job may begin, as a function of the line and of the memory that is free. In the order of
 * class and arrival, the first that fits, so that a heavy one that waits holds up no small ones;
 * but only so many may overtake it, and then nothing begins until it fits. With jobs that end by
 * their deadline it so waits for a bounded time, however many small ones keep coming.
 *
 * A job whose header is not read yet needs next to nothing and always fits. Prefetch begins only
 * when no interactive job is left, so it overtakes none. A job over a budget that somebody has
 * made smaller for now waits for that to end, and meanwhile stands in nobody's way.
 *
 * Pure, under the lock of the line.
 */
#ifndef ENCODE_ADMISSION_H
#define ENCODE_ADMISSION_H

#include "encode/pool.h"

#define ADMISSION_OVERTAKEN_MAX 16
/* Of those that wait for memory so many are passed in search of one that fits: a line of a
 * thousand heavy pictures is not gone through for each of them. */
#define ADMISSION_LOOKAHEAD 32

struct admission_room {
	uint64_t budget_bytes; /* for all that run */
	uint64_t free_bytes;   /* what is left of it */
	bool prefetch;         /* may begin at all */
	bool search;           /* may begin what takes several encodes (view/trial.h) */
};

/* `line` has the first of each class, in order of their places. */

/* Which of the line begins next, NULL when none may. */
struct pool_job *admission_choose(
	struct pool_job *const line[static JOB_CLASSES], const struct admission_room *room);

/* Whether `job`, which stands in no line, may begin before those that do; its estimate is
 * known. */
bool admission_allows(struct pool_job *const line[static JOB_CLASSES],
	const struct pool_job *job, const struct admission_room *room);

/* The first that this room puts off, and that one did so more than `patience` ago for the first
 * time; NULL. Notes for the others when that was. */
struct pool_job *admission_overdue(struct pool_job *const line[static JOB_CLASSES],
	const struct admission_room *room, usec_t now, usec_t patience);

/* Notes for those of the line that `job` overtakes that it does: it begins. */
void admission_overtake(
	struct pool_job *const line[static JOB_CLASSES], const struct pool_job *job);

#endif
