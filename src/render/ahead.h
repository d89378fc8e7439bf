/* SPDX-License-Identifier: MIT
 *
 * Prefetch: jobs of the table that nobody waits for. What makes them less than others is here,
 * and what became of their results.
 *
 *	render_prefetch ─► ahead: a line behind those of all who wait; max_ahead of them begun
 *	the first waiter    promotes: in our line, in the pool's, or under an encoder
 *	the reader stopped  drops what no encoder has begun
 *
 * None begins that would do harm: while the cache folder is in trouble (nothing would be kept),
 * while an eighth of the bound holds what was encoded ahead and nobody read, while the next to
 * be evicted is one of those, or for a result that the cache has promised no room.
 *
 * What was encoded before anybody asked is unread from then on, until it is used, evicted, or a
 * minute old: a picture that nobody has asked for by then may still be read, but was not worth
 * the hurry. In memory, by key; a restart forgets it.
 *
 * Functions that end in _locked want render->lock.
 */
#ifndef RENDER_AHEAD_H
#define RENDER_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "cache/key.h"

struct render;
struct render_job;
struct unread_entry;

#define AHEAD_SHARE      8 /* of the cache's bound, for what is unread: one in so many */
#define AHEAD_UNREAD_MAX 4096
#define AHEAD_WASTE_USEC (60 * USEC_PER_SEC)

struct unread {
	struct unread_entry *entries; /* owned, oldest first */
	uint64_t bytes;
};

/* Somebody waits for the job now, and so for the one that it follows. */
void ahead_promote_locked(struct render *render, struct render_job *job);
/* Whether nothing speaks against the encode; true for all that is not of prefetch. (slow) */
bool ahead_may_begin(struct render_job *job);

/* Somebody opens the cached bytes of `key`. */
void ahead_note_hit(struct render *render, const struct hash128 *key);
/* The same by a job, if anybody waits for it. */
void ahead_note_served(struct render_job *job);

/* Before the job's result is in the cache; then when it is (0), could not be kept (a positive
 * outcome) or is lost (-errno). Nothing where the job was not begun ahead. */
void unread_add(struct render_job *job);
void unread_settle(struct render_job *job, int result, uint64_t bytes);
void unread_use_locked(struct render *render, const struct hash128 *key);
uint64_t unread_count_locked(const struct render *render);
void unread_done(struct render *render);

#endif
