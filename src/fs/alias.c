/* SPDX-License-Identifier: MIT */
#include "fs/alias.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

/* Names of one source in one folder hang on one entry of the hash. */
struct alias {
	UT_hash_handle hh;                   /* only the first of its source is in the hash */
	struct alias *same_prev, *same_next; /* others of the source */
	struct alias *age_prev, *age_next;
	usec_t expires_at;
	const struct node *where; /* never followed */
	size_t source_len, key_len;
	char *key;   /* owned: the folder's address, then the source's name */
	char name[]; /* as it was spelled */
};

static char *make_key(
	const struct node *folder, const char *source, size_t len, size_t *ret_len)
{
	char *key = malloc(sizeof(folder) + len);

	if (key) {
		memcpy(key, &folder, sizeof(folder));
		memcpy(key + sizeof(folder), source, len);
		*ret_len = sizeof(folder) + len;
	}
	return key;
}

static void alias_free(struct alias *alias)
{
	free(alias->key);
	free(alias);
}

static void drop_age_locked(struct aliases *aliases, struct alias *alias)
{
	DL_DELETE2(aliases->by_age, alias, age_prev, age_next);
	aliases->count--;
}

/* No memory to hang them on: the kernel asks again by itself when they expire. */
static void drop_followers_locked(struct aliases *aliases, struct alias *alias)
{
	struct alias *next;

	for (; alias; alias = next) {
		next = alias->same_next;
		drop_age_locked(aliases, alias);
		alias_free(alias);
	}
}

/* Out of both indexes. */
static void take_out_locked(struct aliases *aliases, struct alias *alias)
{
	struct alias *first;

	HASH_FIND(hh, aliases->by_source, alias->key, alias->key_len, first);
	if (first == alias) {
		struct alias *next = alias->same_next;

		HASH_DEL(aliases->by_source, alias);
		DL_DELETE2(first, alias, same_prev, same_next);
		if (next)
			HASH_ADD_KEYPTR(hh, aliases->by_source, next->key, next->key_len, next);
		if (next && !next->hh.tbl)
			drop_followers_locked(aliases, next);
	} else {
		DL_DELETE2(first, alias, same_prev, same_next);
	}
	drop_age_locked(aliases, alias);
}

static void drop_expired_locked(struct aliases *aliases, usec_t now)
{
	while (aliases->by_age && aliases->by_age->expires_at <= now) {
		struct alias *alias = aliases->by_age;

		take_out_locked(aliases, alias);
		alias_free(alias);
	}
}

void aliases_init(struct aliases *aliases, size_t limit)
{
	*aliases = (struct aliases){ .limit = limit };
	lock_init(&aliases->lock);
}

void aliases_done(struct aliases *aliases)
{
	drop_expired_locked(aliases, USEC_NEVER);
	lock_done(&aliases->lock);
}

static struct alias *alias_new(
	const struct alias_place *place, const char *name, size_t source_len, usec_t expires_at)
{
	size_t size = strlen(name) + 1;
	struct alias *alias = calloc(1, sizeof(*alias) + size);

	if (!alias)
		return NULL;
	alias->key = make_key(place->folder, name, source_len, &alias->key_len);
	if (!alias->key) {
		free(alias);
		return NULL;
	}
	alias->where = place->where;
	alias->source_len = source_len;
	alias->expires_at = expires_at;
	memcpy(alias->name, name, size);
	return alias;
}

static struct alias *find_name_locked(
	struct alias *first, const struct node *where, const char *name)
{
	struct alias *a;

	DL_FOREACH2(first, a, same_next)
	{
		if (a->where == where && strcmp(a->name, name) == 0)
			return a;
	}
	return NULL;
}

bool aliases_note(struct aliases *aliases, const struct alias_place *place, const char *name,
	size_t source_len, usec_t expires_at)
{
	struct alias *alias = alias_new(place, name, source_len, expires_at), *first, *old;
	LOCK_SCOPE(&aliases->lock);

	drop_expired_locked(aliases, now_monotonic());
	if (!alias)
		return false;
	HASH_FIND(hh, aliases->by_source, alias->key, alias->key_len, first);
	old = first ? find_name_locked(first, place->where, name) : NULL;
	if (old) {
		/* The new answer outlives the old one. */
		alias_free(alias);
		old->expires_at = expires_at;
		DL_DELETE2(aliases->by_age, old, age_prev, age_next);
		DL_APPEND2(aliases->by_age, old, age_prev, age_next);
		return true;
	}
	if (aliases->count >= aliases->limit) {
		alias_free(alias);
		return false;
	}
	if (first) {
		DL_APPEND2(first, alias, same_prev, same_next);
	} else {
		DL_APPEND2(first, alias, same_prev, same_next);
		HASH_ADD_KEYPTR(hh, aliases->by_source, alias->key, alias->key_len, alias);
		if (!alias->hh.tbl) {
			alias_free(alias);
			return false;
		}
	}
	DL_APPEND2(aliases->by_age, alias, age_prev, age_next);
	aliases->count++;
	return true;
}

void aliases_take(struct aliases *aliases, const struct node *folder, const char *source,
	void (*each)(void *context, const struct node *where, const char *name), void *context)
{
	struct alias *taken = NULL, *alias, *next;
	size_t key_len = 0;
	char *key = folder ? make_key(folder, source, strlen(source), &key_len) : NULL;

	lock_take(&aliases->lock);
	for (;;) {
		if (key)
			HASH_FIND(hh, aliases->by_source, key, key_len, alias);
		else
			alias = folder ? NULL : aliases->by_age;
		if (!alias)
			break;
		take_out_locked(aliases, alias);
		LL_PREPEND2(taken, alias, age_next);
	}
	lock_drop(&aliases->lock);
	free(key);
	for (alias = taken; alias; alias = next) {
		next = alias->age_next;
		each(context, alias->where, alias->name);
		alias_free(alias);
	}
}
