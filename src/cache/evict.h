/* SPDX-License-Identifier: MIT
 *
 * Which blobs go first: a pure function over the catalog's figures. Each blob has a rank, made
 * when it is recorded and again whenever a use of it is; the catalog keeps ranks in an index,
 * so that the lowest are found without looking at the rest, and the lowest go.
 *
 * Now: least recently used, rank = time of the last use. The shape is that of GreedyDual-Size-
 * Frequency (Cherkasova 1998, HPL-98-69R1), rank = age + uses · encode_usec / size_bytes, which
 * needs nothing but another body of evict_rank(), as all it looks at is handed over already.
 */
#ifndef CACHE_EVICT_H
#define CACHE_EVICT_H

#include <stddef.h>
#include <stdint.h>

#include "cache/key.h"
#include "util/clock.h"

struct evict_figures {
	uint64_t size_bytes;
	uint64_t uses;      /* the first publication counts as one */
	usec_t encode_usec; /* what making it again costs */
	usec_t used_usec;   /* last use, real clock; exact as a double until the year 2255 */
	double age;         /* the lowest rank now present: the clock of GreedyDual */
};

struct evict_candidate {
	struct hash128 key;
	uint64_t size_bytes;
	double rank;
};

double evict_rank(const struct evict_figures *figures);

/* Moves those that must go to the front, in the order of going, and returns how many they are:
 * the fewest lowest-ranked ones that free `bytes`, or all when they cannot. *ret_bytes is what
 * they free. */
size_t evict_choose(
	struct evict_candidate *candidates, size_t n, uint64_t bytes, uint64_t *ret_bytes);

#endif
