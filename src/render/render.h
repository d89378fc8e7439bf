/* SPDX-License-Identifier: MIT
 *
 * "Give me this view of this version of a source": the one way to a variant's bytes.
 *
 *	render_get ─► a job for the same (version, view) runs: wait for it
 *	           └► new job, on a render thread ─► content hash (remembered, or by reading) ─► key
 *	key ─► in the cache, or a remembered failure: done
 *	    ├► a job for the same key runs (equal pictures): look again when it ends
 *	    └► pool ─► encoder ─► render thread: check, commit to the cache ─► done
 *
 * A job of prefetch goes the same way behind all others (render/ahead.h), and becomes one like
 * them with the first who waits for it.
 *
 * Nobody waits in a call: waiters are told by their `done`, on a render thread, and the job goes
 * on to the cache whatever becomes of them.
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "cache/cache.h"
#include "cache/clear.h"
#include "config/watermark.h"
#include "encode/pool.h"
#include "source/stamp.h"
#include "view/view.h"

struct render;

struct render_limits {
	uint64_t max_pixels, max_frames, max_source_bytes; /* over one of these: EFBIG */
	/* Jobs of prefetch begun at once: as many as encoders work and as many to follow them, so
	 * that none waits for a source to be read. More would only be in line, holding room. */
	unsigned max_ahead;
};

/* What a job took. Texts are borrowed for the call. */
struct render_cost {
	const char *source, *view;    /* a path for people; the canonical view */
	int error;                    /* 0 or a positive errno */
	usec_t usec;                  /* in the encoder, the last attempt; 0: it came to none */
	usec_t waited_usec;           /* in line before that */
	bool ahead;                   /* nobody had asked for it when it began */
	enum format format;           /* that it became, or should have; FORMAT_AUTO */
	uint64_t source_bytes, bytes; /* 0 where it failed */
};

struct render_options {
	struct cache *cache; /* borrowed for the life */
	struct pool *pool;   /* borrowed for the life */
	unsigned threads;    /* that hash sources and commit results, ≥ 1 */
	unsigned max_begun;  /* jobs that may hold descriptors (two each) at once, ≥ 1 */
	struct render_limits limits; /* to begin with */
	/* Told once of every failed encode, never of a remembered one. Render threads. */
	void (*on_failure)(void *context, const char *source, const char *view, int error,
		const char *reason);
	/* Told what every encode took, failed or not; may be NULL. Render threads. */
	void (*on_cost)(void *context, const struct render_cost *cost);
	void *context; /* borrowed */
};

/* One version of a source and how to reach it: embedded in an object of the caller's, which
 * counts references. */
struct render_source {
	const struct render_source_ops *ops;
	struct stamp stamp;
	enum format format;
	struct watermark
		*watermark; /* owns a ref: what a view of it says by name; NULL: none */
};

struct render_source_ops {
	/* A new read-only description of just this version: -ESTALE when another one is there
	 * now. Render threads; may block. */
	int (*open)(struct render_source *source);
	/* A path for log lines. */
	void (*describe)(struct render_source *source, char *out, size_t out_size);
	void (*ref)(struct render_source *source);
	void (*unref)(struct render_source *source);
};

/* How a result came about. */
enum render_way {
	RENDER_REFUSED, /* it did not come to an encode */
	RENDER_CACHED,
	RENDER_ENCODED,    /* or the encode failed */
	RENDER_REMEMBERED, /* that it had failed */
};

struct render_result {
	enum render_way way;
	int error;          /* 0 or a positive errno of DESIGN §1 */
	const char *reason; /* borrowed; "" without error */
	int fd; /* borrowed: the bytes, even where they could not be kept; -1 on error */
	struct cache_entry entry; /* size, hash and dimensions, without error */
};

/* Embedded in an object of the caller's, which must live until `done`; called exactly once. */
struct render_waiter {
	void (*done)(struct render_waiter *waiter, const struct render_result *result);
	bool joined;                /* render's: an encode that others had asked for */
	struct render_waiter *next; /* render's */
};

/* 0 or -errno. */
int render_new(const struct render_options *options, struct render **ret);
/* Answers every waiter with ESHUTDOWN at once, then ends the threads. Call pool_stop() between
 * render_quiesce() and render_free(). */
void render_quiesce(struct render *render);
struct render *render_free(struct render *render); /* NULL is fine; returns NULL */

/* Other limits for what begins from now on. Any thread. */
void render_limit(struct render *render, const struct render_limits *limits);

/* What is known without reading the source: by two reads of the catalog. ABSENT where nothing
 * is. Fit for threads that answer the kernel. 0 or -errno. */
