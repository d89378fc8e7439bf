/* SPDX-License-Identifier: MIT
 *
 * Ours: src/cache/evict.c with arrays and two heaps in the place of the catalog's rows and
 * index. What catalog and cache do around the choice (shrink.c, publish.c) is repeated here in
 * as few lines as it takes, and nothing of the choice itself.
 */
#include <stdlib.h>

#include "cache/evict.h"
#include "policy.h"

#define WINDOW 4

struct heap {
	uint32_t *objects; /* owned */
	uint32_t n;
};

struct row {
	uint64_t rank, turned_bytes;
	uint32_t uses;  /* outlives the bytes */
	uint32_t place; /* in its heap */
	uint8_t shelf;
	bool present;
};

struct value {
	const struct object *objects; /* borrowed */
	struct row *rows;             /* owned */
	struct heap heaps[EVICT_SHELVES];
	struct evict_clock clock;
};

/* --- Heaps: the lowest rank first, ties by number ---------------------------------------- */

static bool is_before(const struct value *v, uint32_t a, uint32_t b)
{
	const struct row *rows = v->rows;

	return rows[a].rank != rows[b].rank ? rows[a].rank < rows[b].rank : a < b;
}

static void place(struct value *v, struct heap *heap, uint32_t at, uint32_t object)
{
	heap->objects[at] = object;
	v->rows[object].place = at;
}

static void rise(struct value *v, struct heap *heap, uint32_t at, uint32_t object)
{
	for (; at > 0 && is_before(v, object, heap->objects[(at - 1) / 2]); at = (at - 1) / 2)
		place(v, heap, at, heap->objects[(at - 1) / 2]);
	place(v, heap, at, object);
}

static void sink(struct value *v, struct heap *heap, uint32_t at, uint32_t object)
{
	for (uint32_t child; (child = 2 * at + 1) < heap->n; at = child) {
		if (child + 1 < heap->n &&
			is_before(v, heap->objects[child + 1], heap->objects[child]))
			child++;
		if (!is_before(v, heap->objects[child], object))
			break;
		place(v, heap, at, heap->objects[child]);
	}
	place(v, heap, at, object);
}

static void heap_add(struct value *v, struct heap *heap, uint32_t object)
{
	rise(v, heap, heap->n++, object);
}

static void heap_remove(struct value *v, struct heap *heap, uint32_t object)
{
	uint32_t at = v->rows[object].place, last = heap->objects[--heap->n];

	if (last == object)
		return;
	rise(v, heap, at, last);
	sink(v, heap, v->rows[last].place, last);
}

/* --- Rows -------------------------------------------------------------------------------- */

static void put(struct value *v, uint32_t object, uint32_t uses)
{
	const struct object *o = &v->objects[object];
	struct row *row = &v->rows[object];

	row->uses = uses;
	row->turned_bytes = v->clock.turned_bytes;
	row->shelf = (uint8_t)evict_shelf(uses);
	row->rank = evict_rank(o->size_bytes, o->encode_usec, uses, v->clock.age[row->shelf]);
	row->present = true;
	v->clock.bytes[row->shelf] += o->size_bytes;
	heap_add(v, &v->heaps[row->shelf], object);
}

static void take(struct value *v, uint32_t object)
{
	struct row *row = &v->rows[object];

	heap_remove(v, &v->heaps[row->shelf], object);
	row->present = false;
}

/* The choice needs a window of each heap, and what it leaves goes back. */
static uint64_t evict(struct value *v, uint64_t bytes)
{
	struct evict_candidate items[EVICT_SHELVES][WINDOW], victims[EVICT_SHELVES * WINDOW];
	struct evict_window windows[EVICT_SHELVES];
	uint32_t seen[EVICT_SHELVES * WINDOW], n_seen = 0;
	uint64_t freed;
	size_t n;

	for (size_t i = 0; i < EVICT_SHELVES; i++) {
		struct heap *heap = &v->heaps[i];

		windows[i] = (struct evict_window){ .items = items[i] };
		while (windows[i].n < WINDOW && heap->n > 0) {
			uint32_t object = heap->objects[0];

			take(v, object);
			seen[n_seen] = object;
			items[i][windows[i].n++] = (struct evict_candidate){
				/* Big-endian, so that keys sort as numbers. */
				.key.bytes = { (uint8_t)(object >> 24), (uint8_t)(object >> 16),
					(uint8_t)(object >> 8), (uint8_t)object },
				.size_bytes = v->objects[object].size_bytes,
				.rank = v->rows[object].rank,
			};
			n_seen++;
		}
	}
	n = evict_choose(windows, &v->clock, bytes, victims, &freed);
	for (uint32_t i = 0; i < n_seen; i++)
		v->rows[seen[i]].present = true;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *key = victims[i].key.bytes;

		v->rows[(uint32_t)key[0] << 24 | (uint32_t)key[1] << 16 |
			 (uint32_t)key[2] << 8 | key[3]]
			.present = false;
	}
	for (uint32_t i = 0; i < n_seen; i++)
		if (v->rows[seen[i]].present)
			heap_add(v, &v->heaps[v->rows[seen[i]].shelf], seen[i]);
	return freed;
}

/* --- The policy -------------------------------------------------------------------------- */

static void *value_make(const struct trace *trace, uint64_t limit_bytes)
{
	struct value *v = allocate(1, sizeof(*v));

	v->objects = trace->objects;
	v->rows = allocate(trace->n_objects, sizeof(*v->rows));
	for (size_t i = 0; i < EVICT_SHELVES; i++)
		v->heaps[i].objects = allocate(trace->n_objects, sizeof(uint32_t));
	v->clock.limit_bytes = limit_bytes;
	return v;
}

static void value_destroy(void *state)
{
	struct value *v = state;

	for (size_t i = 0; i < EVICT_SHELVES; i++)
		free(v->heaps[i].objects);
	free(v->rows);
	free(v);
}

static bool value_has(const void *state, uint32_t object)
{
	return ((const struct value *)state)->rows[object].present;
}

static void value_use(void *state, uint32_t object, uint64_t now_sec)
{
	struct value *v = state;
	const struct row *row = &v->rows[object];

	(void)now_sec;
	take(v, object);
	v->clock.bytes[row->shelf] -= v->objects[object].size_bytes;
	put(v, object, evict_uses(row->uses, row->turned_bytes, &v->clock));
}

static void value_admit(void *state, uint32_t object, uint64_t now_sec)
{
	struct value *v = state;
	const struct row *row = &v->rows[object];
	const uint64_t *bytes = v->clock.bytes;
	uint64_t needed =
		bytes[EVICT_PROBATION] + bytes[EVICT_KEPT] + v->objects[object].size_bytes;

	(void)now_sec;
	for (uint64_t left = needed > v->clock.limit_bytes ? needed - v->clock.limit_bytes : 0;
		left > 0;) {
		uint64_t freed = evict(v, left);

		left -= freed < left ? freed : left;
	}
	put(v, object, evict_uses_back(row->uses, row->turned_bytes, &v->clock));
}

const struct policy policy_value = { "lensfs", value_make, value_has, value_use, value_admit,
	value_destroy };
