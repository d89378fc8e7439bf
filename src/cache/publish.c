/* SPDX-License-Identifier: MIT
 *
 * How blobs come. Bytes are hashed as they lie in the unnamed file, outside all locks; then,
 * with `publish` held: room (room.c), link, row. A crash between link and row leaves a file
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
#include <string.h>

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
/* An estimate is several times what most pictures take, and must not evict the cache for what is
 * not there: what may take more than this part of the bound is written to memory first. */
#define RESERVE_PARTS 8

struct cache_blob {
	struct cache *cache; /* borrowed */
	struct blob_file file;
	struct room room; /* for a file of the folder; none for one in memory */
	struct hash128 content;
	char view[VIEW_TEXT_MAX]; /* canonical, and of `content`; "": nobody said */
};

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

/* Bytes in memory, or on a disk that was changed for another, need a file of the folder first. */
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
	int r = blob_link(cache->folder.fd, file, key);

	return r == -EXDEV ? link_copy(cache, file, key, size_bytes) : r;
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

/* By now the size is known: more or less than was promised. */
static int settle_room_locked(struct cache *cache, struct cache_blob *blob, uint64_t size_bytes)
	REQUIRES(cache->publish)
{
	if (blob->room.cache)
		return cache_room_resize_locked(cache, &blob->room, size_bytes);
	return cache_room_take_locked(cache, size_bytes, &blob->room);
}

static int keep_locked(struct cache *cache, struct cache_blob *blob, const struct hash128 *key,
	struct catalog_row *row) REQUIRES(cache->publish)
{
	int r = retire_old_locked(cache, key);

	if (r == 0)
		r = settle_room_locked(cache, blob, row->entry.size_bytes);
	if (r == 0)
		r = link_and_record_locked(cache, &blob->file, key, row);
	if (r == 0) {
		cache_room_keep(&blob->room);
		LOCK_SCOPE(&cache->lock);
		cache->published = true;
	}
	return r;
}

/* The size is worth remembering even so; where the catalog cannot be written, it is not. */
static void note_unkept_locked(struct cache *cache, const struct hash128 *key,
	struct catalog_row *row) REQUIRES(cache->publish)
{
	struct catalog_row old;

	row->entry.state = CACHE_EVICTED;
	/* Never over a row that still stands for charged bytes, when it could not be retired.
	 */
	if (!trouble_has_catalog(&cache->trouble) &&
		(catalog_get(cache->catalog, key, &old) != 0 ||
			old.entry.state != CACHE_PRESENT))
		record(cache, key, row);
	LOCK_SCOPE(&cache->lock);
	cache->counters.unkept++;
}

static bool is_nearly_full(int fd)
{
	struct disk_space space;

	return disk_read(fd, &space) == 0 && space.free_bytes < FREE_MIN_BYTES;
}

static bool is_too_large_to_promise(struct cache *cache, uint64_t bytes)
{
	LOCK_SCOPE(&cache->lock);
	return bytes > cache->budget.limit_bytes / RESERVE_PARTS;
}

/* In the folder: room first. 0, or whatever is the reason to write to memory. */
static int begin_in_folder(struct cache_blob *blob, uint64_t expected_bytes)
{
	struct cache *cache = blob->cache;
	int r;

	if (trouble_error(&cache->trouble) || is_nearly_full(cache->folder.fd))
		return -ENOSPC;
	if (is_too_large_to_promise(cache, expected_bytes))
		return CACHE_ROOM_E_BOUND;
	{
		LOCK_SCOPE(&cache->publish);
		r = cache_room_take_locked(cache, expected_bytes, &blob->room);
	}
	if (r == 0)
		r = blob_file_new(cache->folder.fd, &blob->file);
	if (r < 0)
		cache_room_done(&blob->room);
	return trouble_note(&cache->trouble, r);
}

static int blob_begin(
	struct cache *cache, bool memory, uint64_t expected_bytes, struct cache_blob **ret)
{
	_cleanup_free_ struct cache_blob *blob = calloc(1, sizeof(*blob));
	int r = 0;

	if (!blob)
		return -ENOMEM;
	blob->cache = cache;
	if (memory || begin_in_folder(blob, expected_bytes) != 0)
		r = blob_file_new_memory(&blob->file);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(blob);
	return 0;
}

int cache_blob_new(struct cache *cache, uint64_t expected_bytes, struct cache_blob **ret)
{
	return blob_begin(cache, false, expected_bytes, ret);
}

int cache_blob_new_memory(struct cache *cache, struct cache_blob **ret)
{
	return blob_begin(cache, true, 0, ret);
}

struct cache_blob *cache_blob_free(struct cache_blob *blob)
{
	if (!blob)
		return NULL;
	blob_file_done(blob->cache->folder.fd, &blob->file);
	cache_room_done(&blob->room);
	free(blob);
	return NULL;
}

uint64_t cache_blob_limit(const struct cache_blob *blob)
{
	return blob->file.memory ? 0 : blob->room.charge.bytes;
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

/* A disk in trouble is left alone until a probe says that it is over. */
static int try_to_keep_locked(struct cache *cache, struct cache_blob *blob,
	const struct hash128 *key, struct catalog_row *row) REQUIRES(cache->publish)
{
	struct trouble *trouble = &cache->trouble;
	int r = -trouble_error(trouble);

	if (r < 0)
		return r;
	r = keep_locked(cache, blob, key, row);
	if (r < 0)
		cache->failed_bytes = row->entry.size_bytes;
	trouble_note(trouble, r == CACHE_ROOM_E_DISK ? -ENOSPC : r);
	return r;
}

int cache_blob_commit(
	struct cache_blob *blob, const struct hash128 *key, struct cache_entry *meta)
{
	struct cache *cache = blob->cache;
	struct catalog_row row = {
		.entry = { .state = CACHE_PRESENT,
			.width = meta->width,
			.height = meta->height,
			.format = meta->format,
			.quality = meta->quality,
			.encode_usec = meta->encode_usec },
		.session = cache->session_number,
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
		r = try_to_keep_locked(cache, blob, key, &row);
		if (r != 0)
			note_unkept_locked(cache, key, &row);
	}
	*meta = row.entry;
	if (r == 0)
		return 0;
	log_debug("cache: a variant could not be kept: %s",
		r < 0 ? strerror(-r) : "it has no room");
	return CACHE_E_MISS;
}
