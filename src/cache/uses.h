/* SPDX-License-Identifier: MIT
 *
 * Uses of blobs since the last flush, in memory, so that a hit costs no write. A set of keys
 * with the time of their last use, and no count: uses within the few seconds between two flushes
 * are one (EVICT_APART_USEC). Bounded: when it is full, further keys are not noted until the next
 * flush, which makes eviction a little less exact and nothing else.
 *
 * `verified` rides along: the blob's hash was checked after an unclean stop, and the flush says
 * so in the catalog. Losing the note costs a second check.
 */
#ifndef CACHE_USES_H
#define CACHE_USES_H

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

#include "cache/key.h"
#include "util/clock.h"
#include "util/lock.h"

#define USES_MAX 65536 /* about 7 MB when full */

struct use {
	struct hash128 key;
	usec_t used_usec; /* real clock */
	bool verified;
	UT_hash_handle hh;
};

struct uses {
	/* A leaf: nothing is taken under it. */
	struct lock lock;
	struct use *table; /* owned; by key */
};

void uses_init(struct uses *uses);
void uses_done(struct uses *uses);

void uses_note(struct uses *uses, const struct hash128 *key, bool verified);
bool uses_verified(struct uses *uses, const struct hash128 *key);
bool uses_are_none(struct uses *uses);

/* Takes everything out; walk with HASH_ITER, give back with use_table_free(). */
struct use *uses_take(struct uses *uses);
void use_table_free(struct use **table);

#endif
