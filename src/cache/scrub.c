/* SPDX-License-Identifier: MIT */
#include "cache/scrub.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/blob.h"
#include "cache/catalog_scan.h"
#include "cache/recover.h"
#include "cache/state.h"
#include "util/cleanup.h"
#include "util/log.h"

#define ROUND_USEC     (7 * 24 * 3600 * USEC_PER_SEC)
#define STEP_FILES     256
#define STEP_ROWS      64
#define STEP_BYTES     ((uint64_t)1 << 20)
#define SWEEP_PERMILLE 200 /* of the way, for who looks on */

enum phase { SWEEP, SUMS, PAGES, ROWS, DONE };

struct cache_scrub {
	struct cache *cache; /* borrowed */
	struct cache_scrub_options options;
	struct catalog_scan *scan; /* owned */
	enum phase phase;
	struct blob_walk walk;
	/* The slice at hand, and where in it we are; `after` is the last row that was done. */
	struct catalog_scanned rows[STEP_ROWS];
	size_t n_rows, next_row;
	struct hash128 after;
	bool begun;       /* `after` is one */
	uint64_t session; /* that `scan` reads the catalog of */
	unsigned revivals;
	struct cache_scrub_progress progress;
};

struct cache_scrub *cache_scrub_free(struct cache_scrub *scrub)
{
	if (!scrub)
		return NULL;
	blob_walk_done(&scrub->walk);
	catalog_scan_free(scrub->scan);
	free(scrub);
	return NULL;
}

DEFINE_CLEANUP(struct cache_scrub *, cache_scrub_free)

/* The position of a key in the order of keys. */
static uint64_t place_of(const struct hash128 *key)
{
	uint64_t place = 0;

	for (size_t i = 0; i < sizeof(place); i++)
		place = place << 8 | key->bytes[i];
	return place;
}

bool cache_is_scrubbed(struct cache *cache, const struct hash128 *key)
{
	return place_of(key) < atomic_load(&cache->trusted_below);
}

static void resume_round(struct cache_scrub *scrub)
{
	struct cache *cache = scrub->cache;
	uint64_t low;

	LOCK_SCOPE(&cache->lock);
	low = cache->session.scrub_low;
	if (low > 0 || cache->session.sweep_dir < BLOB_DIRS)
		scrub->walk.number = (unsigned)cache->session.sweep_dir;
	scrub->begun = low > 0;
	/* The last key that is certainly below. */
	if (low > 0)
		low--;
	for (size_t i = 0; i < sizeof(low); i++)
		scrub->after.bytes[i] = (uint8_t)(low >> (56 - 8 * i));
	memset(scrub->after.bytes + sizeof(low), 0xff, HASH128_SIZE - sizeof(low));
}

int cache_scrub_new(struct cache *cache, const struct cache_scrub_options *options,
	struct cache_scrub **ret)
{
	_cleanup_(cache_scrub_freep) struct cache_scrub *scrub = calloc(1, sizeof(*scrub));
	int r;

	if (!scrub)
		return -ENOMEM;
	scrub->cache = cache;
	scrub->revivals = cache->revivals;
	scrub->session = cache->session_number;
	scrub->options = *options;
	scrub->walk.folder_fd = cache->folder.fd;
	if (!options->whole)
		resume_round(scrub);
	r = catalog_scan_new(cache->catalog, &scrub->scan);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(scrub);
	return 0;
}

const char *cache_problem_words(enum cache_problem_kind kind)
{
	static const char *const words[] = {
		[CACHE_PROBLEM_STRAY] = "a file that no record names",
		[CACHE_PROBLEM_MISSING] = "the file is missing",
		[CACHE_PROBLEM_SIZE] = "the file has not the size that was recorded",
		[CACHE_PROBLEM_BYTES] = "the file has not the bytes that were recorded",
		[CACHE_PROBLEM_CATALOG] = "the catalog is damaged",
	};

	return words[kind];
}

/* The catalog was put aside under us (revive.c): what we read of it is of yesterday. Who then
 * changes what is the cache's asks with `publish` or `lock` held. */
static bool is_outdated(const struct cache_scrub *scrub)
{
	return scrub->revivals != scrub->cache->revivals;
}

