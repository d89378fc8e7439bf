/* SPDX-License-Identifier: MIT
 *
 * The pool's thread is one loop: give queued jobs to idle encoders or ask the zygote for more,
 * wait for the next reply, event or deadline, act on it. Only the queue and the figures are
 * shared with other threads. poll() over a handful of sockets needs no registration, so an
 * encoder that is gone cannot haunt the loop, as it could an epoll set.
 */
#include "encode/pool.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "encode/fleet.h"
#include "encode/job_queue.h"
#include "encode/outcome.h"
#include "util/cleanup.h"
#include "util/lock.h"
#include "util/log.h"

#define ATTEMPTS_MAX  2 /* a crash costs a job one retry */
#define STILLBORN_MAX 5 /* encoders in a row that do not live to see a job */
#define POLL_FIXED    2 /* wake-up and zygote, before the encoders */

struct pool {
	/* fixed after init */
	struct pool_options options;
	struct zygote_hello hello;
	pthread_t thread;
	int wake_fd;            /* owned, eventfd */
	struct job_queue queue; /* has a lock of its own, taken inside `lock` */

	/* protected by `lock` (4 in util/lock.h) */
	struct lock lock;
	bool stopping;
	bool stopped; /* nobody takes jobs from the queue any more */
	struct pool_stats stats;

	/* the pool's thread */
	struct fleet fleet;
	struct pollfd *polled; /* owned, n_polled */
	size_t n_polled;
	uint64_t next_job;
};

#define POOL_COUNT(pool, field, by)                                                            \
	do {                                                                                   \
		LOCK_SCOPE(&(pool)->lock);                                                     \
		(pool)->stats.field += (by);                                                   \
	} while (0)

static bool is_stopping(struct pool *pool)
{
	LOCK_SCOPE(&pool->lock);

	return pool->stopping;
}

static void wake(struct pool *pool)
{
	/* EAGAIN: it is awake already. */
	eventfd_write(pool->wake_fd, 1);
}

void pool_submit(struct pool *pool, struct pool_job *job)
{
	bool stopped;

	job->attempts = 0;
	job->request.version = PROTOCOL_VERSION;
	lock_take(&pool->lock);
	stopped = pool->stopped;
	if (!stopped)
		job_queue_push(&pool->queue, job);
	lock_drop(&pool->lock);
	if (stopped)
		outcome_shutdown(job);
	else
		wake(pool);
}

void pool_condemn(struct pool *pool, uint32_t encoder)
{
	fleet_condemn(&pool->fleet, encoder);
	wake(pool);
}

void pool_stats(struct pool *pool, struct pool_stats *ret)
{
	LOCK_SCOPE(&pool->lock);

	*ret = pool->stats;
	ret->restarts = ret->crashes + ret->deadlines + ret->retired + ret->condemned;
	ret->queued = job_queue_length(&pool->queue);
}

/* --- Encoders ---------------------------------------------------------------------------- */

static void publish_counts(struct pool *pool)
{
	unsigned busy = fleet_count(&pool->fleet, ENCODER_BUSY);
	unsigned idle = fleet_count(&pool->fleet, ENCODER_IDLE);
	LOCK_SCOPE(&pool->lock);

	pool->stats.running = busy;
	pool->stats.encoders = busy + idle;
}

/* The encoder died under its job: once more elsewhere, then no more. */
static void job_bereaved(struct pool *pool, struct pool_job *job, int status)
{
	POOL_COUNT(pool, crashes, 1);
	if (job->attempts < ATTEMPTS_MAX)
		job_queue_push_front(&pool->queue, job);
	else
		outcome_died(job, status);
}

/* The encoder ended by no fault of the picture's: that attempt did not count. */
static void job_orphaned(struct pool *pool, struct pool_job *job)
{
	job->attempts--;
	job_queue_push_front(&pool->queue, job);
}

static void fail_queue(struct pool *pool, const char *reason)
{
	struct pool_job *job;

	while ((job = job_queue_pop(&pool->queue)))
		outcome_fail(job, EIO, true, reason);
}

