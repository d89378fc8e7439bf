/* SPDX-License-Identifier: MIT
 *
 * The encoders there are and the zygote that forks them: how they come and go, whatever jobs
 * they have. Used by the pool's thread only, but for fleet_condemn().
 */
#ifndef ENCODE_FLEET_H
#define ENCODE_FLEET_H

#include "encode/encoder_handle.h"
#include "encode/zygote.h"
#include "util/lock.h"

#define FLEET_ENCODERS_MAX  256 /* CHILDREN_MAX of the zygote */
#define FLEET_CONDEMNED_MAX 64 /* not yet killed: more than there are encoders, nearly always */

struct fleet {
	/* the pool's thread */
	struct zygote zygote;
	struct encoder *encoders; /* owned */
	uint32_t next_token;
	usec_t not_before;     /* no start of anything before: the last one failed */
	usec_t zygote_started; /* the last one */
	usec_t ailing_since;   /* jobs wait, and nothing came to life since; 0: all is well */

	/* fixed once the first zygote was started */
	struct zygote_hello hello;

	/* 6 in util/lock.h, protects the rest */
	struct lock lock;
	uint32_t condemned[FLEET_CONDEMNED_MAX];
	unsigned n_condemned;
};

void fleet_init(struct fleet *fleet);
void fleet_done(struct fleet *fleet); /* without encoders and zygote */

unsigned fleet_count(const struct fleet *fleet, enum encoder_state state);
bool fleet_is_full(const struct fleet *fleet); /* the zygote would refuse one more */
unsigned fleet_count_working(const struct fleet *fleet);
unsigned fleet_count_jobs(const struct fleet *fleet);    /* with those that died with theirs */
uint64_t fleet_charged_bytes(const struct fleet *fleet); /* promised to all of them */
uint64_t fleet_unspent_bytes(const struct fleet *fleet); /* of that, not in use yet */
struct encoder *fleet_find(const struct fleet *fleet, enum encoder_state state); /* or NULL */
struct encoder *fleet_find_token(const struct fleet *fleet, uint32_t token);     /* or NULL */

/* Takes the encoder out and frees it; its job, if it had one, is the caller's now. */
struct pool_job *fleet_remove(struct fleet *fleet, struct encoder *encoder);

/* Starts the zygote if there is none. 0, or -errno with `reason` in words: also where the sandbox
 * that is required is not to be had any more. */
int fleet_revive(
	struct fleet *fleet, const struct pool_options *options, char reason[POOL_REASON_MAX]);

/* Asks for one more encoder. 0, or -errno: -EPIPE and -ECONNRESET mean that the zygote is gone,
 * all else (no descriptors, no memory) will pass. */
int fleet_request(struct fleet *fleet);

/* Has the encoder of this token killed by the next fleet_kill_condemned(). Any thread. */
void fleet_condemn(struct fleet *fleet, uint32_t token);
/* How many were killed; each is ENDING, with the job it has. */
unsigned fleet_kill_condemned(struct fleet *fleet);

/* Notes that an encoder or zygote did not come to life, or a zygote ended: the next attempt must
 * wait a second, counted from `attempted`. */
void fleet_note_trouble(struct fleet *fleet, usec_t attempted, bool jobs_wait);
void fleet_note_health(struct fleet *fleet); /* an encoder did what it is for */

/* The one of several idle ones that has been idle longest, NULL when there is only one. */
struct encoder *fleet_find_superfluous(const struct fleet *fleet);

/* When the pool's thread must look again at the latest, monotonic; USEC_NEVER. */
usec_t fleet_next_clock(const struct fleet *fleet, usec_t idle_usec);

#endif