static void tell(
	struct cache_scrub *scrub, enum cache_problem_kind kind, const char *what, bool mended)
{
	struct cache_problem problem = { .kind = kind, .what = what, .mended = mended };

	scrub->progress.found++;
	scrub->progress.mended += mended;
	if (scrub->options.on_problem)
		scrub->options.on_problem(scrub->options.context, &problem);
}

/* Nothing that stands in it can be relied on: the next start sets it aside. */
static int tell_damage(struct cache_scrub *scrub, const char *words)
{
	struct cache *cache = scrub->cache;

	tell(scrub, CACHE_PROBLEM_CATALOG, words, false);
	scrub->phase = DONE;
	LOCK_SCOPE(&cache->publish);
	if (scrub->options.mend && !is_outdated(scrub))
		cache_note_damage(cache);
	return CACHE_SCRUB_E_DONE;
}

/* --- Files that no row names -------------------------------------------------------------- */

/* Yes where the catalog cannot tell. Not by the catalog's reader: we may be of idle priority, and
 * who answers the kernel must not wait for us. */
static bool is_recorded(struct cache_scrub *scrub, const struct hash128 *key)
{
	struct catalog_named row;
	int r = catalog_scan_named(scrub->scan, key, &row);

	return r < 0 || (r == 0 && row.state == CACHE_PRESENT);
}

static void settle_stray(struct cache_scrub *scrub, bool ours, const struct hash128 *key)
{
	struct cache *cache = scrub->cache;
	bool mended = false;
	char path[300];

	{
		/* A publication has its file linked before its row is written. */
		LOCK_SCOPE(&cache->publish);
		if (is_outdated(scrub) || (ours && is_recorded(scrub, key)))
			return;
		snprintf(path, sizeof(path), BLOB_DIR "/%02x/%s", scrub->walk.number,
			scrub->walk.entry->d_name);
		if (scrub->options.mend)
			mended = blob_walk_remove(&scrub->walk) == 0;
	}
	tell(scrub, CACHE_PROBLEM_STRAY, path, mended);
}

static void finish_dir(struct cache_scrub *scrub)
{
	struct cache *cache = scrub->cache;

	blob_walk_done(&scrub->walk);
	scrub->walk.number++;
	if (!scrub->options.mend)
		return;
	LOCK_SCOPE(&cache->lock);
	/* Only by the walk that did the ones before it too. */
	if (!is_outdated(scrub) && cache->session.sweep_dir + 1 == scrub->walk.number)
		cache->session.sweep_dir++;
}

static int step_sweep(struct cache_scrub *scrub)
{
	struct hash128 key;
	bool ours;
	int r = BLOB_E_NONE;

	for (size_t i = 0; i < STEP_FILES && scrub->walk.number < BLOB_DIRS; i++) {
		r = blob_walk_next(&scrub->walk, &ours, &key);
		if (r != 0)
			break;
		if (!ours || !is_recorded(scrub, &key))
			settle_stray(scrub, ours, &key);
	}
	if (r < 0)
		return r;
	if (r == BLOB_E_NONE && scrub->walk.number < BLOB_DIRS)
		finish_dir(scrub);
	scrub->progress.permille = scrub->walk.number * SWEEP_PERMILLE / BLOB_DIRS;
	if (scrub->walk.number >= BLOB_DIRS)
		scrub->phase = SUMS;
	return 0;
}

/* --- The catalog -------------------------------------------------------------------------- */

static int step_sums(struct cache_scrub *scrub)
{
	int r = catalog_scan_sums(scrub->scan);

	if (r == CATALOG_E_NONE || r == -EUCLEAN)
		return tell_damage(scrub, "sums are not those of the rows");
	scrub->phase = scrub->options.whole ? PAGES : ROWS;
	return r;
}

static int step_pages(struct cache_scrub *scrub)
{
	int r = catalog_scan_pages(scrub->scan);

	if (r == CATALOG_E_NONE || r == -EUCLEAN)
		return tell_damage(scrub, "damaged pages");
	scrub->phase = ROWS;
	return r;
}

/* --- Rows and their files ----------------------------------------------------------------- */

