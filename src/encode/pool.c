/* SPDX-License-Identifier: MIT
 *
 * The pool's thread is one loop: let the dispatcher begin what may begin, wait for the next
 * answer, event or clock, have it acted on. Only the queue and the figures are shared with other
 * threads. poll() over a handful of sockets needs no registration, so an encoder that is gone
 * cannot haunt the loop, as it could an epoll set.
 */
#include "encode/pool.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "encode/dispatcher.h"
#include "encode/outcome.h"
#include "util/cleanup.h"
#include "util/log.h"

#define POLL_FIXED 2 /* wake-up and zygote, before the encoders */

struct pool {
	/* fixed after init */
	pthread_t thread;
	int wake_fd; /* owned, eventfd */

	/* atomic: when the thread's round began, monotonic; 0: it waits */
	_Atomic usec_t round_at;

	/* protected by the dispatcher's `lock` */
	bool stopping;
	bool stopped; /* nobody takes jobs from the queue any more */

	/* by its own rules */
	struct dispatcher dispatcher;

	/* the pool's thread */
	struct pollfd *polled; /* owned, n_polled */
	size_t n_polled;
};

static bool is_stopping(struct pool *pool)
{
	LOCK_SCOPE(&pool->dispatcher.lock);

	return pool->stopping;
}

static void wake(struct pool *pool)
{
	/* EAGAIN: it is awake already. */
	eventfd_write(pool->wake_fd, 1);
}

void pool_submit(struct pool *pool, struct pool_job *job)
{
	struct dispatcher *dispatcher = &pool->dispatcher;
	bool stopped;

	job->attempts = job->overtaken = 0;
	job->alone = job->starved = false;
	job->put_off_at = 0;
	job->submitted_at = now_monotonic();
	job->handed_at = 0;
	job->estimate_bytes = 0;
	job->request.version = PROTOCOL_VERSION;
	lock_take(&dispatcher->lock);
	stopped = pool->stopped;
	if (!stopped)
		job_queue_push(&dispatcher->queue, job);
	lock_drop(&dispatcher->lock);
	if (stopped)
		outcome_shutdown(job);
	else
		wake(pool);
}

void pool_promote(struct pool *pool, struct pool_job *job)
{
	job_queue_promote(&pool->dispatcher.queue, job);
	wake(pool);
}

void pool_cancel(struct pool *pool, struct pool_job *job)
{
	job_queue_cancel(&pool->dispatcher.queue, job);
	wake(pool);
}

void pool_condemn(struct pool *pool, uint32_t encoder)
{
	fleet_condemn(&pool->dispatcher.fleet, encoder);
	wake(pool);
}

void pool_limit(struct pool *pool, const struct pool_limits *limits)
{
	dispatcher_limit(&pool->dispatcher, limits);
	wake(pool);
}

void pool_set_bounds(struct pool *pool, const struct pool_bounds *bounds)
{
	dispatcher_set_bounds(&pool->dispatcher, bounds);
	wake(pool);
}

bool pool_encodes(struct pool *pool)
{
	LOCK_SCOPE(&pool->dispatcher.lock);

	return pool->dispatcher.limits.encode;
}

bool pool_takes_prefetch(struct pool *pool)
{
	LOCK_SCOPE(&pool->dispatcher.lock);

	return pool->dispatcher.limits.prefetch;
}

void pool_stats(struct pool *pool, struct pool_stats *ret)
{
	dispatcher_stats(&pool->dispatcher, ret);
}

size_t pool_encoders(struct pool *pool, struct pool_encoder *ret, size_t max)
{
	return dispatcher_encoders(&pool->dispatcher, ret, max);
}

usec_t pool_round_usec(struct pool *pool)
{
	usec_t began_at = atomic_load(&pool->round_at);

	return began_at ? now_monotonic() - began_at : 0;
}

/* --- The thread -------------------------------------------------------------------------- */

