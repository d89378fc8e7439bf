/* SPDX-License-Identifier: MIT
 *
 * What a person may want to know of a cache: what it is worth, and what would go next.
 */
#ifndef CACHE_OUTLOOK_H
#define CACHE_OUTLOOK_H

#include "cache/cache.h"
#include "view/view.h"

#define CACHE_OUTLOOK_MAX 10

struct cache_variant {
	struct hash128 key;
	uint64_t size_bytes;
	usec_t encode_usec, used_usec;
	char view[VIEW_TEXT_MAX]; /* "" where nobody said */
};

struct cache_outlook {
	struct cache_stats stats;
	uint64_t absent;  /* variants known without their bytes */
	uint64_t sources; /* pictures known by their content */
	/* The most valued ones in order, and those that would be evicted next, in order. */
	struct cache_variant top[CACHE_OUTLOOK_MAX], next[CACHE_OUTLOOK_MAX];
	size_t n_top, n_next;
};

/* 0 or -errno. (slow) */
int cache_outlook(struct cache *cache, struct cache_outlook *ret);

#endif
