/* SPDX-License-Identifier: MIT */
#include "encode/job_queue.h"

#include <assert.h>

void job_queue_init(struct job_queue *queue)
{
	*queue = (struct job_queue){ .tail = &queue->head };
	lock_init(&queue->lock);
}

void job_queue_done(struct job_queue *queue)
{
	assert(!queue->head);
	lock_done(&queue->lock);
}

void job_queue_push(struct job_queue *queue, struct pool_job *job)
{
	LOCK_SCOPE(&queue->lock);

	job->next = NULL;
	*queue->tail = job;
	queue->tail = &job->next;
	queue->length++;
}

void job_queue_push_front(struct job_queue *queue, struct pool_job *job)
{
	LOCK_SCOPE(&queue->lock);

	job->next = queue->head;
	if (!queue->head)
		queue->tail = &job->next;
	queue->head = job;
	queue->length++;
}

struct pool_job *job_queue_pop(struct job_queue *queue)
{
	LOCK_SCOPE(&queue->lock);
	struct pool_job *job = queue->head;

	if (job) {
		queue->head = job->next;
		if (!queue->head)
			queue->tail = &queue->head;
		queue->length--;
	}
	return job;
}

uint64_t job_queue_length(struct job_queue *queue)
{
	LOCK_SCOPE(&queue->lock);

	return queue->length;
}