static int next_timeout_msec(struct pool *pool)
{
	usec_t now = now_monotonic(), at = dispatcher_next_clock(&pool->dispatcher);

	if (at == USEC_NEVER)
		return -1;
	return at <= now ? 0 : (int)((at - now) / USEC_PER_MSEC + 1);
}

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

	for (const struct encoder *e = pool->dispatcher.fleet.encoders; e; e = e->next)
		n += e->sock >= 0;
	/* Without memory some are not polled this time. */
	(void)grow_polled(pool, n);
	pool->polled[0] = (struct pollfd){ .fd = pool->wake_fd, .events = POLLIN };
	pool->polled[1] =
		(struct pollfd){ .fd = pool->dispatcher.fleet.zygote.sock, .events = POLLIN };
	n = POLL_FIXED;
	for (const struct encoder *e = pool->dispatcher.fleet.encoders; e && n < pool->n_polled;
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
	for (struct encoder *e = pool->dispatcher.fleet.encoders; e && at < n_polled;
		e = e->next) {
		if (e->sock >= 0 && e->sock == pool->polled[at].fd &&
			pool->polled[at++].revents)
			dispatcher_on_encoder(&pool->dispatcher, e);
	}
	if (pool->polled[0].revents && read(pool->wake_fd, &wakes, sizeof(wakes)) < 0)
		log_debug("eventfd: %s", strerror(errno));
	if (pool->polled[1].revents)
		dispatcher_on_zygote(&pool->dispatcher);
}

static void *pool_main(void *arg)
{
	struct pool *pool = arg;
	struct dispatcher *dispatcher = &pool->dispatcher;

	pthread_setname_np(pthread_self(), "lensfs-pool");
	while (!is_stopping(pool)) {
		size_t n;

		int ready;

		atomic_store(&pool->round_at, now_monotonic());
		dispatcher_schedule(dispatcher);
		n = fill_polled(pool);
		atomic_store(&pool->round_at, 0);
		ready = poll(pool->polled, n, next_timeout_msec(pool));
		atomic_store(&pool->round_at, now_monotonic());
		if (ready > 0)
			dispatch(pool, n);
		dispatcher_check_clocks(dispatcher);
	}
	atomic_store(&pool->round_at, 0);
	/* From here on pool_submit() answers by itself, so the queue stays empty. */
	lock_take(&dispatcher->lock);
	pool->stopped = true;
	lock_drop(&dispatcher->lock);
	dispatcher_fail_everything(dispatcher);
	zygote_stop(&dispatcher->fleet.zygote);
	return NULL;
}

/* --- Life -------------------------------------------------------------------------------- */

int pool_new(
	const struct pool_options *options, struct pool **ret, char reason[POOL_REASON_MAX])
{
	struct pool *pool = calloc(1, sizeof(*pool));
	struct fleet *fleet;
	int r;

	if (!pool) {
		snprintf(reason, POOL_REASON_MAX, "out of memory");
		return -ENOMEM;
	}
	dispatcher_init(&pool->dispatcher, options);
	fleet = &pool->dispatcher.fleet;
	pool->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = pool->wake_fd < 0 ? -errno
	                      : grow_polled(pool, POLL_FIXED + options->bounds.workers);
	if (r == 0)
		r = zygote_start(&fleet->zygote, options->encoder_path, options->keep_stderr,
			options->sandbox);
	if (r < 0) {
		snprintf(reason, POOL_REASON_MAX, "cannot start '%s': %s",
			options->encoder_path,
			r == -EPROTO ? "it is of another version" : strerror(-r));
		goto fail;
	}
	fleet->hello = fleet->zygote.hello;
	r = -pthread_create(&pool->thread, NULL, pool_main, pool);
	if (r < 0) {
		snprintf(reason, POOL_REASON_MAX, "cannot start a thread: %s", strerror(-r));
		goto fail;
	}
	*ret = pool;
	return 0;
fail:
	zygote_stop(&fleet->zygote);
	pool_free(pool);
	return r;
}

void pool_stop(struct pool *pool)
{
	lock_take(&pool->dispatcher.lock);
	pool->stopping = true;
	lock_drop(&pool->dispatcher.lock);
	wake(pool);
	pthread_join(pool->thread, NULL);
}

struct pool *pool_free(struct pool *pool)
{
	if (pool) {
		close_fd(&pool->wake_fd);
		dispatcher_done(&pool->dispatcher);
		free(pool->polled);
		free(pool);
	}
	return NULL;
}

const struct zygote_hello *pool_hello(const struct pool *pool)
{
	return &pool->dispatcher.fleet.hello;
}
