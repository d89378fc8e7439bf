/* SPDX-License-Identifier: MIT */
#include "encode/yield.h"

#include "encode/outcome.h"

static bool is_prefetch(const struct encoder *encoder)
{
	return encoder->job && encoder->job->class == JOB_PREFETCH;
}

static unsigned count_prefetch(const struct dispatcher *d)
{
	unsigned n = 0;

	for (const struct encoder *e = d->fleet.encoders; e; e = e->next)
		n += is_prefetch(e);
	return n;
}

/* Where less is asked of us, memory is what lacks, and those that stop would keep theirs. */
bool yield_allows(const struct dispatcher *d, unsigned most)
{
	unsigned jobs = fleet_count_jobs(&d->fleet);

	return jobs - (throttle_restricts(&d->throttle) ? 0 : count_prefetch(d)) < most;
}

bool yield_allows_prefetch(const struct dispatcher *d, unsigned most)
{
	return !throttle_restricts(&d->throttle) && fleet_count_jobs(&d->fleet) < most;
}

/* Only an encode is stopped: a header is read at once. */
void yield_balance(struct dispatcher *d, unsigned most)
{
	unsigned busy = 0;

	for (const struct encoder *e = d->fleet.encoders; e; e = e->next)
		busy += e->job && !(e->state == ENCODER_BUSY && is_prefetch(e));
	for (struct encoder *e = d->fleet.encoders; e; e = e->next) {
		if (e->state != ENCODER_BUSY)
			continue;
		if (is_prefetch(e) && busy >= most) {
			encoder_pause(e);
			continue;
		}
		busy += is_prefetch(e);
		encoder_resume(e);
	}
}

static void end_job(struct dispatcher *d, struct pool_job *job)
{
	DISPATCHER_COUNT(d, cancelled, 1);
	outcome_cancelled(job);
}

/* The answer does not wait for the process to be dead: it has its own descriptors. */
static void end_encode(struct dispatcher *d, struct encoder *encoder)
{
	struct pool_job *job = encoder->job;

	encoder->job = NULL;
	encoder_end(encoder, true);
	end_job(d, job);
}

/* It is there when the process is gone. */
void yield_memory(struct dispatcher *d, const struct pool_job *job, uint64_t free_bytes)
{
	if (job->class != JOB_INTERACTIVE)
		return;
	for (struct encoder *e = d->fleet.encoders; e && free_bytes < job->estimate_bytes;
		e = e->next) {
		if (e->state != ENCODER_BUSY || !is_prefetch(e))
			continue;
		free_bytes += e->charged_bytes;
		end_encode(d, e);
	}
}

void yield_cancelled(struct dispatcher *d)
{
	bool all = !d->throttle.limits.prefetch;
	struct pool_job *job;

	while ((job = job_queue_take_cancelled(&d->queue, all)))
		end_job(d, job);
	for (struct encoder *e = d->fleet.encoders; e; e = e->next) {
		if (e->paused_at && is_prefetch(e) &&
			(all || job_queue_is_cancelled(&d->queue, e->job)))
			end_encode(d, e);
	}
}
