/* SPDX-License-Identifier: MIT */
#include "encode/admission.h"

#include "view/trial.h"

static bool waits_for_memory(const struct pool_job *job)
{
	return job->estimate_bytes > 0;
}

static bool stands_before(const struct pool_job *a, const struct pool_job *b)
{
	return a->class != b->class ? a->class < b->class : a->place < b->place;
}

/* What would not fit if nothing ran is not waiting for those that run. */
static bool is_put_off(const struct pool_job *job, const struct admission_room *room)
{
	return job->estimate_bytes > room->budget_bytes ||
	       (job->class == JOB_PREFETCH && !room->prefetch) ||
	       (trial_is_needed(&job->request.view) && !room->search);
}

struct pool_job *admission_choose(
	struct pool_job *const line[static JOB_CLASSES], const struct admission_room *room)
{
	unsigned passed = 0;

	for (unsigned class = 0; class < JOB_CLASSES && passed == 0; class ++) {
		for (struct pool_job *job = line[class]; job; job = job->next) {
			if (is_put_off(job, room))
				continue;
			if (job->estimate_bytes <= room->free_bytes)
				return job;
			if (job->overtaken >= ADMISSION_OVERTAKEN_MAX ||
				++passed == ADMISSION_LOOKAHEAD)
				return NULL;
		}
	}
	return NULL;
}

bool admission_allows(struct pool_job *const line[static JOB_CLASSES],
	const struct pool_job *job, const struct admission_room *room)
{
	if (is_put_off(job, room) || job->estimate_bytes > room->free_bytes)
		return false;
	for (unsigned class = 0; class <= job->class; class ++) {
		for (const struct pool_job *other = line[class];
			other && stands_before(other, job); other = other->next) {
			if (waits_for_memory(other) && !is_put_off(other, room) &&
				(other->class != job->class ||
					other->overtaken >= ADMISSION_OVERTAKEN_MAX))
				return false;
		}
	}
	return true;
}

struct pool_job *admission_overdue(struct pool_job *const line[static JOB_CLASSES],
	const struct admission_room *room, usec_t now, usec_t patience)
{
	for (unsigned class = 0; class < JOB_CLASSES; class ++) {
		for (struct pool_job *job = line[class]; job; job = job->next) {
			if (!is_put_off(job, room))
				continue;
			if (!job->put_off_at)
				job->put_off_at = now;
			if (now - job->put_off_at > patience)
				return job;
		}
	}
	return NULL;
}

void admission_overtake(
	struct pool_job *const line[static JOB_CLASSES], const struct pool_job *job)
{
	for (struct pool_job *other = line[job->class]; other && stands_before(other, job);
		other = other->next)
		other->overtaken += waits_for_memory(other);
}
