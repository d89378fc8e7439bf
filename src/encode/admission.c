/* SPDX-License-Identifier: MIT */
#include "encode/admission.h"

static bool waits_for_memory(const struct pool_job *job)
{
	return job->estimate_bytes > 0;
}

static bool stands_before(const struct pool_job *a, const struct pool_job *b)
{
	return a->class != b->class ? a->class < b->class : a->place < b->place;
}

struct pool_job *admission_choose(
	struct pool_job *const line[static JOB_CLASSES], uint64_t free_bytes)
{
	unsigned passed = 0;

	for (unsigned class = 0; class < JOB_CLASSES && passed == 0; class ++) {
		for (struct pool_job *job = line[class]; job; job = job->next) {
			if (job->estimate_bytes <= free_bytes)
				return job;
			if (job->overtaken >= ADMISSION_OVERTAKEN_MAX ||
				++passed == ADMISSION_LOOKAHEAD)
				return NULL;
		}
	}
	return NULL;
}

bool admission_allows(struct pool_job *const line[static JOB_CLASSES],
	const struct pool_job *job, uint64_t free_bytes)
{
	if (job->estimate_bytes > free_bytes)
		return false;
	for (unsigned class = 0; class <= job->class; class ++) {
		for (const struct pool_job *other = line[class];
			other && stands_before(other, job); other = other->next) {
			if (waits_for_memory(other) &&
				(other->class != job->class ||
					other->overtaken >= ADMISSION_OVERTAKEN_MAX))
				return false;
		}
	}
	return true;
}

void admission_overtake(
	struct pool_job *const line[static JOB_CLASSES], const struct pool_job *job)
{
	for (struct pool_job *other = line[job->class]; other && stands_before(other, job);
		other = other->next)
		other->overtaken += waits_for_memory(other);
}
