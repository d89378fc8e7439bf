/* SPDX-License-Identifier: MIT */
#include "cache/evict.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Whole half-lives by shifting; within one a straight line, which is at most 6 % above the
 * exponential. One division of doubles, which IEEE rounds alike everywhere. */
static uint32_t fade(uint32_t uses, uint64_t turned_bytes, const struct evict_clock *clock)
{
	uint64_t since =
		clock->turned_bytes > turned_bytes ? clock->turned_bytes - turned_bytes : 0;
	uint64_t life = clock->limit_bytes < UINT64_MAX / EVICT_HALF_LIFE_TURNOVERS
	                        ? clock->limit_bytes * EVICT_HALF_LIFE_TURNOVERS
	                        : UINT64_MAX;
	double part;

	if (life == 0)
		return uses;
	if (since / life >= 32)
		return 0;
	uses >>= since / life;
	part = (double)(since % life) / (double)life;
	return uses - (uint32_t)(uses / 2.0 * part);
}

uint32_t evict_uses(uint32_t uses, uint64_t turned_bytes, const struct evict_clock *clock)
{
	uint32_t faded = fade(uses, turned_bytes, clock);

	return faded < EVICT_USES_MAX - EVICT_USE ? faded + EVICT_USE : EVICT_USES_MAX;
}

uint32_t evict_uses_back(uint32_t uses, uint64_t turned_bytes, const struct evict_clock *clock)
{
	return evict_uses(uses / 8 * EVICT_BACK_EIGHTHS, turned_bytes, clock);
}

enum evict_shelf evict_shelf(uint32_t uses)
{
	return uses >= EVICT_USES_KEPT ? EVICT_KEPT : EVICT_PROBATION;
}

/* No product overflows: 2^10 · 2^32 · 2^16. */
static uint64_t value_of(uint64_t size_bytes, usec_t encode_usec, uint32_t uses)
{
	uint64_t cost = encode_usec < UINT32_MAX ? encode_usec : UINT32_MAX;
	uint64_t count = uses < EVICT_USES_MAX ? uses : EVICT_USES_MAX;
	uint64_t value = (count * (cost ? cost : 1) << 16) / (size_bytes ? size_bytes : 1);

	return value < EVICT_VALUE_MAX ? value : EVICT_VALUE_MAX;
}

uint64_t evict_rank(uint64_t size_bytes, usec_t encode_usec, uint32_t uses, uint64_t age)
{
	uint64_t value = value_of(size_bytes, encode_usec, uses);

	return age < (uint64_t)INT64_MAX - value ? age + value : (uint64_t)INT64_MAX;
}

static int compare(const void *a_, const void *b_)
{
	const struct evict_candidate *a = a_, *b = b_;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return memcmp(a->key.bytes, b->key.bytes, HASH128_SIZE);
}

/* How far a choice has come. */
struct progress {
	const struct evict_window *windows; /* by shelf, sorted */
	size_t taken[EVICT_SHELVES];
	struct evict_clock *clock;
};

/* Where no candidate was handed over there is none, whatever the bytes say. */
static bool is_empty(const struct progress *p, enum evict_shelf shelf)
{
	size_t n = p->windows[shelf].n;

	return p->taken[shelf] == n && (n == 0 || p->clock->bytes[shelf] == 0);
}

static enum evict_shelf whose_turn(const struct progress *p)
{
	const struct evict_clock *clock = p->clock;
	uint64_t share_bytes = clock->limit_bytes / EVICT_PROBATION_PARTS;

	if (is_empty(p, EVICT_PROBATION))
		return EVICT_KEPT;
	if (is_empty(p, EVICT_KEPT) || clock->bytes[EVICT_PROBATION] > share_bytes)
		return EVICT_PROBATION;
	return EVICT_KEPT;
}

static const struct evict_candidate *next_victim(struct progress *p)
{
	enum evict_shelf shelf = whose_turn(p);
	uint64_t *bytes = &p->clock->bytes[shelf], *age = &p->clock->age[shelf];
	const struct evict_candidate *victim;

	if (p->taken[shelf] == p->windows[shelf].n)
		return NULL;
	victim = &p->windows[shelf].items[p->taken[shelf]++];
	*bytes -= victim->size_bytes < *bytes ? victim->size_bytes : *bytes;
	if (*age < victim->rank)
		*age = victim->rank;
	p->clock->turned_bytes += victim->size_bytes;
	return victim;
}

size_t evict_choose(struct evict_window windows[EVICT_SHELVES], struct evict_clock *clock,
	uint64_t bytes, struct evict_candidate *victims, uint64_t *ret_bytes)
{
	struct progress progress = { .windows = windows, .clock = clock };
	const struct evict_candidate *victim;
	uint64_t freed = 0;
	size_t n = 0;

	for (size_t i = 0; i < EVICT_SHELVES; i++)
		if (windows[i].n > 0)
			qsort(windows[i].items, windows[i].n, sizeof(*windows[i].items),
				compare);
	while (freed < bytes && (victim = next_victim(&progress))) {
		freed += victim->size_bytes;
		victims[n++] = *victim;
	}
	*ret_bytes = freed;
	return n;
}
