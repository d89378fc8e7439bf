/* SPDX-License-Identifier: MIT
 *
 * The table of jobs, and who waits for what. What a job does on its way is job.c's.
 *
 * A job stands in the table from its creation until it is finished, so single flight is one
 * lookup under one lock. A second index holds the jobs that encode, by key: two files of equal
 * bytes, or one that was touched, meet there although their versions differ.
 */
#include "render/render.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "render/job.h"
#include "util/log.h"

/* --- Threads and their queue ------------------------------------------------------------- */

static void queue_locked(struct render_job **queue, struct render_job *job)
{
	DL_APPEND2(*queue, job, queue_prev, queue_next);
}

/* A source of prefetch that is slow to read must not hold up all threads. */
static bool may_take_ahead_locked(const struct render *render)
{
	unsigned threads = render->options.threads;

	return render->n_ahead_begun < render->limits.max_ahead &&
	       render->n_ahead_held < (threads > 1 ? threads - 1 : 1);
}

static struct render_job *dequeue_locked(struct render_job **queue)
{
	struct render_job *job = *queue;

	if (job)
		DL_DELETE2(*queue, job, queue_prev, queue_next);
	return job;
}

/* What was begun is finished before more is begun, and only so much is begun: a job that waits
 * for an encoder holds descriptors. */
static struct render_job *dequeue_next_locked(struct render *render, bool *ret_ahead)
{
	struct render_job *job = dequeue_locked(&render->returning);

	if (job || render->n_begun >= render->options.max_begun)
		return job;
	job = dequeue_locked(&render->incoming);
	if (!job && may_take_ahead_locked(render)) {
		job = dequeue_locked(&render->ahead);
		if (job) {
			job->in_line = false;
			render->n_ahead_begun++;
			render->n_ahead_held++;
		}
		*ret_ahead = job != NULL;
	}
	render->n_begun += job != NULL;
	return job;
}

/* The next job to work on; NULL when the render stops and nothing is left. What is to be
 * prepared for prefetch is to be let go afterwards. */
static struct render_job *next_job(struct render *render, bool *ret_ahead)
{
	LOCK_SCOPE(&render->lock);
	struct render_job *job;

	*ret_ahead = false;
	while (!(job = dequeue_next_locked(render, ret_ahead)) &&
		!(render->stopping && !render->jobs))
		pthread_cond_wait(&render->wake, &render->lock.mutex);
	return job;
}

static void let_go_ahead(struct render *render)
{
	LOCK_SCOPE(&render->lock);

	render->n_ahead_held--;
	pthread_cond_signal(&render->wake);
}

static void *render_main(void *arg)
{
	struct render *render = arg;
	struct render_job *job;
	bool ahead;

	pthread_setname_np(pthread_self(), "lensfs-render");
	while ((job = next_job(render, &ahead))) {
		job->step(job);
		if (ahead)
			let_go_ahead(render);
	}
	return NULL;
}

/* --- Jobs in and out --------------------------------------------------------------------- */

bool render_is_stopping(struct render *render)
{
	LOCK_SCOPE(&render->lock);

	return render->stopping;
}

struct render_limits render_limits(struct render *render)
{
	LOCK_SCOPE(&render->lock);

	return render->limits;
}

void render_limit(struct render *render, const struct render_limits *limits)
{
	LOCK_SCOPE(&render->lock);

	render->limits = *limits;
	/* More of prefetch may begin. */
	pthread_cond_broadcast(&render->wake);
}

void render_requeue(struct render_job *job, void (*step)(struct render_job *))
{
	struct render *render = job->render;
	LOCK_SCOPE(&render->lock);

	job->step = step;
	job->in_pool = false;
	queue_locked(&render->returning, job);
	pthread_cond_signal(&render->wake);
}

bool render_lead_or_follow(struct render_job *job)
{
	struct render *render = job->render;
	struct render_waiter *waiter;
	struct render_job *leader;
	LOCK_SCOPE(&render->lock);

	HASH_FIND(hh_key, render->leaders, &job->key, sizeof(job->key), leader);
	if (leader) {
		LL_PREPEND2(leader->followers, job, follow_next);
		job->leader = leader;
		if (!job->ahead)
			ahead_promote_locked(render, leader);
		LL_FOREACH (job->waiters, waiter)
			waiter->joined = true;
		render->stats.coalesced += !job->ahead;
		return false;
	}
	HASH_ADD(hh_key, render->leaders, key, sizeof(job->key), job);
	job->leads = job->hh_key.tbl != NULL; /* else no memory: nobody follows it */
	return true;
}

