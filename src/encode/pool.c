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

#include "encode/encoder_handle.h"
#include "encode/job_queue.h"
#include "encode/outcome.h"
#include "encode/zygote.h"
#include "util/cleanup.h"
#include "util/lock.h"
#include "util/log.h"

#define ATTEMPTS_MAX       2                  /* a crash costs a job one retry */
#define SILENCE_MAX_USEC   (5 * USEC_PER_SEC) /* of a zygote that owes an event */
#define SPAWN_BACKOFF_USEC USEC_PER_SEC
#define POLL_FIXED         2 /* wake-up and zygote, before the encoders */

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
	struct pool_stats stats;

	/* the pool's thread */
	struct zygote zygote;
	usec_t spawn_not_before;
	struct encoder *encoders;
	struct pollfd *polled; /* owned, n_polled */
	size_t n_polled;
	uint32_t next_token;
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
	uint64_t one = 1;

	if (write(pool->wake_fd, &one, sizeof(one)) < 0)
		return; /* EAGAIN: it is awake already */
}

void pool_submit(struct pool *pool, struct pool_job *job)
{
	job->attempts = 0;
	job->request.version = PROTOCOL_VERSION;
	job_queue_push(&pool->queue, job);
	wake(pool);
}

void pool_stats(struct pool *pool, struct pool_stats *ret)
{
	LOCK_SCOPE(&pool->lock);

	*ret = pool->stats;
	ret->queued = job_queue_length(&pool->queue);
}

/* --- Encoders ---------------------------------------------------------------------------- */

static unsigned count_encoders(const struct pool *pool, enum encoder_state state)
{
	unsigned n = 0;

	for (const struct encoder *e = pool->encoders; e; e = e->next)
		n += e->state == state;
	return n;
}

static void publish_counts(struct pool *pool)
{
	unsigned busy = count_encoders(pool, ENCODER_BUSY);
	unsigned idle = count_encoders(pool, ENCODER_IDLE);
	LOCK_SCOPE(&pool->lock);

	pool->stats.running = busy;
	pool->stats.encoders = busy + idle;
}

static struct encoder *find_encoder(struct pool *pool, enum encoder_state state)
{
	for (struct encoder *e = pool->encoders; e; e = e->next) {
		if (e->state == state)
			return e;
	}
	return NULL;
}

/* The encoder died under its job: once more elsewhere, then no more. */
static void job_bereaved(struct pool *pool, struct pool_job *job, int status)
{
	if (job->attempts < ATTEMPTS_MAX)
		job_queue_push_front(&pool->queue, job);
	else
		outcome_died(job, status);
}

/* Unlinks and frees; a job it still had goes back or fails. */
static void encoder_gone(struct pool *pool, struct encoder *encoder, int status)
{
	struct pool_job *job = encoder->job;

	for (struct encoder **p = &pool->encoders; *p; p = &(*p)->next) {
		if (*p == encoder) {
			*p = encoder->next;
			break;
		}
	}
	encoder_free(encoder);
	if (job) {
		POOL_COUNT(pool, crashes, 1);
		POOL_COUNT(pool, restarts, 1);
		job_bereaved(pool, job, status);
	}
}

static void zygote_lost(struct pool *pool, const char *why)
{
	log_warning("the encoder zygote is gone (%s); starting another", why);
	zygote_stop(&pool->zygote);
	POOL_COUNT(pool, zygote_restarts, 1);
	while (pool->encoders)
		encoder_gone(pool, pool->encoders, 0);
}

static void zygote_revive(struct pool *pool)
{
	usec_t now = now_monotonic();
	struct pool_job *job;
	int r;

	if (pool->zygote.sock >= 0)
		return;
	pool->spawn_not_before = now + SPAWN_BACKOFF_USEC;
	r = zygote_start(&pool->zygote, pool->options.encoder_path, pool->options.keep_stderr);
	if (r == 0)
		return;
	log_error("cannot start '%s': %s", pool->options.encoder_path, strerror(-r));
	while ((job = job_queue_pop(&pool->queue)))
		outcome_fail(job, EIO, true, "the encoder program cannot be started");
}

static void encoder_request(struct pool *pool)
{
	struct encoder *encoder;
	int sock, r;

	r = zygote_spawn(&pool->zygote, pool->next_token, &sock);
	if (r < 0) {
		zygote_lost(pool, strerror(-r));
		return;
	}
	encoder = encoder_new(pool->next_token++, sock);
	if (!encoder)
		return; /* the socket is closed, which ends what the zygote forks */
	encoder->next = pool->encoders;
	pool->encoders = encoder;
}

/* --- Scheduling -------------------------------------------------------------------------- */

static void job_start(struct pool *pool, struct encoder *encoder, struct pool_job *job)
{
	bool alone =
		count_encoders(pool, ENCODER_BUSY) == 0 && job_queue_length(&pool->queue) == 0;
	int r;

	job->attempts++;
	job->request.job = ++pool->next_job;
	job->request.threads = alone ? pool->options.workers : 1;
	r = encoder_send(encoder, job, pool->options.deadline_usec);
	if (r == 0)
		return;
	encoder_end(encoder, true);
	if (r == -EPIPE || r == -ECONNRESET)
		job_bereaved(pool, job, 0);
	else
		outcome_fail(job, EIO, true, strerror(-r));
}

