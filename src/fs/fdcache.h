/* SPDX-License-Identifier: MIT
 *
 * The bounded descriptor cache: open files and folders of nodes, least recently used out first.
 * A descriptor per inode would end at the process's limit; none at all would cost an open per
 * read. It is also what keeps an evicted variant alive for those who read it a moment ago, and the
 * only place of bytes that the cache folder could not keep.
 * Whoever holds an fdref may use its descriptor, whatever the cache forgets. Any thread.
 */
#ifndef FS_FDCACHE_H
#define FS_FDCACHE_H

#include <stdint.h>

#include "util/cleanup.h"
#include "util/clock.h"

struct fdcache;
struct fdref;

/* `capacity` counts descriptors in the cache, not those still referenced. NULL: no memory. */
struct fdcache *fdcache_new(size_t capacity);
struct fdcache *fdcache_free(struct fdcache *cache);

/* The descriptor kept under `key` (an address that identifies the owner), or NULL. */
struct fdref *fdcache_get(struct fdcache *cache, const void *key);

/* The same descriptor for the caller's own use, out of the cache: to be closed, or to be put back.
 * -1 when there is none, or somebody else has a reference. */
int fdcache_take(struct fdcache *cache, const void *key);

/* Keeps `fd` under `key` in the place of what was there, until nobody asked for it for `idle`.
 * The reference, or NULL: no memory, and then `fd` is closed. */
struct fdref *fdcache_put(struct fdcache *cache, const void *key, int fd_consume, usec_t idle);
/* The same, and when the file has no name any more fdcache_trim_gone() may let it go. */
struct fdref *fdcache_put_blob(
	struct fdcache *cache, const void *key, int fd_consume, usec_t idle);

/* Forgets `key`: before its address can be used again. */
void fdcache_drop(struct fdcache *cache, const void *key);

/* Forgets what was idle for too long. */
void fdcache_expire(struct fdcache *cache);
/* Forgets all of it: descriptors are short. */
void fdcache_clear(struct fdcache *cache);

/* Forgets blobs whose files have no name any more, those idle for longest first, until the rest of them
 * has at most `keep_disk` bytes on disks and `keep_memory` in memory. Returns what of the former
 * is left. */
uint64_t fdcache_trim_gone(struct fdcache *cache, uint64_t keep_disk, uint64_t keep_memory);

size_t fdcache_count(struct fdcache *cache);

int fdref_fd(const struct fdref *ref);
void fdref_unref(struct fdref *ref); /* NULL is fine */
DEFINE_CLEANUP(struct fdref *, fdref_unref)

#endif
