/* SPDX-License-Identifier: MIT
 *
 * The insides of struct cache, shared by the files of the façade: cache.c (life, looking,
 * opening), publish.c (blobs coming), shrink.c (blobs going). Nobody else includes this.
 */
#ifndef CACHE_STATE_H
#define CACHE_STATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "cache/budget.h"
#include "cache/cache.h"
#include "cache/catalog.h"
#include "cache/folder.h"
#include "cache/uses.h"
#include "util/lock.h"

struct cache {
	/* Fixed after cache_new(). */
	struct folder folder;
	struct secret secret;
	const char *fingerprint; /* borrowed from the caller of cache_new() */
	struct catalog *catalog; /* owned */
	/* `number` and `trusted_from` are fixed, the rest is under `lock`. */
	struct catalog_session session;

	/* Place 5 of util/lock.h. Serialises whatever changes which blobs are present, over its
	 * transactions and file operations; so a hit does not take it, and everything that
	 * does is (slow) or has found a blob damaged. */
	struct lock publish;

	/* A leaf, below all: what a glance may need while `publish` is held. Changed only
	 * with `publish` held too, but for `puts`. */
	struct lock lock;
	struct budget budget;
	struct cache_stats counters; /* without what the budget knows */
	unsigned puts;               /* rows written since the last trim */
	bool published;              /* in this session */
	bool untidy; /* a file that no row names may remain: the next start has to look */

	bool damage_noted; /* the next start will set the catalog aside */

	/* Rows whose keys begin with a lower number are trusted whatever their session. */
	atomic_uint_fast64_t trusted_below;

	struct uses uses;
};

/* Evicts at least `bytes`, or all there is, and adds what is pending of uses first. `publish`
 * is held. 0 or -errno. */
int cache_shrink_locked(struct cache *cache, uint64_t bytes) REQUIRES(cache->publish);

/* Ends the presence of the one PRESENT `row` under `key`: evicts or, with `forget`, deletes
 * it, and removes the file. `publish` is held. 0 or -errno. */
int cache_retire_locked(struct cache *cache, const struct hash128 *key,
	const struct catalog_row *row, bool forget) REQUIRES(cache->publish);

/* Removes the file; when that fails, sees to it that the next start does. */
void cache_remove_blob(struct cache *cache, const struct hash128 *key);

/* Writes the uses noted so far as part of `txn`. When the transaction fails they are lost, and
 * with them some exactness of the next evictions. 0 or -errno. */
int cache_write_uses(struct cache *cache, struct catalog_txn *txn);

/* The clock of evictions as `txn` sees it. 0 or -errno. */
int cache_clock(struct cache *cache, struct catalog_txn *txn, struct evict_clock *ret);

void cache_count_put(struct cache *cache);

/* Of scrub.c: was it looked at since the last unclean stop; how far all that has come, written
 * down (0 or -errno); the catalog is damaged. */
bool cache_is_scrubbed(struct cache *cache, const struct hash128 *key);
int cache_note_session(struct cache *cache);
void cache_note_damage(struct cache *cache);

#endif
