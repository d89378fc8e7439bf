/* SPDX-License-Identifier: MIT */
#include "cache/evict.h"

#include <stdlib.h>
#include <string.h>

double evict_rank(const struct evict_figures *figures)
{
	return (double)figures->used_usec;
}

/* The key settles ties, so that a choice never depends on the order of the candidates. */
static int compare(const void *a_, const void *b_)
{
	const struct evict_candidate *a = a_, *b = b_;

	if (a->rank < b->rank || a->rank > b->rank)
		return a->rank < b->rank ? -1 : 1;
	return memcmp(a->key.bytes, b->key.bytes, HASH128_SIZE);
}

size_t evict_choose(
	struct evict_candidate *candidates, size_t n, uint64_t bytes, uint64_t *ret_bytes)
{
	uint64_t freed = 0;
	size_t chosen = 0;

	if (n > 0)
		qsort(candidates, n, sizeof(*candidates), compare);
	while (chosen < n && freed < bytes)
		freed += candidates[chosen++].size_bytes;
	*ret_bytes = freed;
	return chosen;
}
