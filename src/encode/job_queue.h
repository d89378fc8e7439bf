/* SPDX-License-Identifier: MIT
 *
 * The line of jobs before the pool. Each has a place by its arrival, and takes it again when it
 * comes back: from a dead encoder, or because there was no memory for it yet. Any thread may
 * push, promote and cancel; the pool's thread does the rest.
 */
#ifndef ENCODE_JOB_QUEUE_H
#define ENCODE_JOB_QUEUE_H

#include "encode/admission.h"
#include "util/lock.h"

struct job_queue {
	struct lock lock;
	struct pool_job *line[JOB_CLASSES]; /* borrowed from their owners, by place */
	struct pool_job **tail[JOB_CLASSES];
	uint64_t next_place;
	uint64_t length, waiting; /* waiting: for memory */
};

void job_queue_init(struct job_queue *queue);
void job_queue_done(struct job_queue *queue); /* must be empty */

void job_queue_push(struct job_queue *queue, struct pool_job *job);
/* One that was taken, at its old place. */
void job_queue_return(struct job_queue *queue, struct pool_job *job);

/* JOB_INTERACTIVE from here on; in line, it goes to the end of that class's. */
void job_queue_promote(struct job_queue *queue, struct pool_job *job);
/* Unless it is JOB_INTERACTIVE: to be had from job_queue_take_cancelled() once it is in line. */
void job_queue_cancel(struct job_queue *queue, struct pool_job *job);
bool job_queue_is_cancelled(struct job_queue *queue, const struct pool_job *job);
/* Takes one of JOB_PREFETCH that was cancelled, or `any`; NULL when there is none. */
struct pool_job *job_queue_take_cancelled(struct job_queue *queue, bool any);

/* Takes the one that admission chooses; NULL when none may begin. */
struct pool_job *job_queue_take(struct job_queue *queue, const struct admission_room *room);
/* Whether one that was taken may begin, now that its estimate is known; it then does. */
bool job_queue_admit(
	struct job_queue *queue, struct pool_job *job, const struct admission_room *room);
/* Whether there is one that may begin. */
bool job_queue_has(struct job_queue *queue, const struct admission_room *room);
/* Takes one that this room has put off for longer than `patience`; NULL when there is none. */
struct pool_job *job_queue_take_overdue(struct job_queue *queue,
	const struct admission_room *room, usec_t now, usec_t patience);
/* Takes the first; NULL when empty. */
struct pool_job *job_queue_pop(struct job_queue *queue);

uint64_t job_queue_length(struct job_queue *queue);
uint64_t job_queue_waiting(struct job_queue *queue);

#endif
