/* SPDX-License-Identifier: MIT */
#include "render/ahead.h"

#include "render/job.h"
#include "util/log.h"

#define VICTIMS_SEEN 16 /* of the next to be evicted */
#define TICK_SEEN    64 /* of the oldest that are unread */

struct unread_entry {
	UT_hash_handle hh;
	struct hash128 key;
	uint64_t bytes;
	usec_t since; /* monotonic */
};

/* --- Unread ------------------------------------------------------------------------------ */

static struct unread_entry *unread_find_locked(struct render *render, const struct hash128 *key)
{
	struct unread_entry *entry;

	HASH_FIND(hh, render->unread.entries, key, sizeof(*key), entry);
	return entry;
}

static void unread_forget_locked(struct render *render, struct unread_entry *entry)
{
	render->unread.bytes -= entry->bytes;
	HASH_DEL(render->unread.entries, entry);
	free(entry);
}

/* Without memory it is as if somebody had asked. */
void unread_add(struct render_job *job)
{
	struct render *render = job->render;
	struct unread_entry *entry;
	LOCK_SCOPE(&render->lock);

	if (!job->begun_ahead || unread_find_locked(render, &job->key))
		return;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return;
	entry->key = job->key;
	entry->since = now_monotonic();
	HASH_ADD(hh, render->unread.entries, key, sizeof(entry->key), entry);
	if (!entry->hh.tbl)
		free(entry);
}

void unread_settle(struct render_job *job, int result, uint64_t bytes)
{
	struct render *render = job->render;
	struct unread_entry *entry;
	LOCK_SCOPE(&render->lock);

	if (!job->begun_ahead)
		return;
	render->stats.prefetched += result >= 0;
	entry = unread_find_locked(render, &job->key);
	if (entry && result == 0) {
		render->unread.bytes += bytes - entry->bytes;
		entry->bytes = bytes;
	} else if (entry && (job->ahead || result < 0)) {
		unread_forget_locked(render, entry);
		render->stats.wasted += result > 0;
	}
}

void unread_use_locked(struct render *render, const struct hash128 *key)
{
	struct unread_entry *entry = unread_find_locked(render, key);

	if (!entry)
		return;
	unread_forget_locked(render, entry);
	render->stats.useful++;
}

uint64_t unread_count_locked(const struct render *render)
{
	return HASH_COUNT(render->unread.entries);
}

void unread_done(struct render *render)
{
	struct unread_entry *entry, *next;

	HASH_ITER (hh, render->unread.entries, entry, next)
		unread_forget_locked(render, entry);
}

void ahead_note_hit(struct render *render, const struct hash128 *key)
{
	LOCK_SCOPE(&render->lock);

	render->stats.hits++;
	unread_use_locked(render, key);
}

void ahead_note_served(struct render_job *job)
{
	LOCK_SCOPE(&job->render->lock);

	if (job->ahead)
		return;
	job->render->stats.hits++;
	unread_use_locked(job->render, &job->key);
}

/* --- What became of it ------------------------------------------------------------------- */

static void unread_waste(struct render *render, const struct hash128 *key)
{
	LOCK_SCOPE(&render->lock);
	struct unread_entry *entry = unread_find_locked(render, key);

	if (!entry)
		return;
	unread_forget_locked(render, entry);
	render->stats.wasted++;
}

static size_t oldest_unread(struct render *render, struct unread_entry ret[static TICK_SEEN])
{
	LOCK_SCOPE(&render->lock);
	struct unread_entry *entry = render->unread.entries;
	size_t n = 0;

	/* One without bytes is on its way into the cache. */
	for (; entry && n < TICK_SEEN; entry = entry->hh.next) {
		if (entry->bytes > 0)
			ret[n++] = *entry;
	}
	return n;
}

static bool is_evicted(struct render *render, const struct hash128 *key)
{
	struct cache_entry entry;

	return cache_lookup(render->options.cache, key, &entry) == 0 &&
	       entry.state != CACHE_PRESENT;
}

void render_tick(struct render *render, usec_t now)
{
	struct unread_entry seen[TICK_SEEN];
	size_t n = oldest_unread(render, seen);

	for (size_t i = 0; i < n; i++) {
		if (now >= seen[i].since + AHEAD_WASTE_USEC || is_evicted(render, &seen[i].key))
			unread_waste(render, &seen[i].key);
	}
}

/* --- Whether to begin -------------------------------------------------------------------- */

