/* SPDX-License-Identifier: MIT
 *
 * How many encodes may run and with how much memory, by what others asked for (pool_limit()) and
 * by what the kernel did. After it has killed an encoder for want of memory, encodes run one at
 * a time until one ended well; when that one is killed too, none begin for a while: a circuit
 * breaker, with half-open trials.
 *
 *	CLOSED ── starved ──► HALF_OPEN ── trial starved ──► OPEN for 5 s, 10 s, … 60 s
 *	   ▲                      │  ▲                         │
 *	   └──── trial ended ─────┘  └────── time is over ─────┘
 *
 * Limits that forbid to encode hold it OPEN; when they are lifted it is HALF_OPEN.
 *
 * Pure, the pool's thread's.
 */
#ifndef ENCODE_THROTTLE_H
#define ENCODE_THROTTLE_H

#include "encode/pool.h"

#define THROTTLE_OPEN_USEC     (5 * USEC_PER_SEC)
#define THROTTLE_OPEN_MAX_USEC (60 * USEC_PER_SEC)

enum breaker { BREAKER_CLOSED, BREAKER_HALF_OPEN, BREAKER_OPEN };

struct throttle {
	struct pool_limits limits;
	enum breaker breaker;
	usec_t open_until; /* OPEN and not held open by limits */
	usec_t open_for;   /* the next time */
};

void throttle_init(struct throttle *throttle);

void throttle_limit(struct throttle *throttle, const struct pool_limits *limits);
/* An encoder was killed for want of memory; `alone`: it was a trial, begun HALF_OPEN. */
void throttle_starved(struct throttle *throttle, bool alone, usec_t now);
/* A trial ended, and not for want of memory. */
void throttle_ended(struct throttle *throttle);
/* Lets an OPEN breaker be HALF_OPEN when it is time. */
void throttle_tick(struct throttle *throttle, usec_t now);

/* When the next tick matters; USEC_NEVER. */
usec_t throttle_clock(const struct throttle *throttle);

bool throttle_refuses(const struct throttle *throttle); /* whatever would begin */
/* How many encoders may work at once, of `workers`. */
unsigned throttle_workers(const struct throttle *throttle, unsigned workers);
/* What of `memory_bytes` they may be promised together. */
uint64_t throttle_budget(const struct throttle *throttle, uint64_t memory_bytes);
/* Whether more is asked of us than to do all we can. */
bool throttle_restricts(const struct throttle *throttle);

#endif
