/* SPDX-License-Identifier: MIT
 *
 * What the dispatcher shows of itself to other threads: a copy, taken after each of its rounds.
 */
#include <string.h>

#include "encode/dispatcher.h"

size_t dispatcher_encoders(struct dispatcher *d, struct pool_encoder *ret, size_t max)
{
	LOCK_SCOPE(&d->lock);
	size_t n = d->n_shown < max ? d->n_shown : max;

	memcpy(ret, d->shown, n * sizeof(*ret));
	return n;
}

/* Not under the lock: reading /proc may take a while. */
static uint64_t resident_bytes(struct dispatcher *d)
{
	struct pool_encoder encoders[POOL_ENCODERS_MAX];
	size_t n = dispatcher_encoders(d, encoders, POOL_ENCODERS_MAX);
	uint64_t sum = 0;

	while (n > 0)
		sum += encoder_measure_pid(encoders[--n].pid).resident_bytes;
	return sum;
}

void dispatcher_stats(struct dispatcher *d, struct pool_stats *ret)
{
	uint64_t resident = resident_bytes(d);
	LOCK_SCOPE(&d->lock);

	*ret = d->stats;
	ret->resident_bytes = resident;
	ret->restarts = ret->crashes + ret->deadlines + ret->retired_jobs +
	                ret->retired_growth + ret->condemned;
	ret->memory_limit_bytes = d->bounds.memory_bytes;
	ret->queued = job_queue_length(&d->queue);
	ret->memory_waiting = job_queue_waiting(&d->queue);
}

void dispatcher_publish(struct dispatcher *d)
{
	unsigned working = fleet_count_working(&d->fleet);
	unsigned idle = fleet_count(&d->fleet, ENCODER_IDLE);
	uint64_t charged = fleet_charged_bytes(&d->fleet);
	LOCK_SCOPE(&d->lock);

	d->stats.running = working;
	d->stats.paused = 0;
	d->stats.encoders = working + idle;
	d->stats.memory_used_bytes = charged;
	d->n_shown = 0;
	for (const struct encoder *e = d->fleet.encoders; e; e = e->next) {
		d->stats.paused += e->paused_at > 0;
		if (e->pid > 0 && d->n_shown < POOL_ENCODERS_MAX)
			d->shown[d->n_shown++] = (struct pool_encoder){
				.pid = e->pid,
				.paused = e->paused_at > 0,
				.jobs_done = e->jobs_done,
				.job = e->job,
				.since = e->job ? e->job_started : e->state_since,
			};
	}
}