/* Its turn to be evicted has come for one that nobody had the time to read. */
static bool would_evict_unread(struct render *render)
{
	struct hash128 victims[VICTIMS_SEEN];
	bool would = false;
	size_t n = 0;

	if (cache_next_victims(render->options.cache, victims, VICTIMS_SEEN, &n) < 0)
		return true;
	LOCK_SCOPE(&render->lock);
	for (size_t i = 0; i < n && !would; i++)
		would = unread_find_locked(render, &victims[i]) != NULL;
	return would;
}

/* Whether one more result is welcome now. */
static bool has_room(struct render *render)
{
	struct cache_stats stats;
	bool is_full;

	if (!pool_takes_prefetch(render->options.pool))
		return false;
	cache_stats(render->options.cache, &stats);
	lock_take(&render->lock);
	is_full = render->unread.bytes >= stats.limit_bytes / AHEAD_SHARE ||
	          unread_count_locked(render) >= AHEAD_UNREAD_MAX;
	lock_drop(&render->lock);
	return !is_full && !stats.trouble && !would_evict_unread(render);
}

bool ahead_may_begin(struct render_job *job)
{
	struct render *render = job->render;
	bool ahead, abandoned;

	lock_take(&render->lock);
	ahead = job->ahead;
	abandoned = job->abandoned;
	lock_drop(&render->lock);
	return !ahead || (!abandoned && has_room(render));
}

/* --- In and out -------------------------------------------------------------------------- */

void ahead_promote_locked(struct render *render, struct render_job *job)
{
	for (; job && job->ahead; job = job->leader) {
		job->ahead = false;
		if (job->in_line) {
			DL_DELETE2(render->ahead, job, queue_prev, queue_next);
			DL_APPEND2(render->incoming, job, queue_prev, queue_next);
			job->in_line = false;
			pthread_cond_signal(&render->wake);
			continue;
		}
		render->n_ahead_begun--;
		if (job->in_pool)
			pool_promote(render->options.pool, &job->pool_job);
	}
}

static bool is_known(struct render *render, const struct stamp *stamp, const struct view *view)
{
	struct cache_entry entry;

	return render_peek(render, stamp, view, &entry) == 0 &&
	       (entry.state == CACHE_PRESENT || entry.state == CACHE_FAILED);
}

bool render_prefetch(struct render *render, struct render_source *source,
	const struct view *view, uint64_t reader)
{
	struct render_job *job, *running = NULL;
	struct job_id id;
	bool added;

	if (is_known(render, &source->stamp, view))
		return true;
	/* Before its source is read for nothing. */
	if (!has_room(render)) {
		RENDER_COUNT(render, dropped, 1);
		return false;
	}
	job_id_fill(&id, &source->stamp, view);
	job = job_new(render, source, &id);
	if (!job)
		return false;
	job->ahead = job->in_line = true;
	job->reader = reader;
	lock_take(&render->lock);
	HASH_FIND(hh, render->jobs, &job->id, sizeof(job->id), running);
	if (!running && !render->stopping)
		HASH_ADD(hh, render->jobs, id, sizeof(job->id), job);
	added = job->hh.tbl != NULL;
	if (added) {
		DL_APPEND2(render->ahead, job, queue_prev, queue_next);
		pthread_cond_signal(&render->wake);
	}
	lock_drop(&render->lock);
	if (!added)
		job_free(job);
	return true;
}

uint64_t render_dropped(struct render *render)
{
	LOCK_SCOPE(&render->lock);

	return render->stats.dropped;
}

void render_abandon(struct render *render, uint64_t reader)
{
	struct render_job *dropped = NULL, *job, *next;

	lock_take(&render->lock);
	HASH_ITER (hh, render->jobs, job, next) {
		if (!job->ahead || job->reader != reader)
			continue;
		job->abandoned = true;
		if (job->in_pool)
			pool_cancel(render->options.pool, &job->pool_job);
		if (!job->in_line)
			continue;
		DL_DELETE2(render->ahead, job, queue_prev, queue_next);
		HASH_DELETE(hh, render->jobs, job);
		LL_PREPEND2(dropped, job, follow_next);
		render->stats.dropped++;
	}
	/* There may be nothing left to wait for. */
	pthread_cond_broadcast(&render->wake);
	lock_drop(&render->lock);
	for (job = dropped; job; job = next) {
		next = job->follow_next;
		job_free(job);
	}
}
