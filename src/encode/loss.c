/* SPDX-License-Identifier: MIT */
#include "encode/loss.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "encode/outcome.h"
#include "util/log.h"
#include "util/machine.h"

#define ATTEMPTS_MAX 2 /* a crash costs a job one retry */

void loss_not_of_memory(struct dispatcher *d, const struct pool_job *job)
{
	if (job->alone)
		throttle_ended(&d->throttle);
}

/* By the kernel, for want of memory? Its counter tells how many were, not who. */
static bool was_starved(struct dispatcher *d, int status)
{
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL ||
		machine_oom_kills(d->options.machine) <= d->oom_kills)
		return false;
	d->oom_kills++;
	return true;
}

/* Once more and alone, then no more. Who was alone at once, as another one's trial, has not had
 * both: back in line, where the breaker that is open now refuses it for a while. */
static void job_starved(struct dispatcher *d, struct pool_job *job)
{
	bool again = job->starved;

	job->starved = true;
	DISPATCHER_COUNT(d, starved, 1);
	log_warning("the kernel killed an encoder for want of memory");
	throttle_starved(&d->throttle, job->alone, now_monotonic());
	if (job->alone && again)
		outcome_starved(job);
	else
		job_queue_return(&d->queue, job);
}

/* The encoder died under its job: once more elsewhere, then no more. */
static void job_bereaved(struct dispatcher *d, struct pool_job *job, int status)
{
	if (was_starved(d, status)) {
		job_starved(d, job);
		return;
	}
	DISPATCHER_COUNT(d, crashes, 1);
	loss_not_of_memory(d, job);
	if (job->attempts < ATTEMPTS_MAX)
		job_queue_return(&d->queue, job);
	else
		outcome_died(job, status);
}

void loss_by_no_fault(struct dispatcher *d, struct pool_job *job)
{
	job->attempts--;
	job_queue_return(&d->queue, job);
}

static void fail_queue(struct dispatcher *d, const char *reason)
{
	struct pool_job *job;

	while ((job = job_queue_pop(&d->queue)))
		outcome_fail(job, EIO, true, reason);
}

void loss_note_trouble(struct dispatcher *d, usec_t attempted, const char *what)
{
	struct fleet *fleet = &d->fleet;
	bool is_known = fleet->ailing_since > 0;

	fleet_note_trouble(fleet, attempted, job_queue_length(&d->queue) > 0);
	if (!is_known)
		log_warning("%s; trying again", what);
	if (fleet->ailing_since && fleet_count_working(fleet) == 0 &&
		now_monotonic() >= fleet->ailing_since + d->options.bounds.deadline_usec)
		fail_queue(d, what);
}

void loss_of_encoder(struct dispatcher *d, struct encoder *encoder, int status)
{
	bool condemned = encoder->condemned;
	struct pool_job *job = fleet_remove(&d->fleet, encoder);

	if (job && condemned)
		loss_by_no_fault(d, job);
	else if (job)
		job_bereaved(d, job, status);
}

/* Encoders end with their zygote, but the kernel takes its time. */
void loss_of_zygote(struct dispatcher *d, const char *why)
{
	char what[POOL_REASON_MAX];
	struct encoder *encoder;

	zygote_stop(&d->fleet.zygote);
	while ((encoder = d->fleet.encoders)) {
		struct pool_job *job;

		encoder_put_down(encoder);
		job = fleet_remove(&d->fleet, encoder);
		if (job)
			loss_by_no_fault(d, job);
	}
	/* In this order: nobody sees the loss counted, and its encoders still running. */
	dispatcher_publish(d);
	DISPATCHER_COUNT(d, zygote_restarts, 1);
	snprintf(what, sizeof(what), "the encoder zygote is gone (%s)", why);
	loss_note_trouble(d, d->fleet.zygote_started, what);
}
