/* SPDX-License-Identifier: MIT */
/* Keys are hashes already. */
#undef HASH_FUNCTION
#define HASH_FUNCTION(ptr, len, hashv)                                                         \
	do {                                                                                   \
		(void)(len);                                                                   \
		memcpy(&(hashv), (ptr), sizeof(hashv));                                        \
	} while (0)

#include "cache/uses.h"

#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

void uses_init(struct uses *uses)
{
	lock_init(&uses->lock);
	uses->table = NULL;
}

void uses_done(struct uses *uses)
{
	use_table_free(&uses->table);
	lock_done(&uses->lock);
}

static struct use *find_locked(struct uses *uses, const struct hash128 *key)
{
	struct use *use;

	HASH_FIND(hh, uses->table, key, sizeof(*key), use);
	return use;
}

static struct use *add_locked(struct uses *uses, const struct hash128 *key)
{
	struct use *use;

	if (HASH_COUNT(uses->table) >= USES_MAX)
		return NULL;
	use = calloc(1, sizeof(*use));
	if (!use)
		return NULL;
	use->key = *key;
	HASH_ADD(hh, uses->table, key, sizeof(use->key), use);
	if (!use->hh.tbl) { /* no memory */
		free(use);
		return NULL;
	}
	return use;
}

void uses_note(struct uses *uses, const struct hash128 *key, bool verified)
{
	LOCK_SCOPE(&uses->lock);
	struct use *use = find_locked(uses, key);

	if (!use)
		use = add_locked(uses, key);
	if (!use)
		return;
	use->used_usec = now_real();
	use->verified |= verified;
}

bool uses_verified(struct uses *uses, const struct hash128 *key)
{
	LOCK_SCOPE(&uses->lock);
	const struct use *use = find_locked(uses, key);

	return use && use->verified;
}

bool uses_are_none(struct uses *uses)
{
	LOCK_SCOPE(&uses->lock);
	return !uses->table;
}

struct use *uses_take(struct uses *uses)
{
	LOCK_SCOPE(&uses->lock);
	return TAKE_PTR(uses->table);
}

void use_table_free(struct use **table)
{
	struct use *use, *next;

	HASH_ITER (hh, *table, use, next) {
		HASH_DEL(*table, use);
		free(use);
	}
}
