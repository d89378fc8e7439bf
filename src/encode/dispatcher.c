/* SPDX-License-Identifier: MIT */
#include "encode/dispatcher.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "encode/estimate.h"
#include "encode/outcome.h"
#include "util/cleanup.h"
#include "util/log.h"

#define ATTEMPTS_MAX 2 /* a crash costs a job one retry */

#define COUNT(d, field, by)                                                                    \
	do {                                                                                   \
		LOCK_SCOPE(&(d)->lock);                                                        \
		(d)->stats.field += (by);                                                      \
	} while (0)

void dispatcher_init(struct dispatcher *d, const struct pool_options *options)
{
	*d = (struct dispatcher){ .options = *options };
	lock_init(&d->lock);
	job_queue_init(&d->queue);
	fleet_init(&d->fleet);
}

void dispatcher_done(struct dispatcher *d)
{
	job_queue_done(&d->queue);
	fleet_done(&d->fleet);
	lock_done(&d->lock);
}

/* --- Figures ----------------------------------------------------------------------------- */

void dispatcher_stats(struct dispatcher *d, struct pool_stats *ret)
{
	LOCK_SCOPE(&d->lock);

	*ret = d->stats;
	ret->restarts = ret->crashes + ret->deadlines + ret->retired_jobs +
	                ret->retired_growth + ret->condemned;
	ret->memory_limit_bytes = d->options.memory_bytes;
	ret->queued = job_queue_length(&d->queue);
	ret->memory_waiting = job_queue_waiting(&d->queue);
}

static void publish_counts(struct dispatcher *d)
{
	unsigned working = fleet_count_working(&d->fleet);
	unsigned idle = fleet_count(&d->fleet, ENCODER_IDLE);
	uint64_t charged = fleet_charged_bytes(&d->fleet);
	LOCK_SCOPE(&d->lock);

	d->stats.running = working;
	d->stats.encoders = working + idle;
	d->stats.memory_used_bytes = charged;
}

/* --- Encoders ---------------------------------------------------------------------------- */

/* The encoder died under its job: once more elsewhere, then no more. */
static void job_bereaved(struct dispatcher *d, struct pool_job *job, int status)
{
	COUNT(d, crashes, 1);
	if (job->attempts < ATTEMPTS_MAX)
		job_queue_return(&d->queue, job);
	else
		outcome_died(job, status);
}

/* The encoder ended by no fault of the picture's: that attempt did not count. */
static void job_orphaned(struct dispatcher *d, struct pool_job *job)
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

/* Encoders or their zygote do not come to life, which is no picture's fault. Jobs wait for the
 * next attempt, but no longer than each of them may take. */
static void note_trouble(struct dispatcher *d, usec_t attempted, const char *what)
{
	struct fleet *fleet = &d->fleet;
	bool is_known = fleet->ailing_since > 0;

	fleet_note_trouble(fleet, attempted, job_queue_length(&d->queue) > 0);
	if (!is_known)
		log_warning("%s; trying again", what);
	if (fleet->ailing_since && fleet_count_working(fleet) == 0 &&
		now_monotonic() >= fleet->ailing_since + d->options.deadline_usec)
		fail_queue(d, what);
}

static void encoder_exited(struct dispatcher *d, struct encoder *encoder, int status)
{
	bool condemned = encoder->condemned;
	struct pool_job *job = fleet_remove(&d->fleet, encoder);

	if (job && condemned)
		job_orphaned(d, job);
	else if (job)
		job_bereaved(d, job, status);
}

/* Encoders end with their zygote, but the kernel takes its time. */
static void zygote_lost(struct dispatcher *d, const char *why)
{
	char what[POOL_REASON_MAX];
	struct encoder *encoder;

	zygote_stop(&d->fleet.zygote);
	while ((encoder = d->fleet.encoders)) {
		struct pool_job *job;

		encoder_put_down(encoder);
		job = fleet_remove(&d->fleet, encoder);
		if (job)
			job_orphaned(d, job);
	}
	/* In this order: nobody sees the loss counted, and its encoders still running. */
	publish_counts(d);
	COUNT(d, zygote_restarts, 1);
	snprintf(what, sizeof(what), "the encoder zygote is gone (%s)", why);
	note_trouble(d, d->fleet.zygote_started, what);
}

/* One more encoder, by a new zygote if need be. */
static void encoder_start(struct dispatcher *d)
{
	char what[POOL_REASON_MAX];
	int r = fleet_revive(&d->fleet, &d->options, what);

	if (r < 0) {
		note_trouble(d, now_monotonic(), what);
		return;
	}
	r = fleet_request(&d->fleet);
	if (r == -EPIPE || r == -ECONNRESET) {
		zygote_lost(d, strerror(-r));
	} else if (r < 0) {
		snprintf(what, sizeof(what), "no further encoder for now (%s)", strerror(-r));
		note_trouble(d, now_monotonic(), what);
	}
}