/* 0, an enum cache_problem_kind, or -errno. */
static int look_at_blob(struct cache_scrub *scrub, const struct hash128 *key,
	uint64_t size_bytes, const struct hash128 *hash)
{
	struct cache *cache = scrub->cache;
	_cleanup_close_ int fd = -1;
	struct hash128 found;
	uint64_t bytes;
	int r = blob_open(cache->folder.fd, key, &fd, &bytes);

	if (r == BLOB_E_NONE)
		return CACHE_PROBLEM_MISSING;
	if (r < 0)
		return r;
	if (bytes != size_bytes)
		return CACHE_PROBLEM_SIZE;
	if (!hash)
		return 0;
	r = hash128_of_fd(&cache->secret, fd, &found, &bytes);
	/* It is the readers' pages that memory is for. */
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	scrub->progress.bytes += size_bytes;
	if (r < 0)
		return r == -EIO ? CACHE_PROBLEM_BYTES : r;
	return hash128_equal(&found, hash) ? 0 : CACHE_PROBLEM_BYTES;
}

static bool wants_hash(const struct cache_scrub *scrub, uint64_t session)
{
	return scrub->options.whole || session != scrub->session;
}

/* The second look. 0 or -errno; *ret_problem is 0 when all was well in the end. */
static int settle_row(struct cache_scrub *scrub, const struct hash128 *key, int *ret_problem,
	bool *ret_mended)
{
	struct cache *cache = scrub->cache;

	LOCK_SCOPE(&cache->publish);
	struct catalog_row row;
	int r = catalog_get(cache->catalog, key, &row);

	*ret_problem = 0;
	if (r < 0)
		return r;
	if (r == CATALOG_E_NONE || row.entry.state != CACHE_PRESENT)
		return 0;
	r = look_at_blob(scrub, key, row.entry.size_bytes, &row.entry.hash);
	if (r <= 0)
		return r;
	*ret_problem = r;
	if (!scrub->options.mend)
		return 0;
	r = cache_retire_locked(cache, key, &row, *ret_problem != CACHE_PROBLEM_MISSING);
	*ret_mended = r == 0;
	if (r < 0)
		return r;
	LOCK_SCOPE(&cache->lock);
	cache->counters.dropped++;
	return 0;
}

static int check_row(struct cache_scrub *scrub, const struct catalog_scanned *row)
{
	char hex[HASH128_HEX_SIZE], path[64];
	bool mended = false;
	int problem, r;

	if (row->state != CACHE_PRESENT)
		return 0;
	scrub->progress.blobs++;
	r = look_at_blob(scrub, &row->key, row->size_bytes,
		wants_hash(scrub, row->session) ? &row->hash : NULL);
	if (r <= 0)
		return r;
	r = settle_row(scrub, &row->key, &problem, &mended);
	if (r < 0 || problem == 0)
		return r;
	hash128_hex(&row->key, hex);
	snprintf(path, sizeof(path), BLOB_DIR "/%.2s/%s", hex, hex);
	tell(scrub, (enum cache_problem_kind)problem, path, mended);
	return 0;
}

static bool makes_sense(const struct catalog_scanned *row)
{
	return row->state >= CACHE_PRESENT && row->state <= CACHE_FAILED &&
	       row->size_bytes <= INT64_MAX && row->indexed;
}

/* All rows were seen. */
static int finish(struct cache_scrub *scrub)
{
	struct cache *cache = scrub->cache;

	scrub->phase = DONE;
	if (is_outdated(scrub))
		return CACHE_SCRUB_E_DONE;
	scrub->progress.permille = 1000;
	if (!scrub->options.mend || scrub->progress.found != scrub->progress.mended)
		return CACHE_SCRUB_E_DONE;
	{
		LOCK_SCOPE(&cache->lock);
		if (is_outdated(scrub))
			return CACHE_SCRUB_E_DONE;
		atomic_store(&cache->trusted_below, UINT64_MAX);
		cache->session.scrub_low = 0;
		cache->session.scrubbed_usec = now_real();
	}
	cache_note_session(cache);
	return CACHE_SCRUB_E_DONE;
}

