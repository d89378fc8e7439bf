/* SPDX-License-Identifier: MIT */
#include "encode/dispatcher.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "encode/estimate.h"
#include "encode/loss.h"
#include "encode/outcome.h"
#include "encode/yield.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/machine.h"

void dispatcher_init(struct dispatcher *d, const struct pool_options *options)
{
	*d = (struct dispatcher){ .options = *options };
	lock_init(&d->lock);
	job_queue_init(&d->queue);
	fleet_init(&d->fleet);
	throttle_init(&d->throttle);
	d->limits = d->throttle.limits;
	d->bounds = options->bounds;
	if (!d->options.machine)
		d->options.machine = "";
	headroom_init(&d->headroom, d->options.machine);
	d->oom_kills = machine_oom_kills(d->options.machine);
}

void dispatcher_done(struct dispatcher *d)
{
	headroom_done(&d->headroom);
	job_queue_done(&d->queue);
	fleet_done(&d->fleet);
	lock_done(&d->lock);
}

/* --- Limits and bounds ------------------------------------------------------------------- */

void dispatcher_limit(struct dispatcher *d, const struct pool_limits *limits)
{
	LOCK_SCOPE(&d->lock);

	d->limits = *limits;
}

void dispatcher_set_bounds(struct dispatcher *d, const struct pool_bounds *bounds)
{
	LOCK_SCOPE(&d->lock);

	d->bounds = *bounds;
}

static void take_over(struct dispatcher *d)
{
	struct pool_limits limits;

	lock_take(&d->lock);
	limits = d->limits;
	d->options.bounds = d->bounds;
	lock_drop(&d->lock);
	throttle_limit(&d->throttle, &limits);
	throttle_tick(&d->throttle, now_monotonic());
}

/* Our own budget, or what the machine can carry beside what is promised, if that is less. */
static struct admission_room room_now(struct dispatcher *d)
{
	uint64_t budget = throttle_budget(&d->throttle, d->options.bounds.memory_bytes);
	uint64_t charged = fleet_charged_bytes(&d->fleet);
	uint64_t unspent = fleet_unspent_bytes(&d->fleet);
	uint64_t headroom = d->options.heed_machine
	                            ? headroom_bytes(&d->headroom, now_monotonic())
	                            : UINT64_MAX;
	uint64_t more = headroom > unspent ? headroom - unspent : 0;

	if (more < budget && charged + more < budget)
		budget = charged + more;
	return (struct admission_room){
		.budget_bytes = budget,
		.free_bytes = charged < budget ? budget - charged : 0,
		.prefetch = d->throttle.limits.prefetch,
		.search = d->throttle.limits.search,
	};
}

static void job_busy(struct dispatcher *d, struct pool_job *job)
{
	DISPATCHER_COUNT(d, busy, 1);
	outcome_busy(job);
}

/* What waits for limits to be lifted waits no longer than for an encode. */
static void fail_overdue(struct dispatcher *d)
{
	struct admission_room room = room_now(d);
	usec_t now = now_monotonic();
	struct pool_job *job;

	while ((job = job_queue_take_overdue(
			&d->queue, &room, now, d->options.bounds.deadline_usec)))
		job_busy(d, job);
}

/* --- Encoders ---------------------------------------------------------------------------- */

/* One more encoder, by a new zygote if need be. */
static void encoder_start(struct dispatcher *d)
{
	char what[POOL_REASON_MAX];
	int r = fleet_revive(&d->fleet, &d->options, what);

	if (r < 0) {
		loss_note_trouble(d, now_monotonic(), what);
		return;
	}
	r = fleet_request(&d->fleet);
	if (r == -EPIPE || r == -ECONNRESET) {
		loss_of_zygote(d, strerror(-r));
	} else if (r < 0) {
		snprintf(what, sizeof(what), "no further encoder for now (%s)", strerror(-r));
		loss_note_trouble(d, now_monotonic(), what);
	}
}