static void tell_waiters(struct render_waiter *waiters, const struct render_result *result)
{
	struct render_waiter *next;

	for (struct render_waiter *w = waiters; w; w = next) {
		next = w->next;
		w->done(w, result);
	}
}

static void take_out_locked(struct render_job *job)
{
	struct render *render = job->render;

	HASH_DELETE(hh, render->jobs, job);
	if (job->leads)
		HASH_DELETE(hh_key, render->leaders, job);
	for (struct render_job *f = job->followers; f; f = f->follow_next)
		f->leader = NULL;
	render->n_begun--;
	render->n_ahead_begun -= job->ahead;
	/* There is room for another, or nothing left to wait for. */
	pthread_cond_broadcast(&render->wake);
}

static void let_followers_go(struct render_job *job)
{
	struct render_job *next;

	for (struct render_job *f = job->followers; f; f = next) {
		next = f->follow_next;
		render_requeue(f, job_resume);
	}
}

void render_finish(struct render_job *job, const struct render_result *result)
{
	struct render *render = job->render;

	lock_take(&render->lock);
	take_out_locked(job);
	if (job->begun_ahead && !job->ahead)
		unread_use_locked(render, &job->key);
	lock_drop(&render->lock);
	tell_waiters(job->waiters, result);
	let_followers_go(job);
	job_free(job);
}

bool render_drop_ahead(struct render_job *job)
{
	struct render *render = job->render;
	bool ahead;

	lock_take(&render->lock);
	ahead = job->ahead;
	if (ahead) {
		take_out_locked(job);
		render->stats.dropped++;
	}
	lock_drop(&render->lock);
	if (ahead) {
		let_followers_go(job);
		job_free(job);
	}
	return ahead;
}

void render_enter_pool(struct render_job *job)
{
	LOCK_SCOPE(&job->render->lock);

	job->begun_ahead = job->ahead;
	job->pool_job.class = job->ahead ? JOB_PREFETCH : JOB_INTERACTIVE;
	job->in_pool = true;
}

void render_get(struct render *render, struct render_source *source, const struct view *view,
	struct render_waiter *waiter)
{
	struct render_result refusal = {
		.error = ESHUTDOWN, .reason = "lensfs is stopping", .fd = -1
	};
	struct render_job *job = NULL;
	struct job_id id;

	job_id_fill(&id, &source->stamp, view);
	lock_take(&render->lock);
	if (!render->stopping) {
		HASH_FIND(hh, render->jobs, &id, sizeof(id), job);
		if (job) {
			waiter->joined = true;
			LL_PREPEND(job->waiters, waiter);
			ahead_promote_locked(render, job);
			render->stats.coalesced++;
			lock_drop(&render->lock);
			return;
		}
		job = job_new(render, source, &id);
		refusal.error = ENOMEM;
		refusal.reason = "out of memory";
	}
	if (job) {
		waiter->next = NULL;
		waiter->joined = false;
		job->waiters = waiter;
		HASH_ADD(hh, render->jobs, id, sizeof(job->id), job);
	}
	if (job && !job->hh.tbl) { /* no memory */
		job_free(job);
		job = NULL;
	}
	if (job) {
		render->stats.misses++;
		queue_locked(&render->incoming, job);
		pthread_cond_signal(&render->wake);
	}
	lock_drop(&render->lock);
	if (!job)
		waiter->done(waiter, &refusal);
}

/* --- What is known ----------------------------------------------------------------------- */

int render_key(struct render *render, const struct stamp *stamp, const struct view *view,
	struct hash128 *ret)
{
	char text[VIEW_IDENTITY_MAX];
	struct hash128 content;
	int r = cache_content_get(render->options.cache, stamp, &content);

	if (r == 0) {
		view_identity(view, text);
		*ret = cache_key(render->options.cache, &content, text);
	}
	return r;
}