/* It told of no signal or deadline of ours, and did nothing: the next one may do the same. */
static void note_stillborn(struct pool *pool)
{
	fleet_note_stillborn(&pool->fleet);
	if (pool->fleet.stillborn < STILLBORN_MAX)
		return;
	log_error("encoders end before they begin; is '%s' whole?", pool->options.encoder_path);
	fail_queue(pool, "encoders end before they begin");
	pool->fleet.stillborn = 0;
}

static void encoder_exited(struct pool *pool, struct encoder *encoder, int status)
{
	bool stillborn = encoder->state <= ENCODER_IDLE && encoder->jobs_done == 0;
	bool condemned = encoder->condemned;
	struct pool_job *job = fleet_remove(&pool->fleet, encoder);

	if (job && condemned)
		job_orphaned(pool, job);
	else if (job)
		job_bereaved(pool, job, status);
	else if (stillborn)
		note_stillborn(pool);
}

/* Encoders end with their zygote, but the kernel takes its time. */
static void zygote_lost(struct pool *pool, const char *why)
{
	struct encoder *encoder;

	log_warning("the encoder zygote is gone (%s); starting another", why);
	zygote_stop(&pool->fleet.zygote);
	POOL_COUNT(pool, zygote_restarts, 1);
	while ((encoder = pool->fleet.encoders)) {
		struct pool_job *job;

		encoder_put_down(encoder);
		job = fleet_remove(&pool->fleet, encoder);
		if (job)
			job_orphaned(pool, job);
	}
}

/* One more encoder, by a new zygote if need be. */
static void encoder_start(struct pool *pool)
{
	int r = fleet_revive(&pool->fleet, &pool->options);

	if (r < 0) {
		log_error("cannot start '%s': %s", pool->options.encoder_path, strerror(-r));
		fail_queue(pool, "the encoder program cannot be started");
		return;
	}
	r = fleet_request(&pool->fleet);
	if (r == -EPIPE || r == -ECONNRESET)
		zygote_lost(pool, strerror(-r));
	else if (r < 0)
		log_warning("no further encoder for now: %s", strerror(-r));
}

/* --- Scheduling -------------------------------------------------------------------------- */

static void job_start(struct pool *pool, struct encoder *encoder, struct pool_job *job)
{
	bool alone = fleet_count(&pool->fleet, ENCODER_BUSY) == 0 &&
	             job_queue_length(&pool->queue) == 0;
	int r;

	job->attempts++;
	job->request.job = ++pool->next_job;
	job->request.threads = alone ? pool->options.workers : 1;
	r = encoder_send(encoder, job, pool->options.deadline_usec);
	if (r == 0)
		return;
	encoder_end(encoder, true);
	/* It was gone before it saw the job. */
	if (r == -EPIPE || r == -ECONNRESET)
		job_orphaned(pool, job);
	else
		outcome_fail(job, EIO, true, strerror(-r));
}

static void schedule(struct pool *pool)
{
	for (;;) {
		struct encoder *idle = fleet_find(&pool->fleet, ENCODER_IDLE);
		struct pool_job *job;

		if (!idle)
			break;
		job = job_queue_pop(&pool->queue);
		if (!job)
			return;
		job_start(pool, idle, job);
	}
	if (job_queue_length(&pool->queue) > 0 && now_monotonic() >= pool->fleet.not_before &&
		!fleet_find(&pool->fleet, ENCODER_STARTING) &&
		fleet_count(&pool->fleet, ENCODER_BUSY) < pool->options.workers)
		encoder_start(pool);
}

/* --- Events ------------------------------------------------------------------------------ */

static void on_reply(struct pool *pool, struct encoder *encoder)
{
	struct encode_reply reply;
	int r = encoder_receive(encoder, &reply);

	if (r == 0)
		return;
	if (r < 0) {
		/* ENDING keeps the job until the zygote tells of what it died. */
		encoder_end(encoder, true);
		return;
	}
	outcome_answer(encoder, &reply);
	encoder->state = ENCODER_IDLE;
	pool->fleet.stillborn = 0;
	if (++encoder->jobs_done >= pool->options.jobs_per_encoder) {
		encoder_end(encoder, false);
		POOL_COUNT(pool, retired, 1);
	}
}

