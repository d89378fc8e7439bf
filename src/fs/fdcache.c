/* SPDX-License-Identifier: MIT */
#include "fs/fdcache.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <uthash.h>
#include <utlist.h>

#include "util/lock.h"

struct fdref {
	int fd;           /* owned */
	atomic_uint refs; /* the cache's, while it is in it, and those handed out */

	/* protected by the cache's lock */
	const void *key;
	usec_t used_at, idle;
	bool blob;
	UT_hash_handle hh;
	struct fdref *prev, *next; /* head: least recently used */
};

struct fdcache {
	size_t capacity;

	/* 6 in util/lock.h, a leaf: an eviction trims it */
	struct lock lock;
	struct fdref *by_key;
	struct fdref *lru;
	size_t count;
};

struct fdcache *fdcache_new(size_t capacity)
{
	struct fdcache *cache = calloc(1, sizeof(*cache));

	if (cache) {
		cache->capacity = capacity;
		lock_init(&cache->lock);
	}
	return cache;
}

static struct fdref *take_out_locked(struct fdcache *cache, struct fdref *ref)
{
	HASH_DEL(cache->by_key, ref);
	DL_DELETE(cache->lru, ref);
	cache->count--;
	return ref;
}

static void unref_all(struct fdref *refs)
{
	struct fdref *next;

	for (; refs; refs = next) {
		next = refs->next;
		fdref_unref(refs);
	}
}

struct fdcache *fdcache_free(struct fdcache *cache)
{
	if (cache) {
		while (cache->lru)
			fdref_unref(take_out_locked(cache, cache->lru));
		lock_done(&cache->lock);
		free(cache);
	}
	return NULL;
}

struct fdref *fdcache_get(struct fdcache *cache, const void *key)
{
	LOCK_SCOPE(&cache->lock);
	struct fdref *ref;

	HASH_FIND_PTR(cache->by_key, &key, ref);
	if (ref) {
		ref->refs++;
		ref->used_at = now_monotonic();
		DL_DELETE(cache->lru, ref);
		DL_APPEND(cache->lru, ref);
	}
	return ref;
}

int fdcache_take(struct fdcache *cache, const void *key)
{
	struct fdref *ref;
	int fd = -1;

	lock_take(&cache->lock);
	HASH_FIND_PTR(cache->by_key, &key, ref);
	if (ref && ref->refs == 1)
		take_out_locked(cache, ref);
	else
		ref = NULL;
	lock_drop(&cache->lock);
	if (ref)
		fd = ref->fd;
	free(ref);
	return fd;
}

static struct fdref *put(
	struct fdcache *cache, const void *key, int fd_consume, usec_t idle, bool blob)
{
	struct fdref *ref = malloc(sizeof(*ref)), *old, *out = NULL;

	if (!ref) {
		close(fd_consume);
		return NULL;
	}
	*ref = (struct fdref){
		.fd = fd_consume,
		.refs = 2,
		.key = key,
		.used_at = now_monotonic(),
		.idle = idle,
		.blob = blob,
	};
	lock_take(&cache->lock);
	HASH_FIND_PTR(cache->by_key, &key, old);
	if (old) {
		take_out_locked(cache, old);
		LL_PREPEND(out, old);
	}
	while (cache->count >= cache->capacity && cache->lru) {
		old = take_out_locked(cache, cache->lru);
		LL_PREPEND(out, old);
	}
	HASH_ADD_PTR(cache->by_key, key, ref);
	if (ref->hh.tbl) {
		DL_APPEND(cache->lru, ref);
		cache->count++;
	} else { /* no memory: it is the caller's alone */
		ref->refs = 1;
	}
	lock_drop(&cache->lock);
	unref_all(out); /* close() may take its time: not under the lock */
	return ref;
}

struct fdref *fdcache_put(struct fdcache *cache, const void *key, int fd_consume, usec_t idle)
{
	return put(cache, key, fd_consume, idle, false);
}

struct fdref *fdcache_put_blob(
	struct fdcache *cache, const void *key, int fd_consume, usec_t idle)
{
	return put(cache, key, fd_consume, idle, true);
}

void fdcache_drop(struct fdcache *cache, const void *key)
{
	struct fdref *ref;

	lock_take(&cache->lock);
	HASH_FIND_PTR(cache->by_key, &key, ref);
	if (ref)
		take_out_locked(cache, ref);
	lock_drop(&cache->lock);
	fdref_unref(ref);
}

static void forget_if(struct fdcache *cache, bool (*is_due)(const struct fdref *, usec_t now))
{
	usec_t now = now_monotonic();
	struct fdref *ref, *tmp, *out = NULL;

	lock_take(&cache->lock);
	DL_FOREACH_SAFE (cache->lru, ref, tmp) {
		if (is_due(ref, now)) {
			take_out_locked(cache, ref);
			LL_PREPEND(out, ref);
		}
	}
	lock_drop(&cache->lock);
	unref_all(out);
}

static bool is_idle(const struct fdref *ref, usec_t now)
{
	return ref->used_at + ref->idle <= now;
}

static bool is_any(const struct fdref *ref, usec_t now)
{
	(void)ref;
	(void)now;
	return true;
}

void fdcache_expire(struct fdcache *cache)
{
	forget_if(cache, is_idle);
}

void fdcache_clear(struct fdcache *cache)
{
	forget_if(cache, is_any);
}

/* Bytes of a blob that only descriptors keep alive. */
struct gone {
	uint64_t bytes;
	bool memory; /* a memfd: nothing else of ours is sealed */
};

static struct gone gone_of(const struct fdref *ref)
{
	struct gone gone = { 0 };
	struct stat st;
	int seals;

	if (!ref->blob || fstat(ref->fd, &st) < 0 || st.st_nlink > 0)
		return gone;
	seals = fcntl(ref->fd, F_GET_SEALS);
	gone.bytes = (uint64_t)st.st_size;
	gone.memory = seals >= 0 && (seals & F_SEAL_WRITE);
	return gone;
}

uint64_t fdcache_trim_gone(struct fdcache *cache, uint64_t keep_disk, uint64_t keep_memory)
{
	struct fdref *ref, *prev, *out = NULL;
	uint64_t disk = 0, memory = 0;

	lock_take(&cache->lock);
	/* From the one used last: the head's `prev` is the tail. */
	for (ref = cache->lru ? cache->lru->prev : NULL; ref; ref = prev) {
		struct gone gone = gone_of(ref);
		uint64_t *sum = gone.memory ? &memory : &disk;

		prev = ref == cache->lru ? NULL : ref->prev;
		if (gone.bytes == 0)
			continue;
		if (*sum + gone.bytes <= (gone.memory ? keep_memory : keep_disk)) {
			*sum += gone.bytes;
			continue;
		}
		take_out_locked(cache, ref);
		LL_PREPEND(out, ref);
	}
	lock_drop(&cache->lock);
	unref_all(out);
	return disk;
}

size_t fdcache_count(struct fdcache *cache)
{
	LOCK_SCOPE(&cache->lock);

	return cache->count;
}

int fdref_fd(const struct fdref *ref)
{
	return ref->fd;
}

void fdref_unref(struct fdref *ref)
{
	if (ref && atomic_fetch_sub(&ref->refs, 1) == 1) {
		close(ref->fd);
		free(ref);
	}
}