int render_peek(struct render *render, const struct stamp *stamp, const struct view *view,
	struct cache_entry *ret);

/* Keys of those that the cache would give up next, at most `max`; none while it has room to spare.
 * 0 or -errno. (slow) */
int render_next_victims(struct render *render, struct hash128 *ret, size_t max, size_t *ret_n);

/* Tells the cache that the variant is in use although nobody asks for its bytes. */
void render_use(struct render *render, const struct stamp *stamp, const struct view *view);

/* The disk cannot read the bytes that the cache has: they are forgotten, and made again when they
 * are asked for. */
void render_give_up(struct render *render, const struct stamp *stamp, const struct view *view);

/* render_peek(), and a descriptor of the bytes when the cache has them: 0, CACHE_E_MISS with
 * *ret telling why, or -errno. Counts as a hit. */
int render_open(struct render *render, const struct stamp *stamp, const struct view *view,
	struct cache_entry *ret, int *ret_fd);

/* Whether encodes begin at all: not while memory is critical. */
bool render_encodes(struct render *render);

/* Whether a job for this version and view is under way. */
bool render_is_busy(struct render *render, const struct stamp *stamp, const struct view *view);

/* The key of a variant whose source's content is known; CACHE_E_MISS otherwise. */
int render_key(struct render *render, const struct stamp *stamp, const struct view *view,
	struct hash128 *ret);

/* Parks `waiter` until the bytes are there or cannot be had. `view` is resolved. `done` may be
 * called before this returns. Takes a reference of `source` for as long as it needs one. */
void render_get(struct render *render, struct render_source *source, const struct view *view,
	struct render_waiter *waiter);

/* Has the variant encoded when nobody else has use for a processor, unless it is cached, its
 * failure remembered, or a job for it under way. `view` is resolved; `reader` is a number of the
 * caller's, for render_abandon(). Takes a reference of `source` for as long as it needs one.
 * How many are in line is the caller's to bound. False: not now. Does not wait. (slow) */
bool render_prefetch(struct render *render, struct render_source *source,
	const struct view *view, uint64_t reader);
/* How many jobs of prefetch ended without an encode so far. */
uint64_t render_dropped(struct render *render);

/* Drops what this reader was to have and no encoder has begun. */
void render_abandon(struct render *render, uint64_t reader);

/* To be called every few seconds: sees what was encoded ahead and is evicted by `now`
 * (monotonic), or has waited for too long. (slow) */
void render_tick(struct render *render, usec_t now);

/* Forgets the failures remembered of what `source_fd` has now: of the resolved `view`, or of
 * every view when NULL. `each` is told the canonical views of those that were remembered. 0 or
 * -errno. (slow) */
int render_forget_failures(struct render *render, int source_fd, const struct view *view,
	void (*each)(void *context, const char *view), void *context);

/* Drops what the cache has of what `source_fd` has now: of the resolved `view`, or of every view
 * when NULL, and adds to *cleared. 0 or -errno. (slow) */
int render_drop(struct render *render, int source_fd, const struct view *view,
	struct cache_cleared *cleared);

/* A job that is under way, for people. */
struct render_work {
	char path[256], view[VIEW_TEXT_MAX];
	usec_t since;      /* it was asked for first, monotonic */
	unsigned waiters;  /* 0: nobody waits, or not yet */
	bool ahead;        /* of prefetch */
	const char *stage; /* in words */
	const struct pool_job
		*pool_job; /* as pool_encoders() has it: to be compared only; NULL: the
			      pool has none */
};

/* At most `max` of them, the oldest ones; how many. *ret_total is how many there are. No lock is
 * to be held. */
size_t render_overview(
	struct render *render, struct render_work *ret, size_t max, size_t *ret_total);

struct render_stats {
	uint64_t hits;      /* opens served from the cache (warm reads never come here) */
	uint64_t misses;    /* jobs begun, prefetch not counted */
	uint64_t coalesced; /* requests that joined a running job */
	uint64_t encodes, encode_failures;
	uint64_t too_large;           /* failures because of a limit */
	uint64_t remembered_failures; /* answered from memory */
	uint64_t lies;                /* results that were not what they were said to be */
	uint64_t source_bytes, variant_bytes; /* of the encodes that succeeded */
	uint64_t encode_usec;                 /* sum of their times */
	uint64_t prefetched; /* encodes begun before anybody asked; each becomes … */
	uint64_t useful;     /* … asked for … */
	uint64_t wasted;     /* … or evicted or too old before that, … */
	uint64_t unread;     /* … and is neither now */
	uint64_t dropped;    /* jobs of prefetch that ended without an encode */
};
void render_stats(struct render *render, struct render_stats *ret);

#endif