/* --- Jobs -------------------------------------------------------------------------------- */

static void job_start(struct dispatcher *d, struct encoder *encoder, struct pool_job *job)
{
	int r;

	job->attempts++;
	job->handed_at = now_monotonic();
	job->alone = d->throttle.breaker == BREAKER_HALF_OPEN;
	job->request.job = ++d->next_job;
	/* Known from an earlier time: kept for it until its header is there again. */
	encoder->charged_bytes = job->estimate_bytes;
	r = encoder_send(encoder, job, d->options.bounds.deadline_usec);
	if (r == 0)
		return;
	encoder_end(encoder, true);
	/* It was gone before it saw the job. */
	if (r == -EPIPE || r == -ECONNRESET)
		loss_by_no_fault(d, job);
	else
		outcome_fail(job, EIO, true, strerror(-r));
}

/* All processors for the only one that there is, where that does not cost too much memory. */
static unsigned job_threads(struct dispatcher *d, const struct pool_job *job,
	const struct encode_facts *facts, uint64_t free_bytes)
{
	unsigned all = d->options.bounds.workers;

	if (fleet_count_working(&d->fleet) > 1 || job_queue_length(&d->queue) > 0 ||
		throttle_restricts(&d->throttle))
		return 1;
	return estimate_memory(facts, &job->request, all) <= free_bytes ? all : 1;
}

static void on_header(
	struct dispatcher *d, struct encoder *encoder, const struct encode_facts *facts)
{
	struct pool_job *job = encoder->job;
	bool admitted = encoder->charged_bytes > 0;
	struct admission_room room;
	unsigned threads;
	int r;

