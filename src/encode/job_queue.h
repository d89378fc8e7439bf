/* SPDX-License-Identifier: MIT
 *
 * The line of jobs before the pool: first come, first served, and a place at the head for those
 * that come back from a dead encoder. Any thread.
 */
#ifndef ENCODE_JOB_QUEUE_H
#define ENCODE_JOB_QUEUE_H

#include "encode/pool.h"
#include "util/lock.h"

struct job_queue {
	struct lock lock;
	struct pool_job *head; /* borrowed from their owners */
	struct pool_job **tail;
	uint64_t length;
};

void job_queue_init(struct job_queue *queue);
void job_queue_done(struct job_queue *queue); /* must be empty */

void job_queue_push(struct job_queue *queue, struct pool_job *job);
void job_queue_push_front(struct job_queue *queue, struct pool_job *job);
struct pool_job *job_queue_pop(struct job_queue *queue); /* NULL when empty */
uint64_t job_queue_length(struct job_queue *queue);

#endif
