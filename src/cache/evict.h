/* SPDX-License-Identifier: MIT
 *
 * Which blobs go first: pure functions over the catalog's figures.
 *
 * A blob is worth the encode time it saves per byte it takes: GreedyDual-Size-Frequency
 * (Cherkasova, HPL-98-69R1, 1998), H = L + uses · encode_usec / size_bytes, lowest H first. L is
 * the H of the last one that went: whoever is not used falls behind it, so age needs no clock
 * of its own and no sweep over the rows. H is made when a blob is recorded and when a use of it
 * is, and the catalog keeps it in an index.
 *
 * Two shelves, each with its own L. What was used once stands on probation, which may hold a
 * tenth of the bound when the other shelf wants room; what was used again is kept. So one pass
 * over everything (find -exec cat, a thumbnailer, a backup) goes through the tenth and leaves
 * the rest as it was, however dear its pictures. The idea is S3-FIFO's (Yang et al., SOSP'23).
 *
 * Uses fade: they halve with every eighth turnover of the cache (as many bytes evicted as eight
 * times the bound), and lose more when a blob that was evicted comes back, whose row has
 * outlived it as a ghost. Time plays no part: a cache that does not evict has nothing to forget.
 *
 * Whatever a constant below was taken from, tests/bench/simulator.sh confirmed it; that the
 * first idea, to count sixty-four uses, doubles the work where only the newest is wanted, it
 * found too. All results are integers: the same choice on every machine.
 */
#ifndef CACHE_EVICT_H
#define CACHE_EVICT_H

#include <stddef.h>
#include <stdint.h>

#include "cache/key.h"
#include "util/clock.h"

enum evict_shelf { EVICT_PROBATION, EVICT_KEPT, EVICT_SHELVES };

/* Uses are counted in 1/256, so that they can fade. */
#define EVICT_USE ((uint32_t)256)
/* No more count: the bound of S3-FIFO's two bits. Simulated from 2.5 to none: a large cache of
 * what is popular for long would gain a tenth by a higher one, but from 8 on the newest suffers
 * for what once was popular (1.3 times LRU's encode time at 8, 1.9 times at 64). */
#define EVICT_USES_MAX (3 * EVICT_USE)
/* From here on it is kept: two uses within some turnovers, or one now after several before. */
#define EVICT_USES_KEPT (EVICT_USE + EVICT_USE / 2)
/* Of the bound: one part in ten is for probation, S3-FIFO's share. Simulated from 0 to 0.8: with
 * less the newest is lost before its second use, with more than 0.2 a pass takes too much. */
#define EVICT_PROBATION_PARTS 10
/* Simulated from 0.5 to never: from 4 to 16 the same within 1 % over all traces. */
#define EVICT_HALF_LIFE_TURNOVERS 8
/* What is left of its uses when one comes back. Simulated from nothing to all: the more, the
 * better where fashions return, the worse where a backup reads everything each night. */
#define EVICT_BACK_EIGHTHS 3
/* Uses closer together are one: a program that opens a file twice. The Correlated Reference
 * Period of LRU-K (O'Neil, O'Neil, Weikum, SIGMOD'93) with their five seconds. */
#define EVICT_APART_USEC (5 * USEC_PER_SEC)

/* What the catalog knows of the cache as a whole. */
struct evict_clock {
	uint64_t limit_bytes;          /* the bound */
	uint64_t turned_bytes;         /* evicted ever */
	uint64_t age[EVICT_SHELVES];   /* L */
	uint64_t bytes[EVICT_SHELVES]; /* present */
};

/* `uses` as they were counted when `clock` stood at `turned_bytes`, and one more now. */
uint32_t evict_uses(uint32_t uses, uint64_t turned_bytes, const struct evict_clock *clock);
/* The same for one that was evicted and comes back. */
uint32_t evict_uses_back(uint32_t uses, uint64_t turned_bytes, const struct evict_clock *clock);

enum evict_shelf evict_shelf(uint32_t uses);

/* In (1/256 use · microsecond) / 65536 bytes above `age`; at most INT64_MAX, as the catalog's
 * numbers are signed. One blob's value is at most 2^40, so that even a cache of nothing but such
 * blobs can turn over eight million times (once a minute: sixteen years) before ranks meet
 * that end; with real ones, four billion times. */
#define EVICT_VALUE_MAX ((uint64_t)1 << 40)
uint64_t evict_rank(uint64_t size_bytes, usec_t encode_usec, uint32_t uses, uint64_t age);

struct evict_candidate {
	struct hash128 key;
	uint64_t size_bytes;
	uint64_t rank;
};

/* The lowest ranks of one shelf, all of it or a window. */
struct evict_window {
	struct evict_candidate *items;
	size_t n;
};

/* Writes those that must go to `victims` (room for all candidates), in the order of going, and
 * returns how many they are: just enough to free `bytes`; fewer when it would have to see more
 * of a shelf than its window, which it then has used up; none when there is nothing left.
 * *ret_bytes is what they free; the clock goes on by them. Sorts the windows. Ties are settled by key, so the order of the candidates
 * does not matter. */
size_t evict_choose(struct evict_window windows[EVICT_SHELVES], struct evict_clock *clock,
	uint64_t bytes, struct evict_candidate *victims, uint64_t *ret_bytes);

#endif