static void on_event(struct pool *pool, const struct zygote_event *event, int pidfd_consume)
{
	_cleanup_close_ int pidfd = pidfd_consume;
	struct encoder *encoder = fleet_find_token(&pool->fleet, event->token);

	if (!encoder)
		return;
	switch (event->kind) {
	case ZYGOTE_SPAWNED:
		encoder->pid = event->pid;
		encoder->pidfd = TAKE_FD(pidfd);
		if (encoder->state == ENCODER_STARTING)
			encoder->state = ENCODER_IDLE;
		break;
	case ZYGOTE_SPAWN_FAILED:
		log_warning("cannot fork an encoder: %s", strerror(event->status));
		fleet_remove(&pool->fleet, encoder);
		note_stillborn(pool);
		break;
	case ZYGOTE_EXITED:
		/* What it answered before it ended still counts. */
		if (encoder->state == ENCODER_BUSY)
			on_reply(pool, encoder);
		if (WIFSIGNALED(event->status))
			log_debug("encoder %d ended: %s", event->pid,
				strsignal(WTERMSIG(event->status)));
		encoder_exited(pool, encoder, event->status);
		break;
	default:
		break;
	}
}

static void on_zygote(struct pool *pool)
{
	struct zygote_event event;
	int pidfd, r;

	while ((r = zygote_event(&pool->fleet.zygote, &event, &pidfd)) > 0)
		on_event(pool, &event, pidfd);
	if (r < 0)
		zygote_lost(pool, strerror(-r));
}

/* The answer does not wait for the process to be dead: it has its own descriptors. */
static void on_deadline(struct pool *pool, struct encoder *encoder)
{
	struct pool_job *job = encoder->job;

	encoder->job = NULL;
	encoder_end(encoder, true);
	POOL_COUNT(pool, deadlines, 1);
	outcome_timed_out(job, pool->options.deadline_usec);
}

/* It was told to end and does not, or the zygote does not tell of it. */
static void on_overdue_end(struct pool *pool, struct encoder *encoder)
{
	encoder_put_down(encoder);
	encoder_exited(pool, encoder, 0);
}

static void check_clocks(struct pool *pool)
{
	usec_t now = now_monotonic();
	struct encoder *next;

	POOL_COUNT(pool, condemned, fleet_kill_condemned(&pool->fleet));
	for (struct encoder *e = pool->fleet.encoders; e; e = next) {
		bool silent = now >= e->state_since + ENCODER_SILENCE_USEC;

		next = e->next;
		if (e->state == ENCODER_BUSY && now >= e->deadline) {
			on_deadline(pool, e);
		} else if (e->state == ENCODER_ENDING && silent) {
			on_overdue_end(pool, e);
		} else if (e->state == ENCODER_STARTING && silent) {
			zygote_lost(pool, "it does not answer");
			return;
		}
	}
}

/* --- The thread -------------------------------------------------------------------------- */

static int grow_polled(struct pool *pool, size_t n)
{
	struct pollfd *polled;

	if (n <= pool->n_polled)
		return 0;
	polled = realloc(pool->polled, n * sizeof(*polled));
	if (!polled)
		return -ENOMEM;
	pool->polled = polled;
	pool->n_polled = n;
	return 0;
}

/* Fills `polled`; entry POLL_FIXED + i is the i-th encoder that has a socket. */
static size_t fill_polled(struct pool *pool)
{
	size_t n = POLL_FIXED;

	for (const struct encoder *e = pool->fleet.encoders; e; e = e->next)
		n += e->sock >= 0;
	if (grow_polled(pool, n) < 0)
		n = pool->n_polled;
	pool->polled[0] = (struct pollfd){ .fd = pool->wake_fd, .events = POLLIN };
	pool->polled[1] = (struct pollfd){ .fd = pool->fleet.zygote.sock, .events = POLLIN };
	n = POLL_FIXED;
	for (const struct encoder *e = pool->fleet.encoders; e && n < pool->n_polled;
		e = e->next) {
		if (e->sock >= 0)
			pool->polled[n++] = (struct pollfd){ .fd = e->sock, .events = POLLIN };
	}
	return n;
}

