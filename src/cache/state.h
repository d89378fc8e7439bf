/* SPDX-License-Identifier: MIT
 *
 * The insides of struct cache, shared by the files of the façade: cache.c (life, looking,
 * opening), room.c (bound and disk), publish.c (blobs coming), shrink.c (blobs going), upkeep.c
 * (what is done every few seconds), revive.c (after trouble). Nobody else includes this.
 */
#ifndef CACHE_STATE_H
#define CACHE_STATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "cache/budget.h"
#include "cache/cache.h"
#include "cache/catalog.h"
#include "cache/disk.h"
#include "cache/folder.h"
#include "cache/recover.h"
#include "cache/trouble.h"
#include "cache/uses.h"
#include "util/lock.h"

struct cache {
	/* Fixed after cache_new(). */
	struct folder folder;
	struct secret secret;
	const char *fingerprint; /* borrowed from the caller of cache_new() */
	struct catalog *catalog; /* owned */
	uint64_t rows_max;       /* of variants without bytes, and of sources */
	void (*on_trouble)(void *context, int error, usec_t lasted_usec);
	void *context; /* borrowed */

	/* Atomic: another catalog, another session (revive.c). The same as in `session`. Changed
	 * with `lock` held. `revivals` is how often that was, as numbers may come again. */
	atomic_uint_fast64_t session_number, trusted_from;
	atomic_uint revivals;

	/* Place 5 of util/lock.h. Serialises whatever changes which blobs are present, over its
	 * transactions and file operations; so a hit does not take it, and everything that
	 * does is (slow) or has found a blob damaged. */
	struct lock publish;
	struct disk_floor floor; /* changed only with `publish` and `lock` held */
	struct disk_debt debt;
	struct cache_keeper keeper;
	uint64_t failed_bytes; /* of the blob that the disk did not take, at the last trouble */

	/* A leaf, below all: what a glance may need while `publish` is held. Changed only
	 * with `publish` held too, but for `puts`. */
	struct lock lock;
	struct catalog_session session;
	struct budget budget;        /* its limit is the lower one of these two: */
	uint64_t asked_bytes;        /* the bound that was asked for */
	uint64_t held_bytes;         /* and what it is held to for now; UINT64_MAX: nothing */
	uint64_t had_bytes;          /* present when that began */
	struct cache_stats counters; /* without what the budget knows */
	unsigned puts;               /* rows written since the last trim */
	bool trimmed;                /* in this session */
	bool published;              /* in this session */
	bool untidy; /* a file that no row names may remain: the next start has to look */

	bool damage_noted; /* the next start will set the catalog aside */

	/* Rows whose keys begin with a lower number are trusted whatever their session. Changed
	 * with `lock` held. */
	atomic_uint_fast64_t trusted_below;

	struct uses uses;
	struct trouble trouble;
};

/* Room under the bound for one blob that is not there yet; zeros: none. It knows the lock that it
 * is given back under. */
struct room {
	struct cache *cache; /* borrowed; NULL: none */
	struct charge charge;
};

enum {
	CACHE_ROOM_E_BOUND = 1, /* no room under the bound */
	CACHE_ROOM_E_DISK,      /* nor on the disk, or not without what is to be kept free */
};

/* After one of what it is made of has changed: evicts down to the limit. 0 or -errno. */
int cache_apply_limit_locked(struct cache *cache) REQUIRES(cache->publish);

/* Evicts until `incoming` more bytes have room. 0, one of these, or -errno. */
int cache_clear_room_locked(struct cache *cache, uint64_t incoming) REQUIRES(cache->publish);
/* The same, and promises it. */
int cache_room_take_locked(struct cache *cache, uint64_t bytes, struct room *ret)
	REQUIRES(cache->publish);
/* What was promised was not the truth. When there is no room it stays what it is. */
int cache_room_resize_locked(struct cache *cache, struct room *room, uint64_t bytes)
	REQUIRES(cache->publish);
/* The blob is there: its room is taken. */
void cache_room_keep(struct room *room);
/* Gives back what is still promised. */
void cache_room_done(struct room *room);

/* Has descriptors of blobs closed that are gone: the oldest, or all; and takes note of what is
 * left. */
void cache_close_gone_locked(struct cache *cache, bool all) REQUIRES(cache->publish);

/* What FOLDER is now and has becomes what the cache has: `recovered` is the caller's no more. */
void cache_adopt_locked(struct cache *cache, struct recovered *recovered)
	REQUIRES(cache->publish);

/* Looks whether the folder can be written, opens it anew where need be. 0 or -errno. */
int cache_revive_locked(struct cache *cache) REQUIRES(cache->publish);
/* True when what lies at the folder's path is not the folder that is open. */
bool cache_is_moved(const struct cache *cache);

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
