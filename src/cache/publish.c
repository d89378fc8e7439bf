/* SPDX-License-Identifier: MIT
 *
 * How blobs come. Bytes are hashed as they lie in the unnamed file, outside all locks; then,
 * with `publish` held: room (shrink.c), link, row. A crash between link and row leaves a file
 * that no row names, which the next start removes. Neither file nor row is synced: a power loss
 * may keep a row and lose its bytes, which is why rows remember their session, and what an
 * unclean stop followed is hashed again before it is served. Syncing every blob would cost a
 * disk flush per variant to save a hash per variant after a power cut.
 *
 * What was under the key is retired before the new file is linked, so that no row ever stands
 * for another file's bytes.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "cache/blob.h"
#include "cache/state.h"
#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/log.h"

/* Less free than this, and the encoder writes to memory: a full disk is then met at commit,
 * where it costs a copy, and not by the encoder, where it costs an encode. */
#define FREE_MIN_BYTES ((uint64_t)4 * 1024 * 1024)
/* What a full disk makes us give up at least; else each commit would end one blob. */
#define GIVE_UP_MIN_BYTES ((uint64_t)1024 * 1024)

struct cache_blob {
	struct cache *cache; /* borrowed */
	struct blob_file file;
	struct hash128 content;
	char view[VIEW_TEXT_MAX]; /* canonical, and of `content`; "": nobody said */
};

/* A reservation that knows the lock it is made and given back under. */
struct room {
	struct cache *cache; /* borrowed; NULL: none */
	struct charge charge;
};

static void room_done(struct room *room)
{
	if (!room->cache)
		return;
	LOCK_SCOPE(&room->cache->lock);
	charge_done(&room->charge);
}

static uint64_t missing_bytes(struct cache *cache, uint64_t size_bytes)
{
	LOCK_SCOPE(&cache->lock);
	return budget_excess(&cache->budget, size_bytes);
}

static int reserve(struct cache *cache, uint64_t size_bytes, struct room *ret)
{
	LOCK_SCOPE(&cache->lock);
	if (budget_reserve(&cache->budget, size_bytes, &ret->charge) != 0)
		return -ENOSPC;
	ret->cache = cache;
	return 0;
}

static bool is_oversized(struct cache *cache, uint64_t size_bytes)
{
	LOCK_SCOPE(&cache->lock);
	return size_bytes > cache->budget.limit_bytes;
}

/* Evicts as needed. Bytes that could never fit evict nothing. */
static int make_room_locked(struct cache *cache, uint64_t size_bytes, struct room *ret)
	REQUIRES(cache->publish)
{
	uint64_t missing;
	int r = 0;

	if (is_oversized(cache, size_bytes))
		return -EFBIG;
	missing = missing_bytes(cache, size_bytes);
	if (missing > 0)
		r = cache_shrink_locked(cache, missing);
	return r == 0 ? reserve(cache, size_bytes, ret) : r;
}

/* A use now, with what is known of earlier ones from before its bytes were evicted. */
static int count_publication(struct cache *cache, struct catalog_txn *txn,
	const struct hash128 *key, struct catalog_row *row)
{
	struct evict_clock clock;
	struct catalog_row old;
	int r = cache_clock(cache, txn, &clock);

	if (r == 0)
		r = catalog_txn_get(txn, key, &old);
	if (r < 0)
		return r;
	if (r == CATALOG_E_NONE)
		old = (struct catalog_row){ 0 };
	row->uses = evict_uses_back(old.uses, old.turned_bytes, &clock);
	row->turned_bytes = clock.turned_bytes;
	return 0;
}

static int record(struct cache *cache, const struct hash128 *key, struct catalog_row *row)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	int r = catalog_begin(cache->catalog, &txn);

	if (r == 0)
		r = count_publication(cache, &txn, key, row);
	if (r == 0)
		r = catalog_txn_put(&txn, key, row);
	if (r == 0)
		r = catalog_commit(&txn);
	if (r == 0)
		cache_count_put(cache);
	return r;
}

struct copy {
	int folder_fd;
	struct blob_file file;
};

static void copy_done(struct copy *copy)
{
	blob_file_done(copy->folder_fd, &copy->file);
}

/* Bytes in memory need a file of the folder first. */
static int link_copy(struct cache *cache, const struct blob_file *file,
	const struct hash128 *key, uint64_t size_bytes)
{
	_cleanup_(copy_done) struct copy copy = {
		.folder_fd = cache->folder.fd,
		.file = { .fd = -1 },
	};
	int r = blob_file_new(cache->folder.fd, &copy.file);

	if (r == 0)
		r = fdio_copy(file->fd, copy.file.fd, (off_t)size_bytes);
	return r == 0 ? blob_link(cache->folder.fd, &copy.file, key) : r;
}

static int bring_in(struct cache *cache, struct blob_file *file, const struct hash128 *key,
	uint64_t size_bytes)
{
	if (file->memory)
		return link_copy(cache, file, key, size_bytes);
	return blob_link(cache->folder.fd, file, key);
}

static int retire_old_locked(struct cache *cache, const struct hash128 *key)
	REQUIRES(cache->publish)
{
	struct catalog_row old;
	int r = catalog_get(cache->catalog, key, &old);

	if (r == 0 && old.entry.state == CACHE_PRESENT)
		return cache_retire_locked(cache, key, &old, false);
	return r < 0 ? r : 0;
}

