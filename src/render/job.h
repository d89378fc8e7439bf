/* SPDX-License-Identifier: MIT
 *
 * Inside the room: a job on its way from "not known" to bytes or an error, and the table it
 * stands in. Every job ends by exactly one render_finish().
 *
 *	job_prepare ─► job_resume ─► (pool) ─► job_publish
 */
#ifndef RENDER_JOB_H
#define RENDER_JOB_H

#include <uthash.h>
#include <utlist.h>

#include "render/ahead.h"
#include "render/render.h"
#include "util/lock.h"

/* Compared as bytes: filled into zeroed memory, and without padding. */
struct job_id {
	struct stamp stamp;
	struct view view;
};
_Static_assert(sizeof(struct job_id) == sizeof(struct stamp) + sizeof(struct view), "padding");

struct render_job {
	/* fixed after job_new() */
	struct render *render;        /* borrowed */
	struct render_source *source; /* owns a ref */
	struct job_id id;
	usec_t begun_at; /* monotonic */

	/* protected by render->lock */
	UT_hash_handle hh;     /* in render->jobs, by id */
	UT_hash_handle hh_key; /* in render->leaders, by key, when `leads` */
	bool leads;
	struct render_waiter *waiters;
	struct render_job *followers, *follow_next;
	struct render_job *leader; /* whom it follows */
	struct render_job *queue_prev, *queue_next;
	bool ahead;       /* of prefetch: nobody waits for it */
	bool begun_ahead; /* and nobody did when it went to the pool */
	bool in_line;     /* in render->ahead */
	bool in_pool;
	bool abandoned;
	uint64_t reader; /* whose it is, when `ahead` */

	/* whoever has the job: one render thread, or the pool */
	void (*step)(struct render_job *job); /* what a render thread does next */
	int source_fd;                        /* owned */
	int watermark_fd;                     /* owned; -1: none */
	struct cache_blob *blob;              /* owned */
	bool in_memory; /* blob is, because the folder could not take it */
	struct hash128 content, key;
	bool unsettled; /* the stamp does not vouch for the content */
	struct pool_job pool_job;
	struct {
		int error;
		bool transient, output_failed;
		char reason[POOL_REASON_MAX];
		struct encode_reply reply;
		usec_t wall_usec, waited_usec;
		uint32_t encoder;
	} outcome; /* of the pool */
};

struct render {
	/* fixed after init */
	struct render_options options;
	pthread_t *threads; /* owned */
	unsigned n_threads;

	/* protected by `lock` (2 in util/lock.h) */
	struct lock lock;
	pthread_cond_t wake; /* a queue grew, or a job ended */
	bool stopping;
	struct render_limits limits;
	struct render_job *jobs;                 /* by id */
	struct render_job *leaders;              /* those that encode, by key */
	struct render_job *incoming, *returning; /* for the render threads */
	struct render_job *ahead;                /* the same, of prefetch */
	unsigned n_begun;       /* taken from incoming or ahead, and not finished */
	unsigned n_ahead_begun; /* of those, still of prefetch */
	unsigned n_ahead_held;  /* threads that prepare one */
	struct unread unread;
	struct render_stats stats;
};

#define RENDER_COUNT(render, field, by)                                                        \
	do {                                                                                   \
		LOCK_SCOPE(&(render)->lock);                                                   \
		(render)->stats.field += (by);                                                 \
	} while (0)

/* job.c */
void job_id_fill(struct job_id *id, const struct stamp *stamp, const struct view *view);
struct render_job *job_new(
	struct render *render, struct render_source *source, const struct job_id *id);
void job_free(struct render_job *job);
void job_prepare(struct render_job *job); /* open the source and find its key */
void job_resume(struct render_job *job);  /* the key is known: look, lead or follow */
void job_begin(struct render_job *job);   /* it leads, and there is nothing yet */
void job_publish(struct render_job *job); /* the pool is done */

/* render.c */
bool render_is_stopping(struct render *render);
struct render_limits render_limits(struct render *render);
/* Has a render thread do `step` next. */
void render_requeue(struct render_job *job, void (*step)(struct render_job *));
/* True when the job is the first of its key; false when it now follows another, which will
 * have it resumed. */
bool render_lead_or_follow(struct render_job *job);
/* Tells the waiters, wakes the followers and frees the job. */
void render_finish(struct render_job *job, const struct render_result *result);
/* The same for a job of prefetch that is not worth it; false when somebody waits for it by now. */
bool render_drop_ahead(struct render_job *job);
/* From here on the pool may have it. */
void render_enter_pool(struct render_job *job);

#endif