/* --- Jobs -------------------------------------------------------------------------------- */

static uint64_t free_bytes(const struct dispatcher *d)
{
	uint64_t charged = fleet_charged_bytes(&d->fleet);

	return charged < d->options.memory_bytes ? d->options.memory_bytes - charged : 0;
}

static void job_start(struct dispatcher *d, struct encoder *encoder, struct pool_job *job)
{
	int r;

	job->attempts++;
	job->request.job = ++d->next_job;
	/* Known from an earlier time: kept for it until its header is there again. */
	encoder->charged_bytes = job->estimate_bytes;
	r = encoder_send(encoder, job, d->options.deadline_usec);
	if (r == 0)
		return;
	encoder_end(encoder, true);
	/* It was gone before it saw the job. */
	if (r == -EPIPE || r == -ECONNRESET)
		job_orphaned(d, job);
	else
		outcome_fail(job, EIO, true, strerror(-r));
}

/* All processors for the only one that there is, where that does not cost too much memory. */
static unsigned job_threads(
	struct dispatcher *d, const struct pool_job *job, const struct encode_facts *facts)
{
	unsigned all = d->options.workers;

	if (fleet_count_working(&d->fleet) > 1 || job_queue_length(&d->queue) > 0)
		return 1;
	return estimate_memory(facts, &job->request, all) <= free_bytes(d) ? all : 1;
}

static void on_header(
	struct dispatcher *d, struct encoder *encoder, const struct encode_facts *facts)
{
	struct pool_job *job = encoder->job;
	bool admitted = encoder->charged_bytes > 0;
	unsigned threads;
	int r;

	encoder->charged_bytes = 0;
	fleet_note_health(&d->fleet);
	job->estimate_bytes = estimate_memory(facts, &job->request, 1);
	if (job->estimate_bytes > d->options.memory_bytes) {
		r = encoder_drop(encoder);
		outcome_too_heavy(job, d->options.memory_bytes);
	} else if ((admitted && job->estimate_bytes <= free_bytes(d)) ||
		   job_queue_admit(&d->queue, job, free_bytes(d))) {
		threads = job_threads(d, job, facts);
		r = encoder_go(
			encoder, threads, estimate_memory(facts, &job->request, threads));
	} else {
		r = encoder_drop(encoder);
		job_orphaned(d, job);
	}
	if (r < 0)
		encoder_end(encoder, true);
}

static bool has_grown(const struct dispatcher *d, const struct encoder *encoder)
{
	uint64_t now = encoder_measure(encoder).resident_bytes;

	return encoder->born_bytes && now > encoder->born_bytes + d->options.growth_bytes;
}

static void on_reply(
	struct dispatcher *d, struct encoder *encoder, const struct encode_reply *reply)
{
	encoder->charged_bytes = 0;
	outcome_answer(encoder, reply);
	encoder->state = ENCODER_IDLE;
	encoder->state_since = now_monotonic();
	fleet_note_health(&d->fleet);
	if (++encoder->jobs_done >= d->options.jobs_per_encoder) {
		COUNT(d, retired_jobs, 1);
		encoder_end(encoder, false);
	} else if (has_grown(d, encoder)) {
		COUNT(d, retired_growth, 1);
		encoder_end(encoder, false);
	}
}

static void on_ready(struct encoder *encoder)
{
	encoder->ready = true;
	encoder_settle(encoder);
}

/* It ended, or must. ENDING keeps its job until the zygote tells of what it died. */
static void on_silence(struct dispatcher *d, struct encoder *encoder)
{
	bool is_stillborn = encoder->state == ENCODER_STARTING;

	encoder_end(encoder, true);
	if (is_stillborn)
		note_trouble(d, now_monotonic(), "encoders end before they begin");
}

void dispatcher_on_encoder(struct dispatcher *d, struct encoder *encoder)
{
	union encode_answer answer;
	int r = encoder_receive(encoder, &answer);

	if (r < 0)
		on_silence(d, encoder);
	else if (r > 0 && answer.kind == ENCODE_READY)
		on_ready(encoder);
	else if (r > 0 && answer.kind == ENCODE_HEADER)
		on_header(d, encoder, &answer.header.facts);
	else if (r > 0)
		on_reply(d, encoder, &answer.reply);
}

