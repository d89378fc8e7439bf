/* SPDX-License-Identifier: MIT
 *
 * The façade: life, looking and opening. A hit is one point select by the reader connection,
 * one open and fstat, and a note in memory; it takes no lock that is held over a transaction.
 * The row is a hint and the file is the truth: what an open finds missing or wrong is settled
 * under `publish`, after a second look, because eviction and replacement may have come between
 * the row and the file.
 */
#include "cache/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cache/blob.h"
#include "cache/recover.h"
#include "cache/state.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Rows without bytes and rows of sources, about 150 and 100 bytes each on the disk. */
#define ROWS_MAX 1000000
static struct cache *cache_destroy(struct cache *cache)
{
	uses_done(&cache->uses);
	catalog_free(cache->catalog);
	trouble_done(&cache->trouble);
	/* Last, as it lets the next owner in. */
	folder_done(&cache->folder);
	lock_done(&cache->lock);
	lock_done(&cache->publish);
	explicit_bzero(&cache->secret, sizeof(cache->secret));
	free(cache);
	return NULL;
}

DEFINE_CLEANUP(struct cache *, cache_destroy)

static struct cache *cache_allocate(const struct cache_options *options)
{
	struct cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return NULL;
	cache->folder.fd = cache->folder.lock_fd = -1;
	cache->fingerprint = options->fingerprint;
	cache->floor = options->floor;
	cache->rows_max = options->rows_max ? options->rows_max : ROWS_MAX;
	cache->on_trouble = options->on_trouble;
	cache->context = options->context;
	trouble_init(&cache->trouble);
	lock_init(&cache->publish);
	lock_init(&cache->lock);
	uses_init(&cache->uses);
	return cache;
}

/* All errors of SQLite that are the disk's come here, whoever met them. */
static void on_catalog_error(void *context, int r)
{
	struct cache *cache = context;

	trouble_note_catalog(&cache->trouble, r);
}

static int open_folder(
	struct cache *cache, const struct cache_options *options, char reason[CACHE_REASON_MAX])
{
	struct recovered recovered;
	bool secret_created;
	int r = folder_open(options->folder, &cache->folder, reason);

	if (r == 0)
		r = folder_secret(&cache->folder, &cache->secret, &secret_created, reason);
	if (r == 0)
		r = recover_catalog(
			&cache->folder, secret_created, options->as_is, &recovered, reason);
	if (r != 0)
		return r;
	cache->catalog = recovered.catalog;
	cache->session = recovered.session;
	cache->session_number = recovered.session.number;
	cache->trusted_from = recovered.session.trusted_from;
	atomic_init(&cache->trusted_below, recovered.session.scrub_low);
	catalog_watch(cache->catalog, on_catalog_error, cache);
	budget_init(&cache->budget,
		options->as_is ? recovered.session.limit_bytes : options->limit_bytes,
		recovered.bytes, recovered.entries);
	cache->asked_bytes = cache->budget.limit_bytes;
	cache->held_bytes = UINT64_MAX;
	return 0;
}

static int put_in_order(struct cache *cache, bool as_is)
{
	int r;

	/* The names of a new catalog and its WAL, without which the session is not on disk. */
	if (fsync(cache->folder.fd) < 0)
		return -errno;
	if (!as_is &&
		recover_blobs(&cache->folder, cache->catalog, &cache->session.sweep_dir) < 0)
		cache->untidy = true;
	if (as_is)
		return 0;
	r = cache_note_session(cache);
	if (r < 0)
		return r;
	return cache_set_limit(cache, cache->budget.limit_bytes);
}

int cache_new(
	const struct cache_options *options, struct cache **ret, char reason[CACHE_REASON_MAX])
{
	_cleanup_(cache_destroyp) struct cache *cache = cache_allocate(options);
	int r;

	if (!cache || (options->limit_bytes == 0 && !options->as_is)) {
		r = cache ? -EINVAL : -ENOMEM;
		snprintf(reason, CACHE_REASON_MAX, "cannot start the cache: %s", strerror(-r));
		return r;
	}
	r = open_folder(cache, options, reason);
	if (r != 0)
		return r;
	r = put_in_order(cache, options->as_is);
	if (r < 0) {
		snprintf(reason, CACHE_REASON_MAX, "cannot write to cache folder '%.128s': %s",
			LOG_QUOTE(cache->folder.path), strerror(-r));
		return r;
	}
	*ret = TAKE_PTR(cache);
	return 0;
}

