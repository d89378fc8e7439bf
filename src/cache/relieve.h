/* SPDX-License-Identifier: MIT
 *
 * What a cache can give back when memory is short: its share of SQLite's memory, the page cache of
 * what it values least, and, where its folder lies in memory, blobs. Any thread; all (slow).
 */
#ifndef CACHE_RELIEVE_H
#define CACHE_RELIEVE_H

#include <stdbool.h>

#include "cache/cache.h"

/* Whether the folder's bytes are memory themselves: tmpfs or ramfs (statfs(2)). */
bool cache_is_in_memory(const struct cache *cache);

/* Holds the cache to `percent` of the bytes it had when it was first held, and evicts down to it;
 * or of 4 MiB if that was less; 100 lets go again. Never above its bound. 0 or -errno. */
int cache_hold(struct cache *cache, unsigned percent);

struct cache_given {
	uint64_t sqlite_bytes; /* that SQLite holds less */
	uint64_t blobs;        /* whose page cache the kernel was told to drop */
};

/* Gives back what can be had again: pages of the catalog that SQLite keeps, and the page cache of
 * the CACHE_GIVE_BLOBS lowest of each shelf of evict.h. Adds to *ret. 0 or -errno. */
#define CACHE_GIVE_BLOBS 1024
int cache_give_back(struct cache *cache, struct cache_given *ret);

#endif