	encoder->charged_bytes = 0;
	fleet_note_health(&d->fleet);
	job->estimate_bytes = estimate_memory(facts, &job->request, 1);
	room = room_now(d);
	if (job->estimate_bytes > d->options.bounds.memory_bytes) {
		r = encoder_drop(encoder);
		outcome_too_heavy(job, d->options.bounds.memory_bytes);
	} else if (throttle_refuses(&d->throttle)) {
		r = encoder_drop(encoder);
		job_busy(d, job);
	} else if ((admitted && job->estimate_bytes <= room.free_bytes) ||
		   job_queue_admit(&d->queue, job, &room)) {
		threads = job_threads(d, job, facts, room.free_bytes);
		r = encoder_go(
			encoder, threads, estimate_memory(facts, &job->request, threads));
	} else {
		r = encoder_drop(encoder);
		yield_memory(d, job, room.free_bytes);
		loss_by_no_fault(d, job);
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
	/* It may have been stopped right behind its last word. */
	encoder_resume(encoder);
	encoder->charged_bytes = 0;
	loss_not_of_memory(d, encoder->job);
	outcome_answer(encoder, reply);
	encoder->state = ENCODER_IDLE;
	encoder->state_since = now_monotonic();
	fleet_note_health(&d->fleet);
	if (++encoder->jobs_done >= d->options.jobs_per_encoder) {
		DISPATCHER_COUNT(d, retired_jobs, 1);
		encoder_end(encoder, false);
	} else if (has_grown(d, encoder)) {
		DISPATCHER_COUNT(d, retired_growth, 1);
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
		loss_note_trouble(d, now_monotonic(), "encoders end before they begin");
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

static void end_idle(struct dispatcher *d)
{
	struct encoder *idle;

	while ((idle = fleet_find(&d->fleet, ENCODER_IDLE))) {
		encoder_end(idle, false);
		DISPATCHER_COUNT(d, retired_idle, 1);
	}
}

static struct admission_room room_to_begin(struct dispatcher *d, unsigned most)
{
	struct admission_room room = room_now(d);

	room.prefetch = room.prefetch && yield_allows_prefetch(d, most);
	return room;
}

static void schedule(struct dispatcher *d, unsigned most)
{
	struct admission_room room = room_to_begin(d, most);
	struct encoder *idle;
	struct pool_job *job;

	while (yield_allows(d, most) && (idle = fleet_find(&d->fleet, ENCODER_IDLE)) &&
		(job = job_queue_take(&d->queue, &room))) {
		job_start(d, idle, job);
		room = room_to_begin(d, most);
	}
	if (yield_allows(d, most) && job_queue_has(&d->queue, &room) &&
		now_monotonic() >= d->fleet.not_before &&
		!fleet_find(&d->fleet, ENCODER_STARTING) && !fleet_is_full(&d->fleet))
		encoder_start(d);
}

void dispatcher_schedule(struct dispatcher *d)
{
	struct pool_job *job;
	unsigned most;

	take_over(d);
	most = throttle_workers(&d->throttle, d->options.bounds.workers);
	yield_cancelled(d);
	while (throttle_refuses(&d->throttle) && (job = job_queue_pop(&d->queue)))
		job_busy(d, job);
	if (job_queue_length(&d->queue) > 0)
		schedule(d, most);
	yield_balance(d, most);
	if (!d->throttle.limits.keep_idle)
		end_idle(d);
	dispatcher_publish(d);
}

/* --- Events ------------------------------------------------------------------------------ */

static void on_spawn_failed(struct dispatcher *d, struct encoder *encoder, int error)
{
	char what[POOL_REASON_MAX];

	fleet_remove(&d->fleet, encoder);
	snprintf(what, sizeof(what), "no encoder can be forked (%s)", strerror(error));
	loss_note_trouble(d, now_monotonic(), what);
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
		loss_of_encoder(d, encoder, event->status);
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
		loss_of_zygote(d, strerror(-r));
}

/* The answer does not wait for the process to be dead: it has its own descriptors. */
static void on_deadline(struct dispatcher *d, struct encoder *encoder)
{
	bool at_header = encoder->state == ENCODER_PROBING;
	bool in_time = now_monotonic() < encoder->deadline;
	usec_t allowed = encoder->deadline - encoder->job_started;
	struct pool_job *job = encoder->job;

	encoder->job = NULL;
	encoder_end(encoder, true);
	DISPATCHER_COUNT(d, deadlines, 1);
	loss_not_of_memory(d, job);
	if (at_header && in_time)
		outcome_header_timed_out(job);
	else
		outcome_timed_out(job, allowed);
}

/* It was told to end and does not, or the zygote does not tell of it. */
static void on_overdue_end(struct dispatcher *d, struct encoder *encoder)
{
	encoder_put_down(encoder);
	loss_of_encoder(d, encoder, 0);
}

static void end_superfluous(struct dispatcher *d)
{
	struct encoder *encoder;

	while ((encoder = fleet_find_superfluous(&d->fleet)) &&
		now_monotonic() >= encoder->state_since + d->options.idle_usec) {
		encoder_end(encoder, false);
		DISPATCHER_COUNT(d, retired_idle, 1);
	}
}

void dispatcher_check_clocks(struct dispatcher *d)
{
	unsigned killed = fleet_kill_condemned(&d->fleet);
	usec_t now = now_monotonic();
	struct encoder *next;

	DISPATCHER_COUNT(d, condemned, killed);
	for (struct encoder *e = d->fleet.encoders; e; e = next) {
		next = e->next;
		if (now < encoder_clock(e))
			continue;
		if (e->state == ENCODER_STARTING && e->pidfd < 0) {
			loss_of_zygote(d, "it does not answer");
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
	if (job_queue_length(&d->queue) > 0)
		fail_overdue(d);
}

usec_t dispatcher_next_clock(struct dispatcher *d)
{
	usec_t at = fleet_next_clock(&d->fleet, d->options.idle_usec);
	usec_t breaker = throttle_clock(&d->throttle);
	usec_t look = now_monotonic() + USEC_PER_SEC;

	at = breaker < at ? breaker : at;
	/* What others hold of the memory may be given back, which nothing tells. */
	return job_queue_length(&d->queue) > 0 && look < at ? look : at;
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