static void schedule(struct pool *pool)
{
	for (;;) {
		struct encoder *idle = find_encoder(pool, ENCODER_IDLE);
		struct pool_job *job;

		if (!idle)
			break;
		job = job_queue_pop(&pool->queue);
		if (!job)
			return;
		job_start(pool, idle, job);
	}
	if (job_queue_length(&pool->queue) == 0)
		return;
	if (now_monotonic() < pool->spawn_not_before)
		return;
	zygote_revive(pool);
	if (pool->zygote.sock >= 0 && !find_encoder(pool, ENCODER_STARTING) &&
		count_encoders(pool, ENCODER_BUSY) < pool->options.workers)
		encoder_request(pool);
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
	if (++encoder->jobs_done >= pool->options.jobs_per_encoder) {
		encoder_end(encoder, false);
		POOL_COUNT(pool, retired, 1);
		POOL_COUNT(pool, restarts, 1);
	}
}

static struct encoder *find_token(struct pool *pool, uint32_t token)
{
	for (struct encoder *e = pool->encoders; e; e = e->next) {
		if (e->token == token)
			return e;
	}
	return NULL;
}

static void on_event(struct pool *pool, const struct zygote_event *event, int pidfd_consume)
{
	_cleanup_close_ int pidfd = pidfd_consume;
	struct encoder *encoder = find_token(pool, event->token);

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
		pool->spawn_not_before = now_monotonic() + SPAWN_BACKOFF_USEC;
		encoder_gone(pool, encoder, 0);
		break;
	case ZYGOTE_EXITED:
		/* What it answered before it ended still counts. */
		if (encoder->state == ENCODER_BUSY)
			on_reply(pool, encoder);
		if (WIFSIGNALED(event->status))
			log_debug("encoder %d ended: %s", event->pid,
				strsignal(WTERMSIG(event->status)));
		encoder_gone(pool, encoder, event->status);
		break;
	default:
		break;
	}
}

static void on_zygote(struct pool *pool)
{
	struct zygote_event event;
	int pidfd, r;

	while ((r = zygote_event(&pool->zygote, &event, &pidfd)) > 0)
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
	POOL_COUNT(pool, restarts, 1);
	outcome_timed_out(job, pool->options.deadline_usec);
}

static void check_clocks(struct pool *pool)
{
	usec_t now = now_monotonic();
	struct encoder *next;

	for (struct encoder *e = pool->encoders; e; e = next) {
		next = e->next;
		if (e->state == ENCODER_BUSY && now >= e->deadline) {
			on_deadline(pool, e);
		} else if ((e->state == ENCODER_STARTING || e->state == ENCODER_ENDING) &&
			   now >= e->state_since + SILENCE_MAX_USEC) {
			zygote_lost(pool, "it does not answer");
			return;
		}
	}
}

static int next_timeout_msec(struct pool *pool)
{
	usec_t now = now_monotonic(), at = USEC_NEVER;

	for (const struct encoder *e = pool->encoders; e; e = e->next) {
		usec_t t = USEC_NEVER;

		if (e->state == ENCODER_BUSY)
			t = e->deadline;
		else if (e->state != ENCODER_IDLE)
			t = e->state_since + SILENCE_MAX_USEC;
		at = t < at ? t : at;
	}
	if (pool->spawn_not_before > now && pool->spawn_not_before < at)
		at = pool->spawn_not_before;
	if (at == USEC_NEVER)
		return -1;
	return at <= now ? 0 : (int)((at - now) / USEC_PER_MSEC + 1);
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

	for (const struct encoder *e = pool->encoders; e; e = e->next)
		n += e->sock >= 0;
	if (grow_polled(pool, n) < 0)
		n = pool->n_polled;
	pool->polled[0] = (struct pollfd){ .fd = pool->wake_fd, .events = POLLIN };
	pool->polled[1] = (struct pollfd){ .fd = pool->zygote.sock, .events = POLLIN };
	n = POLL_FIXED;
	for (const struct encoder *e = pool->encoders; e && n < pool->n_polled; e = e->next) {
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
	for (struct encoder *e = pool->encoders; e && at < n_polled; e = e->next) {
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

	for (struct encoder *e = pool->encoders; e; e = pool->encoders) {
		pool->encoders = e->next;
		if (e->job)
			outcome_shutdown(e->job);
		encoder_free(e);
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
		if (poll(pool->polled, n, next_timeout_msec(pool)) > 0)
			dispatch(pool, n);
		check_clocks(pool);
	}
	fail_everything(pool);
	zygote_stop(&pool->zygote);
	return NULL;
}

/* --- Life -------------------------------------------------------------------------------- */

int pool_new(
	const struct pool_options *options, struct pool **ret, char reason[POOL_REASON_MAX])
{
	struct pool *pool = calloc(1, sizeof(*pool));
	int r;

	if (!pool)
		return -ENOMEM;
	lock_init(&pool->lock);
	pool->options = *options;
	job_queue_init(&pool->queue);
	pool->zygote = ZYGOTE_INIT;
	pool->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = pool->wake_fd < 0 ? -errno : grow_polled(pool, POLL_FIXED + options->workers);
	if (r == 0)
		r = zygote_start(&pool->zygote, options->encoder_path, options->keep_stderr);
	if (r < 0) {
		snprintf(reason, POOL_REASON_MAX, "cannot start '%s': %s",
			options->encoder_path,
			r == -EPROTO ? "it is of another version" : strerror(-r));
		goto fail;
	}
	pool->hello = pool->zygote.hello;
	r = -pthread_create(&pool->thread, NULL, pool_main, pool);
	if (r < 0) {
		snprintf(reason, POOL_REASON_MAX, "cannot start a thread: %s", strerror(-r));
		goto fail;
	}
	*ret = pool;
	return 0;
fail:
	zygote_stop(&pool->zygote);
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
