/* SPDX-License-Identifier: MIT */
#include "encode/job_queue.h"

#include <assert.h>

void job_queue_init(struct job_queue *queue)
{
	*queue = (struct job_queue){ .length = 0 };
	for (unsigned class = 0; class < JOB_CLASSES; class ++)
		queue->tail[class] = &queue->line[class];
	lock_init(&queue->lock);
}

void job_queue_done(struct job_queue *queue)
{
	assert(queue->length == 0);
	lock_done(&queue->lock);
}

static void insert_locked(struct job_queue *queue, struct pool_job *job, struct pool_job **at)
{
	job->next = *at;
	*at = job;
	if (!job->next)
		queue->tail[job->class] = &job->next;
	job->in_line = true;
	queue->length++;
	queue->waiting += job->estimate_bytes > 0;
}

static void remove_locked(struct job_queue *queue, struct pool_job *job)
{
	struct pool_job **at = &queue->line[job->class];

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	if (!*at)
		queue->tail[job->class] = at;
	job->in_line = false;
	queue->length--;
	queue->waiting -= job->estimate_bytes > 0;
}

void job_queue_push(struct job_queue *queue, struct pool_job *job)
{
	LOCK_SCOPE(&queue->lock);

	job->place = queue->next_place++;
	insert_locked(queue, job, queue->tail[job->class]);
}

void job_queue_return(struct job_queue *queue, struct pool_job *job)
{
	LOCK_SCOPE(&queue->lock);
	struct pool_job **at = &queue->line[job->class];

	while (*at && (*at)->place < job->place)
		at = &(*at)->next;
	insert_locked(queue, job, at);
}

void job_queue_promote(struct job_queue *queue, struct pool_job *job)
{
	LOCK_SCOPE(&queue->lock);
	bool in_line = job->in_line;

	if (job->class == JOB_INTERACTIVE)
		return;
	if (in_line)
		remove_locked(queue, job);
	job->class = JOB_INTERACTIVE;
	job->cancelled = false;
	job->place = queue->next_place++;
	if (in_line)
		insert_locked(queue, job, queue->tail[JOB_INTERACTIVE]);
}

void job_queue_cancel(struct job_queue *queue, struct pool_job *job)
{
	LOCK_SCOPE(&queue->lock);

	job->cancelled = job->class == JOB_PREFETCH;
}

bool job_queue_is_cancelled(struct job_queue *queue, const struct pool_job *job)
{
	LOCK_SCOPE(&queue->lock);

	return job->cancelled;
}

struct pool_job *job_queue_take_cancelled(struct job_queue *queue, bool any)
{
	LOCK_SCOPE(&queue->lock);
	struct pool_job *job = queue->line[JOB_PREFETCH];

	while (job && !any && !job->cancelled)
		job = job->next;
	if (job)
		remove_locked(queue, job);
	return job;
}

struct pool_job *job_queue_take(struct job_queue *queue, const struct admission_room *room)
{
	LOCK_SCOPE(&queue->lock);
	struct pool_job *job = admission_choose(queue->line, room);

	if (!job)
		return NULL;
	remove_locked(queue, job);
	if (job->estimate_bytes > 0)
		admission_overtake(queue->line, job);
	return job;
}

bool job_queue_admit(
	struct job_queue *queue, struct pool_job *job, const struct admission_room *room)
{
	LOCK_SCOPE(&queue->lock);

	if (!admission_allows(queue->line, job, room))
		return false;
	admission_overtake(queue->line, job);
	return true;
}

bool job_queue_has(struct job_queue *queue, const struct admission_room *room)
{
	LOCK_SCOPE(&queue->lock);

	return admission_choose(queue->line, room) != NULL;
}

struct pool_job *job_queue_take_overdue(
	struct job_queue *queue, const struct admission_room *room, usec_t now, usec_t patience)
{
	LOCK_SCOPE(&queue->lock);
	struct pool_job *job = admission_overdue(queue->line, room, now, patience);

	if (job)
		remove_locked(queue, job);
	return job;
}

struct pool_job *job_queue_pop(struct job_queue *queue)
{
	LOCK_SCOPE(&queue->lock);
	struct pool_job *job = NULL;

	for (unsigned class = 0; class < JOB_CLASSES && !job; class ++)
		job = queue->line[class];
	if (job)
		remove_locked(queue, job);
	return job;
}

uint64_t job_queue_length(struct job_queue *queue)
{
	LOCK_SCOPE(&queue->lock);

	return queue->length;
}

uint64_t job_queue_waiting(struct job_queue *queue)
{
	LOCK_SCOPE(&queue->lock);

	return queue->waiting;
}