static void schedule(struct dispatcher *d)
{
	struct encoder *idle;
	struct pool_job *job;

	while ((idle = fleet_find(&d->fleet, ENCODER_IDLE))) {
		job = job_queue_take(&d->queue, free_bytes(d));
		if (!job)
			return;
		job_start(d, idle, job);
	}
	if (job_queue_length(&d->queue) > 0 && now_monotonic() >= d->fleet.not_before &&
		!fleet_find(&d->fleet, ENCODER_STARTING) &&
		fleet_count_working(&d->fleet) < d->options.workers)
		encoder_start(d);
}

void dispatcher_schedule(struct dispatcher *d)
{
	schedule(d);
	publish_counts(d);
}

/* --- Events ------------------------------------------------------------------------------ */

static void on_spawn_failed(struct dispatcher *d, struct encoder *encoder, int error)
{
	char what[POOL_REASON_MAX];

	fleet_remove(&d->fleet, encoder);
	snprintf(what, sizeof(what), "no encoder can be forked (%s)", strerror(error));
	note_trouble(d, now_monotonic(), what);
}

static void on_event(struct dispatcher *d, const struct zygote_event *event, int pidfd_consume)
{
	_cleanup_close_ int pidfd = pidfd_consume;
	struct encoder *encoder = fleet_find_token(&d->fleet, event->token);

	if (!encoder)
		return;
	switch (event->kind) {
	case ZYGOTE_SPAWNED:
		encoder->pid = event->pid;
		close_fd(&encoder->pidfd);
		encoder->pidfd = TAKE_FD(pidfd);
		encoder_settle(encoder);
		break;
	case ZYGOTE_SPAWN_FAILED:
		on_spawn_failed(d, encoder, event->status);
		break;
	case ZYGOTE_EXITED:
		/* What it said before it ended still counts. */
		if (encoder->state != ENCODER_ENDING)
			dispatcher_on_encoder(d, encoder);
		if (WIFSIGNALED(event->status))
			log_debug("encoder %d ended: %s", event->pid,
				strsignal(WTERMSIG(event->status)));
		encoder_exited(d, encoder, event->status);
		break;
	default:
		break;
	}
}

void dispatcher_on_zygote(struct dispatcher *d)
{
	struct zygote_event event;
	int pidfd, r;

	while ((r = zygote_event(&d->fleet.zygote, &event, &pidfd)) > 0)
		on_event(d, &event, pidfd);
	if (r < 0)
		zygote_lost(d, strerror(-r));
}

/* The answer does not wait for the process to be dead: it has its own descriptors. */
static void on_deadline(struct dispatcher *d, struct encoder *encoder)
{
	bool at_header = encoder->state == ENCODER_PROBING;
	bool in_time = now_monotonic() < encoder->deadline;
	struct pool_job *job = encoder->job;

	encoder->job = NULL;
	encoder_end(encoder, true);
	COUNT(d, deadlines, 1);
	if (at_header && in_time)
		outcome_header_timed_out(job);
	else
		outcome_timed_out(job, d->options.deadline_usec);
}

/* It was told to end and does not, or the zygote does not tell of it. */
static void on_overdue_end(struct dispatcher *d, struct encoder *encoder)
{
	encoder_put_down(encoder);
	encoder_exited(d, encoder, 0);
}

static void end_superfluous(struct dispatcher *d)
{
	struct encoder *encoder;

	while ((encoder = fleet_find_superfluous(&d->fleet)) &&
		now_monotonic() >= encoder->state_since + d->options.idle_usec) {
		encoder_end(encoder, false);
		COUNT(d, retired_idle, 1);
	}
}

void dispatcher_check_clocks(struct dispatcher *d)
{
	unsigned killed = fleet_kill_condemned(&d->fleet);
	usec_t now = now_monotonic();
	struct encoder *next;

	COUNT(d, condemned, killed);
	for (struct encoder *e = d->fleet.encoders; e; e = next) {
		next = e->next;
		if (now < encoder_clock(e))
			continue;
		if (e->state == ENCODER_STARTING && e->pidfd < 0) {
			zygote_lost(d, "it does not answer");
			return;
		}
		if (e->state == ENCODER_STARTING)
			on_silence(d, e);
		else if (e->state == ENCODER_ENDING)
			on_overdue_end(d, e);
		else
			on_deadline(d, e);
	}
	end_superfluous(d);
}

usec_t dispatcher_next_clock(const struct dispatcher *d)
{
	return fleet_next_clock(&d->fleet, d->options.idle_usec);
}

void dispatcher_fail_everything(struct dispatcher *d)
{
	struct pool_job *job;

	while (d->fleet.encoders) {
		job = fleet_remove(&d->fleet, d->fleet.encoders);
		if (job)
			outcome_shutdown(job);
	}
	while ((job = job_queue_pop(&d->queue)))
		outcome_shutdown(job);
}
