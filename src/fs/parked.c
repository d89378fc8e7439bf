/* SPDX-License-Identifier: MIT
 *
 * libfuse calls the interrupt function with the request's lock held: from its own thread, where
 * a reply is allowed, or from within fuse_req_interrupt_func() when the interrupt was there
 * before us, where a reply would free the request under its caller. Hence a state of its own for
 * the time of that call.
 *
 *	ARMING ─► PARKED ─► ANSWERED          the usual way
 *	ARMING ─► INTERRUPTED                 interrupted before it was parked: we reply EINTR
 *	          PARKED ─► ANSWERED          by the interrupt, or by the job: the first replies
 *
 * The struct belongs to the job from PARKED on and is freed when the job is done.
 */
#include "fs/parked.h"

#include <errno.h>

enum { ARMING, PARKED, INTERRUPTED, ANSWERED };

static bool move_state(struct parked *parked, int from, int to)
{
	return atomic_compare_exchange_strong(&parked->state, &from, to);
}

static void on_interrupt(fuse_req_t req, void *data)
{
	struct parked *parked = data;
	struct fs *fs = parked->fs;

	/* Whichever succeeds, `parked` may be freed by another thread right after. */
	if (move_state(parked, ARMING, INTERRUPTED) || !move_state(parked, PARKED, ANSWERED))
		return;
	fs->interrupted++;
	reply_err(req, EINTR);
}

static const char *way_of(
	const struct render_waiter *waiter, const struct render_result *result)
{
	static const char *const ways[] = {
		[RENDER_CACHED] = "hit",
		[RENDER_ENCODED] = "encoded",
		[RENDER_REMEMBERED] = "remembered",
	};

	return waiter->joined ? "joined" : ways[result->way];
}

static void on_done(struct render_waiter *waiter, const struct render_result *result)
{
	struct parked *parked = container_of(waiter, struct parked, waiter);

	if (move_state(parked, PARKED, ANSWERED)) {
		/* Waits for an interrupt that is being told just now, and lets in no more. */
		fuse_req_interrupt_func(parked->req, NULL, NULL);
		access_note(parked->req, way_of(waiter, result));
		parked->answer(parked, result);
	}
	nodes_unref(&parked->fs->nodes, &parked->variant->node);
	free(parked);
}

void fs_park(fuse_req_t req, struct variant *variant,
	void (*answer)(struct parked *, const struct render_result *), size_t size, off_t off)
{
	struct parked *parked = malloc(sizeof(*parked));
	struct fs *fs = fs_of(req);

	if (!parked) {
		reply_err(req, ENOMEM);
		return;
	}
	*parked = (struct parked){
		.waiter.done = on_done,
		.fs = fs,
		.req = req,
		.variant = variant,
		.answer = answer,
		.size = size,
		.off = off,
		.state = ARMING,
	};
	/* Before anybody may answer: the kernel may forget the variant right after. */
	nodes_ref(&fs->nodes, &variant->node);
	fuse_req_interrupt_func(req, on_interrupt, parked);
	if (!move_state(parked, ARMING, PARKED)) {
		fs->interrupted++;
		fuse_req_interrupt_func(req, NULL, NULL);
		reply_err(req, EINTR);
		nodes_unref(&fs->nodes, &variant->node);
		free(parked);
		return;
	}
	prefetcher_note(fs, variant);
	render_get(fs->options.render, &variant->source, &variant->view, &parked->waiter);
}