/* Blobs are not synced one by one, so they are before a note says that all is well. */
static int end_session(struct cache *cache)
{
	int r;

	if (cache->untidy)
		return 0;
	if (cache->published && syncfs(cache->folder.fd) < 0)
		return -errno;
	r = cache_note_session(cache);
	return r == 0 ? catalog_session_end(cache->catalog) : r;
}

struct cache *cache_free(struct cache *cache)
{
	int r;

	if (!cache)
		return NULL;
	r = cache_flush(cache);
	if (r == 0)
		r = end_session(cache);
	if (r < 0)
		log_debug("cache: the next start will verify: %s", strerror(-r));
	return cache_destroy(cache);
}

const char *cache_folder(const struct cache *cache)
{
	return cache->folder.path;
}

const struct secret *cache_secret(const struct cache *cache)
{
	return &cache->secret;
}

int cache_content_get(struct cache *cache, const struct stamp *stamp, struct hash128 *ret)
{
	int r = catalog_content_get(cache->catalog, stamp, ret);

	return r == CATALOG_E_NONE ? CACHE_E_MISS : r;
}

int cache_content_put(
	struct cache *cache, const struct stamp *stamp, const struct hash128 *content)
{
	cache_count_put(cache);
	return catalog_content_put(cache->catalog, stamp, content, now_real());
}

struct hash128 cache_key(
	const struct cache *cache, const struct hash128 *content, const char *canonical_view)
{
	return hash128_of_key(&cache->secret, content, canonical_view, cache->fingerprint);
}

#define ERRNO_MAX 4095 /* what the kernel takes for an errno (include/linux/err.h) */

/* The rules that the table checks when a row is written hold only for what SQLite wrote: a page
 * has no checksum, and a bit that fell over on the disk must not become an answer. */
static bool row_is_sound(const struct catalog_row *row)
{
	const struct cache_entry *entry = &row->entry;

	return entry->state >= CACHE_PRESENT && entry->state <= CACHE_FAILED &&
	       entry->size_bytes <= INT64_MAX && entry->error >= 0 &&
	       entry->error <= ERRNO_MAX &&
	       (entry->error > 0) == (entry->state == CACHE_FAILED);
}

/* `row->entry` always says something: ABSENT for what is not known, or no longer. */
static int look_up(struct cache *cache, const struct hash128 *key, struct catalog_row *row)
{
	static const struct cache_entry absent = { .state = CACHE_ABSENT };
	int r = catalog_get(cache->catalog, key, row);

	if (r != 0 || !row_is_sound(row) ||
		(row->entry.state == CACHE_FAILED && row->expires_usec <= now_real()))
		row->entry = absent;
	if (row->entry.state == CACHE_FAILED)
		row->entry.expires_usec = row->expires_usec;
	return r < 0 ? r : 0;
}

int cache_lookup(struct cache *cache, const struct hash128 *key, struct cache_entry *ret)
{
	struct catalog_row row;
	int r = look_up(cache, key, &row);

	*ret = row.entry;
	return r;
}

enum { TRY_E_MISSING = 1, TRY_E_WRONG };

static int verify(struct cache *cache, const struct catalog_row *row, int fd)
{
	struct hash128 hash;
	uint64_t size_bytes;
	int r = hash128_of_fd(&cache->secret, fd, &hash, &size_bytes);

	/* What the disk cannot read back is as good as wrong. */
	if (r < 0)
		return r == -EIO ? TRY_E_WRONG : r;
	return hash128_equal(&hash, &row->entry.hash) ? 0 : TRY_E_WRONG;
}