static void advance(struct cache_scrub *scrub, const struct hash128 *key)
{
	struct cache *cache = scrub->cache;
	uint64_t place = place_of(key);

	LOCK_SCOPE(&cache->lock);
	if (is_outdated(scrub))
		return;
	scrub->after = *key;
	scrub->begun = true;
	scrub->progress.permille =
		SWEEP_PERMILLE + (unsigned)((place >> 32) * (1000 - SWEEP_PERMILLE) >> 32);
	/* Of a whole walk all before it was looked at too; of a round so by earlier ones. */
	if (scrub->options.mend && atomic_load(&cache->trusted_below) < place)
		atomic_store(&cache->trusted_below, place);
}

static void note_place(struct cache_scrub *scrub)
{
	struct cache *cache = scrub->cache;

	LOCK_SCOPE(&cache->lock);
	if (!scrub->options.mend || !scrub->begun || is_outdated(scrub))
		return;
	cache->session.scrub_low = place_of(&scrub->after);
}

static int step_rows(struct cache_scrub *scrub)
{
	uint64_t begun_at = scrub->progress.bytes;
	int r;

	if (scrub->next_row == scrub->n_rows) {
		scrub->next_row = 0;
		r = catalog_scan_rows(scrub->scan, scrub->begun ? &scrub->after : NULL,
			scrub->rows, STEP_ROWS, &scrub->n_rows);
		if (r == -EUCLEAN)
			return tell_damage(scrub, "damaged pages");
		if (r < 0 || scrub->n_rows == 0)
			return r < 0 ? r : finish(scrub);
	}
	while (scrub->next_row < scrub->n_rows &&
		scrub->progress.bytes - begun_at < STEP_BYTES) {
		const struct catalog_scanned *row = &scrub->rows[scrub->next_row];

		if (!makes_sense(row))
			return tell_damage(scrub, "rows that contradict their index");
		r = check_row(scrub, row);
		if (r < 0)
			return r;
		scrub->next_row++;
		advance(scrub, &row->key);
	}
	note_place(scrub);
	return 0;
}

int cache_scrub_step(struct cache_scrub *scrub, uint64_t *ret_bytes)
{
	static int (*const steps[])(struct cache_scrub *) = {
		[SWEEP] = step_sweep,
		[SUMS] = step_sums,
		[PAGES] = step_pages,
		[ROWS] = step_rows,
	};
	uint64_t begun_at = scrub->progress.bytes;
	int r;

	if (is_outdated(scrub))
		scrub->phase = DONE;
	r = scrub->phase == DONE ? CACHE_SCRUB_E_DONE : steps[scrub->phase](scrub);
	*ret_bytes = scrub->progress.bytes - begun_at;
	return r;
}

void cache_scrub_stop(struct cache_scrub *scrub)
{
	catalog_scan_stop(scrub->scan);
}

void cache_scrub_progress(const struct cache_scrub *scrub, struct cache_scrub_progress *ret)
{
	*ret = scrub->progress;
}

int cache_scrub_save(struct cache_scrub *scrub)
{
	return cache_note_session(scrub->cache);
}

int cache_note_session(struct cache *cache)
{
	bool over = atomic_load(&cache->trusted_below) == UINT64_MAX;
	struct catalog_session session;

	{
		LOCK_SCOPE(&cache->lock);
		session = cache->session;
		session.limit_bytes = cache->asked_bytes;
	}
	if (over)
		session.trusted_from = 0;
	return catalog_session_note(cache->catalog, &session);
}

void cache_note_damage(struct cache *cache)
{
	bool known;
	int r;

	catalog_note_damage(cache->catalog);
	{
		LOCK_SCOPE(&cache->lock);
		known = cache->damage_noted;
		cache->damage_noted = true;
	}
	r = known ? 0 : recover_note_damage(&cache->folder);
	if (r < 0)
		log_debug(
			"cache: that the catalog is damaged cannot be noted: %s", strerror(-r));
	/* Which sets it aside, as soon as somebody looks after it; else the next start does. */
	trouble_note_catalog(&cache->trouble, -EUCLEAN);
}

usec_t cache_scrub_due(struct cache *cache)
{
	bool in_doubt =
		cache->trusted_from > 0 && atomic_load(&cache->trusted_below) != UINT64_MAX;

	LOCK_SCOPE(&cache->lock);
	if (in_doubt || cache->session.sweep_dir < BLOB_DIRS || cache->session.scrub_low > 0)
		return 0;
	return cache->session.scrubbed_usec + ROUND_USEC;
}
