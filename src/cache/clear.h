/* SPDX-License-Identifier: MIT
 *
 * Dropping at a person's word: everything, or all variants of one picture.
 */
#ifndef CACHE_CLEAR_H
#define CACHE_CLEAR_H

#include "cache/cache.h"

enum { CACHE_CLEAR_E_DONE = 1 };

struct cache_cleared {
	uint64_t variants; /* whose bytes are gone */
	uint64_t bytes;    /* of these */
	uint64_t records;  /* of sizes, failures and contents of pictures */
};

/* Forgets some of what is in the cache, and adds to *cleared. 0: call again;
 * CACHE_CLEAR_E_DONE: nothing is left; -errno. (slow) */
int cache_clear_step(struct cache *cache, struct cache_cleared *cleared);

/* Forgets all variants of this content, of other encoders too, and adds to *cleared. 0 or -errno.
 * (slow) */
int cache_drop_content(
	struct cache *cache, const struct hash128 *content, struct cache_cleared *cleared);

#endif