static void dispatch(struct pool *pool, size_t n_polled)
{
	size_t at = POLL_FIXED;
	uint64_t wakes;

	/* Encoders first, in the order in which they were polled: none was freed since. */
	for (struct encoder *e = pool->fleet.encoders; e && at < n_polled; e = e->next) {
		if (e->sock >= 0 && e->sock == pool->polled[at].fd &&
			pool->polled[at++].revents)
			on_reply(pool, e);
	}
	if (pool->polled[0].revents && read(pool->wake_fd, &wakes, sizeof(wakes)) < 0)
		log_debug("eventfd: %s", strerror(errno));
	if (pool->polled[1].revents)
		on_zygote(pool);
}

static void fail_everything(struct pool *pool)
{
	struct pool_job *job;

	/* From here on pool_submit() answers by itself, so the queue stays empty. */
	lock_take(&pool->lock);
	pool->stopped = true;
	lock_drop(&pool->lock);
	while (pool->fleet.encoders) {
		job = fleet_remove(&pool->fleet, pool->fleet.encoders);
		if (job)
			outcome_shutdown(job);
	}
	while ((job = job_queue_pop(&pool->queue)))
		outcome_shutdown(job);
}

static void *pool_main(void *arg)
{
	struct pool *pool = arg;

	pthread_setname_np(pthread_self(), "lensfs-pool");
	while (!is_stopping(pool)) {
		size_t n;

		schedule(pool);
		publish_counts(pool);
		n = fill_polled(pool);
		if (poll(pool->polled, n, fleet_timeout_msec(&pool->fleet)) > 0)
			dispatch(pool, n);
		check_clocks(pool);
	}
	fail_everything(pool);
	zygote_stop(&pool->fleet.zygote);
	return NULL;
}

/* --- Life -------------------------------------------------------------------------------- */

int pool_new(
	const struct pool_options *options, struct pool **ret, char reason[POOL_REASON_MAX])
{
	struct pool *pool = calloc(1, sizeof(*pool));
	int r;

	if (!pool) {
		snprintf(reason, POOL_REASON_MAX, "out of memory");
		return -ENOMEM;
	}
	lock_init(&pool->lock);
	pool->options = *options;
	job_queue_init(&pool->queue);
	fleet_init(&pool->fleet);
	pool->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = pool->wake_fd < 0 ? -errno : grow_polled(pool, POLL_FIXED + options->workers);
	if (r == 0)
		r = zygote_start(&pool->fleet.zygote, options->encoder_path,
			options->keep_stderr, options->sandbox);
	if (r < 0) {
		snprintf(reason, POOL_REASON_MAX, "cannot start '%s': %s",
			options->encoder_path,
			r == -EPROTO ? "it is of another version" : strerror(-r));
		goto fail;
	}
	pool->hello = pool->fleet.zygote.hello;
	r = -pthread_create(&pool->thread, NULL, pool_main, pool);
	if (r < 0) {
		snprintf(reason, POOL_REASON_MAX, "cannot start a thread: %s", strerror(-r));
		goto fail;
	}
	*ret = pool;
	return 0;
fail:
	zygote_stop(&pool->fleet.zygote);
	pool_free(pool);
	return r;
}

void pool_stop(struct pool *pool)
{
	lock_take(&pool->lock);
	pool->stopping = true;
	lock_drop(&pool->lock);
	wake(pool);
	pthread_join(pool->thread, NULL);
}

struct pool *pool_free(struct pool *pool)
{
	if (pool) {
		close_fd(&pool->wake_fd);
		job_queue_done(&pool->queue);
		fleet_done(&pool->fleet);
		lock_done(&pool->lock);
		free(pool->polled);
		free(pool);
	}
	return NULL;
}

const struct zygote_hello *pool_hello(const struct pool *pool)
{
	return &pool->hello;
}
