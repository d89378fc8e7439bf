/* SPDX-License-Identifier: MIT
 *
 * The policies to compare with. None of them looks at cost or size but to add up bytes.
 *
 *   LRU, FIFO
 *   S3-FIFO  Yang et al., SOSP'23: a small queue of 10 %, a main queue with a two-bit counter,
 *            a ghost queue as long as the main one. Objects move to the main queue when they
 *            were used while in the small one.
 *   SIEVE    Zhang et al., NSDI'24: one queue, one bit, a hand that stays where it evicted.
 */
#include <stdlib.h>

#include "list.h"
#include "policy.h"

#define SMALL_SHARE 10 /* one tenth */
#define COUNT_MAX   3

enum place { NOWHERE, SMALL, MAIN, GHOST };

struct queues {
	const struct object *objects; /* borrowed */
	uint64_t limit_bytes;
	struct links links;   /* owned */
	uint8_t *place;       /* owned */
	uint8_t *count;       /* owned: uses since the last look */
	struct list queue[4]; /* by place; LRU, FIFO and SIEVE have MAIN alone */
	uint32_t hand;        /* SIEVE */
};

static void *queues_make(const struct trace *trace, uint64_t limit_bytes)
{
	struct queues *q = allocate(1, sizeof(*q));

	q->objects = trace->objects;
	q->limit_bytes = limit_bytes;
	q->links.newer = allocate(trace->n_objects, sizeof(uint32_t));
	q->links.older = allocate(trace->n_objects, sizeof(uint32_t));
	q->place = allocate(trace->n_objects, 1);
	q->count = allocate(trace->n_objects, 1);
	for (size_t i = 0; i < 4; i++)
		q->queue[i] = (struct list)LIST_EMPTY;
	q->hand = LIST_NONE;
	return q;
}

static void queues_destroy(void *state)
{
	struct queues *q = state;

	free(q->links.newer);
	free(q->links.older);
	free(q->place);
	free(q->count);
	free(q);
}

static bool queues_have(const void *state, uint32_t object)
{
	const struct queues *q = state;

	return q->place[object] == SMALL || q->place[object] == MAIN;
}

static void leave(struct queues *q, uint32_t object)
{
	list_remove(
		&q->queue[q->place[object]], &q->links, object, q->objects[object].size_bytes);
	q->place[object] = NOWHERE;
}

static void enter(struct queues *q, uint32_t object, enum place place)
{
	list_push(&q->queue[place], &q->links, object, q->objects[object].size_bytes);
	q->place[object] = (uint8_t)place;
}

static void count_use(void *state, uint32_t object, uint64_t now_sec)
{
	struct queues *q = state;

	(void)now_sec;
	if (q->count[object] < COUNT_MAX)
		q->count[object]++;
}

static bool is_over(const struct queues *q, uint32_t incoming)
{
	return q->queue[SMALL].bytes + q->queue[MAIN].bytes + q->objects[incoming].size_bytes >
	       q->limit_bytes;
}

/* --- LRU, FIFO --------------------------------------------------------------------------- */

static void lru_use(void *state, uint32_t object, uint64_t now_sec)
{
	(void)now_sec;
	leave(state, object);
	enter(state, object, MAIN);
}

static void fifo_use(void *state, uint32_t object, uint64_t now_sec)
{
	(void)state, (void)object, (void)now_sec;
}

static void oldest_goes(void *state, uint32_t object, uint64_t now_sec)
{
	struct queues *q = state;

	(void)now_sec;
	while (is_over(q, object))
		leave(q, q->queue[MAIN].oldest);
	enter(q, object, MAIN);
}

/* --- S3-FIFO ----------------------------------------------------------------------------- */

static void remember(struct queues *q, uint32_t object)
{
	struct list *ghost = &q->queue[GHOST];
	uint64_t main_bytes = q->limit_bytes - q->limit_bytes / SMALL_SHARE;

	enter(q, object, GHOST);
	while (ghost->bytes > main_bytes)
		leave(q, ghost->oldest);
}

static void evict_small(struct queues *q)
{
	while (q->queue[SMALL].oldest != LIST_NONE) {
		uint32_t object = q->queue[SMALL].oldest;
		bool used = q->count[object] > 0;

		leave(q, object);
		q->count[object] = 0;
		if (!used) {
			remember(q, object);
			return;
		}
		enter(q, object, MAIN);
	}
}

static void evict_main(struct queues *q)
{
	for (;;) {
		uint32_t object = q->queue[MAIN].oldest;

		leave(q, object);
		if (q->count[object] == 0)
			return;
		q->count[object]--;
		enter(q, object, MAIN);
	}
}

static void s3fifo_admit(void *state, uint32_t object, uint64_t now_sec)
{
	struct queues *q = state;
	bool known = q->place[object] == GHOST;

	(void)now_sec;
	if (known)
		leave(q, object);
	while (is_over(q, object)) {
		if (q->queue[SMALL].bytes > q->limit_bytes / SMALL_SHARE ||
			q->queue[MAIN].oldest == LIST_NONE)
			evict_small(q);
		else
			evict_main(q);
	}
	q->count[object] = 0;
	enter(q, object, known ? MAIN : SMALL);
}

/* --- SIEVE ------------------------------------------------------------------------------- */

static void sieve_use(void *state, uint32_t object, uint64_t now_sec)
{
	struct queues *q = state;

	(void)now_sec;
	q->count[object] = 1;
}

static void sieve_evict(struct queues *q)
{
	uint32_t object = q->hand;

	for (;;) {
		if (object == LIST_NONE)
			object = q->queue[MAIN].oldest;
		if (q->count[object] == 0)
			break;
		q->count[object] = 0;
		object = q->links.newer[object];
	}
	q->hand = q->links.newer[object];
	leave(q, object);
}

static void sieve_admit(void *state, uint32_t object, uint64_t now_sec)
{
	struct queues *q = state;

	(void)now_sec;
	while (is_over(q, object))
		sieve_evict(q);
	q->count[object] = 0;
	enter(q, object, MAIN);
}

const struct policy policy_lru = { "LRU", queues_make, queues_have, lru_use, oldest_goes,
	queues_destroy };
const struct policy policy_fifo = { "FIFO", queues_make, queues_have, fifo_use, oldest_goes,
	queues_destroy };
const struct policy policy_s3fifo = { "S3-FIFO", queues_make, queues_have, count_use,
	s3fifo_admit, queues_destroy };
const struct policy policy_sieve = { "SIEVE", queues_make, queues_have, sieve_use, sieve_admit,
	queues_destroy };