int render_peek(struct render *render, const struct stamp *stamp, const struct view *view,
	struct cache_entry *ret)
{
	struct hash128 key;
	int r = render_key(render, stamp, view, &key);

	*ret = (struct cache_entry){ .state = CACHE_ABSENT };
	if (r == CACHE_E_MISS)
		return 0;
	return r < 0 ? r : cache_lookup(render->options.cache, &key, ret);
}

void render_use(struct render *render, const struct stamp *stamp, const struct view *view)
{
	struct hash128 key;

	if (render_key(render, stamp, view, &key) == 0)
		cache_use(render->options.cache, &key);
}

void render_give_up(struct render *render, const struct stamp *stamp, const struct view *view)
{
	struct hash128 key;
	int r = render_key(render, stamp, view, &key);

	if (r == 0)
		r = cache_give_up(render->options.cache, &key);
	if (r < 0)
		log_debug("a blob that cannot be read stays: %s", strerror(-r));
}

int render_next_victims(struct render *render, struct hash128 *ret, size_t max, size_t *ret_n)
{
	return cache_next_victims(render->options.cache, ret, max, ret_n);
}

int render_open(struct render *render, const struct stamp *stamp, const struct view *view,
	struct cache_entry *ret, int *ret_fd)
{
	struct hash128 key;
	int r = render_key(render, stamp, view, &key);

	*ret = (struct cache_entry){ .state = CACHE_ABSENT };
	if (r != 0)
		return r;
	r = cache_open(render->options.cache, &key, ret, ret_fd);
	if (r == 0)
		ahead_note_hit(render, &key);
	return r == CACHE_E_FAILED ? CACHE_E_MISS : r;
}

bool render_encodes(struct render *render)
{
	return pool_encodes(render->options.pool);
}

bool render_is_busy(struct render *render, const struct stamp *stamp, const struct view *view)
{
	struct render_job *job;
	struct job_id id;

	job_id_fill(&id, stamp, view);
	LOCK_SCOPE(&render->lock);
	HASH_FIND(hh, render->jobs, &id, sizeof(id), job);
	return job != NULL;
}

void render_stats(struct render *render, struct render_stats *ret)
{
	LOCK_SCOPE(&render->lock);

	*ret = render->stats;
	ret->unread = unread_count_locked(render);
}

/* --- Life -------------------------------------------------------------------------------- */

int render_new(const struct render_options *options, struct render **ret)
{
	struct render *render = calloc(1, sizeof(*render));
	int r = 0;

	if (!render)
		return -ENOMEM;
	render->options = *options;
	render->limits = options->limits;
	lock_init(&render->lock);
	pthread_cond_init(&render->wake, NULL);
	render->threads = calloc(options->threads, sizeof(*render->threads));
	if (!render->threads)
		r = -ENOMEM;
	while (r == 0 && render->n_threads < options->threads) {
		r = -pthread_create(
			&render->threads[render->n_threads], NULL, render_main, render);
		render->n_threads += r == 0;
	}
	if (r < 0) {
		render_quiesce(render);
		render_free(render);
		return r;
	}
	*ret = render;
	return 0;
}

void render_quiesce(struct render *render)
{
	struct render_result refusal = {
		.error = ESHUTDOWN, .reason = "lensfs is stopping", .fd = -1
	};
	struct render_waiter *waiters = NULL;
	struct render_job *job, *tmp;

	lock_take(&render->lock);
	render->stopping = true;
	HASH_ITER (hh, render->jobs, job, tmp) {
		LL_CONCAT(waiters, job->waiters);
		job->waiters = NULL;
	}
	pthread_cond_broadcast(&render->wake);
	lock_drop(&render->lock);
	tell_waiters(waiters, &refusal);
}

struct render *render_free(struct render *render)
{
	if (!render)
		return NULL;
	for (unsigned i = 0; i < render->n_threads; i++)
		pthread_join(render->threads[i], NULL);
	assert(!render->jobs && !render->leaders && !render->incoming && !render->returning &&
		!render->ahead);
	unread_done(render);
	pthread_cond_destroy(&render->wake);
	lock_done(&render->lock);
	free(render->threads);
	free(render);
	return NULL;
}
