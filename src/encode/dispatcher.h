/* SPDX-License-Identifier: MIT
 *
 * What the pool's thread does: gives jobs of the line to encoders, asks for more encoders, and
 * acts on what encoders, zygote and clocks say. It never waits; pool.c is who does.
 *
 *	line ─ request ─► PROBING ─ header ─► estimate ─ fits ─► GO ─► BUSY ─ reply ─► done
 *	  ▲                                     └ not now ─► DROP ─┐     └ died ─┐
 *	  └──────────────── with its estimate known, at its old place ◄──────────┘
 *
 * Memory is charged to the encoder and not to the job: it is in use until the process is gone.
 */
#ifndef ENCODE_DISPATCHER_H
#define ENCODE_DISPATCHER_H

#include "encode/fleet.h"
#include "encode/headroom.h"
#include "encode/job_queue.h"
#include "encode/throttle.h"
#include "util/lock.h"

struct dispatcher {
	/* fixed after init, but for the bounds, which are the pool's thread's */
	struct pool_options options;
	struct job_queue queue; /* has a lock of its own, taken inside `lock` */

	/* protected by `lock` (3 in util/lock.h) */
	struct lock lock;
	struct pool_stats stats;
	struct pool_limits limits; /* asked for; the thread takes them over */
	struct pool_bounds bounds; /* the same */
	unsigned n_shown;
	struct pool_encoder shown[POOL_ENCODERS_MAX]; /* encoders, for figures */

	/* the pool's thread */
	struct fleet fleet;
	struct throttle throttle;
	struct headroom headroom;
	uint64_t oom_kills; /* accounted for */
	uint64_t next_job;
};

void dispatcher_init(struct dispatcher *dispatcher, const struct pool_options *options);
void dispatcher_done(struct dispatcher *dispatcher); /* no job and no encoder is left */

/* Any thread. */
void dispatcher_limit(struct dispatcher *dispatcher, const struct pool_limits *limits);
void dispatcher_set_bounds(struct dispatcher *dispatcher, const struct pool_bounds *bounds);
void dispatcher_stats(struct dispatcher *dispatcher, struct pool_stats *ret);
size_t dispatcher_encoders(struct dispatcher *dispatcher, struct pool_encoder *ret, size_t max);

/* The rest is the pool's thread's. */

/* Begins what may begin. Call it after every round of the others. */
void dispatcher_schedule(struct dispatcher *dispatcher);
/* The encoder's socket is readable, or at its end. */
void dispatcher_on_encoder(struct dispatcher *dispatcher, struct encoder *encoder);
/* The zygote's socket is. */
void dispatcher_on_zygote(struct dispatcher *dispatcher);
void dispatcher_check_clocks(struct dispatcher *dispatcher);
usec_t dispatcher_next_clock(struct dispatcher *dispatcher); /* or USEC_NEVER */
/* Ends every job with ESHUTDOWN and forgets the encoders, which end with the zygote. */
void dispatcher_fail_everything(struct dispatcher *dispatcher);

/* Shows others what there is now. */
void dispatcher_publish(struct dispatcher *dispatcher);

#define DISPATCHER_COUNT(d, field, by)                                                         \
	do {                                                                                   \
		LOCK_SCOPE(&(d)->lock);                                                        \
		(d)->stats.field += (by);                                                      \
	} while (0)

#endif
