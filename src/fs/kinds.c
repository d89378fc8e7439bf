/* SPDX-License-Identifier: MIT */
#include "fs/kinds.h"

#include <stdlib.h>
#include <xxhash.h>

#include "util/clock.h"

/* Two megabytes of address space, of which only what is used is memory. */
#define WAYS 4
#define SETS (1 << 15)

/* The lowest byte of `low` is the format and one, so that zero is empty. */
struct kind {
	uint64_t high, low;
};

#define FORMAT_MASK UINT64_C(0xff)

void kinds_init(struct kinds *kinds)
{
	lock_init(&kinds->lock);
	kinds->slots = calloc((size_t)WAYS * SETS, sizeof(*kinds->slots));
}

void kinds_done(struct kinds *kinds)
{
	free(kinds->slots);
	lock_done(&kinds->lock);
}

static struct kind kind_of(const struct stamp *stamp)
{
	/* A stamp has no padding: 64-bit numbers all. */
	XXH128_hash_t hash = XXH3_128bits(stamp, sizeof(*stamp));

	return (struct kind){ .high = hash.high64, .low = hash.low64 & ~FORMAT_MASK };
}

static struct kind *find_locked(struct kinds *kinds, const struct kind *wanted)
{
	struct kind *set = &kinds->slots[wanted->high % SETS * WAYS];

	for (int i = 0; i < WAYS; i++) {
		if (set[i].high == wanted->high && (set[i].low & ~FORMAT_MASK) == wanted->low)
			return &set[i];
	}
	return NULL;
}

bool kinds_find(struct kinds *kinds, const struct stamp *stamp, enum format *ret)
{
	struct kind wanted = kind_of(stamp);
	LOCK_SCOPE(&kinds->lock);
	const struct kind *found = kinds->slots ? find_locked(kinds, &wanted) : NULL;

	if (!found || !(found->low & FORMAT_MASK))
		return false;
	*ret = (enum format)((found->low & FORMAT_MASK) - 1);
	return true;
}

void kinds_note(struct kinds *kinds, const struct stamp *stamp, enum format format)
{
	struct kind kind = kind_of(stamp), *slot;
	LOCK_SCOPE(&kinds->lock);

	if (!kinds->slots || stamp_settle_usec(stamp, (int64_t)now_real() * 1000) > 0)
		return;
	slot = find_locked(kinds, &kind);
	/* Any of the set will do for one that is new; these bits choose nothing else. */
	if (!slot)
		slot = &kinds->slots[kind.high % SETS * WAYS + (kind.low >> 8) % WAYS];
	kind.low |= (uint64_t)format + 1;
	*slot = kind;
}