static bool is_full(int r)
{
	return r == -ENOSPC || r == -EDQUOT;
}

/* The disk, not the bound, is full: of others' bytes, or by a quota. */
static int give_up_some_locked(struct cache *cache, uint64_t size_bytes)
	REQUIRES(cache->publish)
{
	uint64_t bytes = 2 * size_bytes;

	return cache_shrink_locked(
		cache, bytes < GIVE_UP_MIN_BYTES ? GIVE_UP_MIN_BYTES : bytes);
}

/* Each step has its own second attempt, since an unnamed file can be linked only once: what the
 * row then cannot follow is lost, and served from the descriptor. */
static int link_and_record_locked(struct cache *cache, struct blob_file *file,
	const struct hash128 *key, struct catalog_row *row) REQUIRES(cache->publish)
{
	uint64_t size_bytes = row->entry.size_bytes;
	int r = bring_in(cache, file, key, size_bytes);

	if (is_full(r)) {
		r = give_up_some_locked(cache, size_bytes);
		if (r == 0)
			r = bring_in(cache, file, key, size_bytes);
	}
	if (r < 0)
		return r;
	r = record(cache, key, row);
	if (is_full(r)) {
		r = give_up_some_locked(cache, size_bytes);
		if (r == 0)
			r = record(cache, key, row);
	}
	if (r < 0)
		cache_remove_blob(cache, key);
	return r;
}

static int keep_locked(struct cache *cache, struct blob_file *file, const struct hash128 *key,
	struct catalog_row *row) REQUIRES(cache->publish)
{
	_cleanup_(room_done) struct room room = { 0 };
	int r = retire_old_locked(cache, key);

	if (r == 0)
		r = make_room_locked(cache, row->entry.size_bytes, &room);
	if (r == 0)
		r = link_and_record_locked(cache, file, key, row);
	if (r < 0)
		return r;
	LOCK_SCOPE(&cache->lock);
	charge_keep(&room.charge);
	room.cache = NULL;
	cache->published = true;
	return 0;
}

/* The size is worth remembering even so; where the catalog cannot be written, it is not. */
static void note_unkept_locked(struct cache *cache, const struct hash128 *key,
	struct catalog_row *row) REQUIRES(cache->publish)
{
	struct catalog_row old;

	row->entry.state = CACHE_EVICTED;
	/* Never over a row that still stands for charged bytes, when it could not be retired.
	 */
	if (catalog_get(cache->catalog, key, &old) != 0 || old.entry.state != CACHE_PRESENT)
		record(cache, key, row);
	LOCK_SCOPE(&cache->lock);
	cache->counters.unkept++;
}

static bool is_nearly_full(int fd)
{
	struct statvfs st;

	return fstatvfs(fd, &st) == 0 && st.f_bavail * (uint64_t)st.f_frsize < FREE_MIN_BYTES;
}

int cache_blob_new(struct cache *cache, struct cache_blob **ret)
{
	_cleanup_free_ struct cache_blob *blob = calloc(1, sizeof(*blob));
	int r = -ENOSPC;

	if (!blob)
		return -ENOMEM;
	blob->cache = cache;
	if (!is_nearly_full(cache->folder.fd))
		r = blob_file_new(cache->folder.fd, &blob->file);
	if (r < 0)
		r = blob_file_new_memory(&blob->file);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(blob);
	return 0;
}

int cache_blob_new_memory(struct cache *cache, struct cache_blob **ret)
{
	_cleanup_free_ struct cache_blob *blob = calloc(1, sizeof(*blob));
	int r;

	if (!blob)
		return -ENOMEM;
	blob->cache = cache;
	r = blob_file_new_memory(&blob->file);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(blob);
	return 0;
}

struct cache_blob *cache_blob_free(struct cache_blob *blob)
{
	if (!blob)
		return NULL;
	blob_file_done(blob->cache->folder.fd, &blob->file);
	free(blob);
	return NULL;
}

int cache_blob_fd(const struct cache_blob *blob)
{
	return blob->file.fd;
}

void cache_blob_describe(
	struct cache_blob *blob, const struct hash128 *content, const char *view)
{
	blob->content = *content;
	snprintf(blob->view, sizeof(blob->view), "%s", view);
}

int cache_blob_seal(struct cache_blob *blob)
{
	int r = blob_file_seal(&blob->file);

	return r == BLOB_E_SHARED ? CACHE_E_SHARED : r;
}

int cache_blob_commit(
	struct cache_blob *blob, const struct hash128 *key, struct cache_entry *meta)
{
	struct cache *cache = blob->cache;
	struct catalog_row row = {
		.entry = { .state = CACHE_PRESENT,
			.width = meta->width,
			.height = meta->height,
			.encode_usec = meta->encode_usec },
		.session = cache->session.number,
		.used_usec = now_real(),
		.content = blob->view[0] ? &blob->content : NULL,
		.view = blob->view,
	};
	int r = hash128_of_fd(
		&cache->secret, blob->file.fd, &row.entry.hash, &row.entry.size_bytes);

	if (r < 0)
		return r;
	{
		LOCK_SCOPE(&cache->publish);
		r = keep_locked(cache, &blob->file, key, &row);
		if (r < 0)
			note_unkept_locked(cache, key, &row);
	}
	*meta = row.entry;
	if (r == 0)
		return 0;
	log_debug("cache: a variant could not be kept: %s", strerror(-r));
	return CACHE_E_MISS;
}