static int try_open(struct cache *cache, const struct hash128 *key,
	const struct catalog_row *row, int *ret_fd)
{
	_cleanup_close_ int fd = -1;
	bool doubtful = row->session < cache->trusted_from && !cache_is_scrubbed(cache, key);
	uint64_t size_bytes;
	int r = blob_open(cache->folder.fd, key, &fd, &size_bytes);

	if (r == BLOB_E_NONE)
		return TRY_E_MISSING;
	if (r < 0)
		return r;
	if (size_bytes != row->entry.size_bytes)
		return TRY_E_WRONG;
	if (doubtful && !uses_verified(&cache->uses, key)) {
		r = verify(cache, row, fd);
		if (r != 0)
			return r;
	}
	uses_note(&cache->uses, key, doubtful);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* A row without its file keeps its size, as after eviction; where the bytes are not what the
 * row says, neither is believed. */
static int give_up_locked(struct cache *cache, const struct hash128 *key,
	struct catalog_row *row, bool wrong) REQUIRES(cache->publish)
{
	int r = cache_retire_locked(cache, key, row, wrong);

	if (r < 0)
		return r;
	if (wrong)
		row->entry = (struct cache_entry){ .state = CACHE_ABSENT };
	else
		row->entry.state = CACHE_EVICTED;
	LOCK_SCOPE(&cache->lock);
	cache->counters.dropped++;
	return 0;
}

/* The second look, when nothing can come between row and file. */
static int settle(
	struct cache *cache, const struct hash128 *key, struct catalog_row *row, int *ret_fd)
{
	LOCK_SCOPE(&cache->publish);
	int r = look_up(cache, key, row);

	if (r < 0)
		return r;
	if (row->entry.state != CACHE_PRESENT)
		return CACHE_E_MISS;
	r = try_open(cache, key, row, ret_fd);
	if (r <= 0)
		return r;
	r = give_up_locked(cache, key, row, r == TRY_E_WRONG);
	/* A row that cannot be changed now is met again; its bytes are not served either way.
	 */
	if (r < 0)
		row->entry = (struct cache_entry){ .state = CACHE_ABSENT };
	return CACHE_E_MISS;
}

int cache_open(
	struct cache *cache, const struct hash128 *key, struct cache_entry *ret, int *ret_fd)
{
	struct catalog_row row;
	int r = look_up(cache, key, &row);

	if (r == 0 && row.entry.state == CACHE_FAILED)
		r = CACHE_E_FAILED;
	else if (r == 0 && row.entry.state != CACHE_PRESENT)
		r = CACHE_E_MISS;
	else if (r == 0) {
		r = try_open(cache, key, &row, ret_fd);
		if (r > 0)
			r = settle(cache, key, &row, ret_fd);
	}
	*ret = row.entry;
	return r;
}

void cache_use(struct cache *cache, const struct hash128 *key)
{
	uses_note(&cache->uses, key, false);
}

static int forget_row(struct cache *cache, const struct hash128 *key)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	int r = catalog_begin(cache->catalog, &txn);

	if (r == 0)
		r = catalog_txn_delete(&txn, key);
	return r == 0 ? catalog_commit(&txn) : r;
}

int cache_drop(struct cache *cache, const struct hash128 *key)
{
	LOCK_SCOPE(&cache->publish);
	struct catalog_row row;
	int r = catalog_get(cache->catalog, key, &row);

	if (r != 0)
		return r < 0 ? r : 0;
	if (row.entry.state == CACHE_PRESENT)
		return cache_retire_locked(cache, key, &row, true);
	return forget_row(cache, key);
}

int cache_give_up(struct cache *cache, const struct hash128 *key)
{
	int r = cache_drop(cache, key);
	LOCK_SCOPE(&cache->lock);

	cache->counters.dropped++;
	return r;
}

int cache_maintain(struct cache *cache)
{
	return catalog_maintain(cache->catalog);
}

int cache_due_fd(const struct cache *cache)
{
	return catalog_due_fd(cache->catalog);
}

static uint64_t catalog_bytes(const struct cache *cache)
{
	static const char *const names[] = { CATALOG_NAME, CATALOG_NAME "-wal" };
	uint64_t bytes = 0;
	struct stat st;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (fstatat(cache->folder.fd, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			bytes += (uint64_t)st.st_size;
	}
	return bytes;
}

static void add_budget(struct cache *cache, struct cache_stats *ret)
{
	LOCK_SCOPE(&cache->lock);
	*ret = cache->counters;
	ret->bytes = cache->budget.present_bytes;
	ret->limit_bytes = cache->asked_bytes;
	ret->held_bytes = cache->held_bytes < cache->asked_bytes ? cache->held_bytes : 0;
	ret->reserved_bytes = cache->budget.reserved_bytes;
	ret->lingering_bytes = cache->budget.lingering_bytes;
	ret->entries = cache->budget.entries;
	ret->damaged = cache->damage_noted;
	ret->floor = cache->floor;
}

void cache_stats(struct cache *cache, struct cache_stats *ret)
{
	struct disk_space space = { 0 };

	add_budget(cache, ret);
	disk_read(cache->folder.fd, &space);
	ret->free_bytes = space.free_bytes;
	ret->free_inodes = space.free_inodes;
	ret->floor_bytes = disk_floor_bytes(&space, &ret->floor);
	ret->floor_inodes = disk_floor_inodes(&space, &ret->floor);
	ret->catalog_bytes = catalog_bytes(cache);
	trouble_figures(&cache->trouble, &ret->trouble, &ret->troubles);
}
