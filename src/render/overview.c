/* SPDX-License-Identifier: MIT
 *
 * What is under way, for who wants to know why something takes so long. Paths are asked of the
 * sources, which have locks of their own: so sources are held, and asked after ours is given
 * back.
 */
#include <stdio.h>
#include <utlist.h>

#include "render/job.h"
#include "render/render.h"
#include "util/cleanup.h"

struct held {
	struct render_source *source; /* owns a ref */
	struct view view;
};

static const char *stage_locked(const struct render_job *job)
{
	return job->leader    ? "waits for the same of equal bytes"
	       : job->in_line ? "in line"
	       : job->in_pool ? "waits for an encoder"
	       : !job->leads  ? "its source is looked at"
	                      : "its result is looked at";
}

static void take_locked(
	const struct render_job *job, struct render_work *work, struct held *held)
{
	struct render_waiter *waiter;

	*held = (struct held){ .source = job->source, .view = job->id.view };
	held->source->ops->ref(held->source);
	*work = (struct render_work){
		.since = job->begun_at,
		.ahead = job->ahead,
		.stage = stage_locked(job),
		.pool_job = job->in_pool ? &job->pool_job : NULL,
	};
	LL_COUNT(job->waiters, waiter, work->waiters);
}

/* The table is in the order in which its jobs came: uthash keeps that. */
static size_t take(struct render *render, struct render_work *ret, struct held *held,
	size_t max, size_t *ret_total)
{
	struct render_job *job, *next;
	LOCK_SCOPE(&render->lock);
	size_t n = 0;

	HASH_ITER (hh, render->jobs, job, next) {
		if (n == max)
			break;
		take_locked(job, &ret[n], &held[n]);
		n++;
	}
	*ret_total = HASH_COUNT(render->jobs);
	return n;
}

size_t render_overview(
	struct render *render, struct render_work *ret, size_t max, size_t *ret_total)
{
	_cleanup_free_ struct held *held = calloc(max, sizeof(*held));
	size_t n;

	*ret_total = 0;
	if (!held)
		return 0;
	n = take(render, ret, held, max, ret_total);
	for (size_t i = 0; i < n; i++) {
		struct render_source *source = held[i].source;

		source->ops->describe(source, ret[i].path, sizeof(ret[i].path));
		view_print(&held[i].view, ret[i].view);
		source->ops->unref(source);
	}
	return n;
}
