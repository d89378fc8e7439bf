/* SPDX-License-Identifier: MIT
 *
 * A cache in a folder of its own, blobs whose bytes follow from their key's number, and the
 * checker that compares what catalog, folder and budget say.
 */
#ifndef TESTS_CACHE_FIXTURE_H
#define TESTS_CACHE_FIXTURE_H

#include <inttypes.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "cache/cache.h"
#include "cache/scrub.h"
#include "fixture.h"

static char folder[256];
static struct cache *cache;
static char reason[CACHE_REASON_MAX];

static inline int fixture_open(uint64_t limit_bytes)
{
	struct cache_options options = {
		.folder = folder,
		.limit_bytes = limit_bytes,
		.fingerprint = "test",
	};

	return cache_new(&options, &cache, reason);
}

static inline void fixture_reopen(uint64_t limit_bytes)
{
	cache = cache_free(cache);
	ck_assert_msg(fixture_open(limit_bytes) == 0, "%s", reason);
}

static inline void fixture_setup(void)
{
	temp_folder_make(folder);
}

static inline void fixture_teardown(void)
{
	cache = cache_free(cache);
	temp_folder_remove(folder);
}

/* Runs `body` with a cache in a process that dies without cache_free(). */
static inline void fixture_unclean(uint64_t limit_bytes, void (*body)(void))
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (fixture_open(limit_bytes) != 0)
			_exit(1);
		body();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

static inline struct hash128 key_of(unsigned number)
{
	struct hash128 key = { 0 };

	for (size_t i = 0; i < HASH128_SIZE; i++)
		key.bytes[i] = (uint8_t)((number * 2654435761u) >> (i % 4 * 8)) ^ (uint8_t)i;
	return key;
}

static inline const char *path_of(unsigned number)
{
	static __thread char path[400];
	char hex[HASH128_HEX_SIZE];
	struct hash128 key = key_of(number);

	hash128_hex(&key, hex);
	snprintf(path, sizeof(path), "%s/blobs/%.2s/%s", folder, hex, hex);
	return path;
}

static inline void fill(unsigned number, uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number * 31 + i * 7 + (i >> 8));
}

static inline int commit_blob(
	struct cache_blob *blob, unsigned number, size_t size, struct cache_entry *meta)
{
	_cleanup_free_ uint8_t *bytes = malloc(size + 1);
	struct hash128 key = key_of(number);

	*meta = (struct cache_entry){ .width = 40, .height = 30, .encode_usec = 1000 };
	fill(number, bytes, size);
	ck_assert_int_eq(fdio_pwrite_full(cache_blob_fd(blob), bytes, size, 0), 0);
	return cache_blob_commit(blob, &key, meta);
}

static inline int put(unsigned number, size_t size)
{
	struct cache_blob *blob;
	struct cache_entry meta;
	int r;

	ck_assert_int_eq(cache_blob_new(cache, 0, &blob), 0);
	r = commit_blob(blob, number, size, &meta);
	cache_blob_free(blob);
	return r;
}

static inline int put_failure(
	const struct hash128 *key, int error, const char *words, usec_t ttl_usec)
{
	static const struct hash128 content = { "fixture" };
	struct cache_failure failure = {
		.content = &content,
		.view = "webp",
		.error = error,
		.reason = words,
		.ttl_usec = ttl_usec,
	};

	return cache_put_failure(cache, key, &failure);
}

static inline struct cache_entry look(unsigned number)
{
	struct cache_entry entry;
	struct hash128 key = key_of(number);

	ck_assert_int_eq(cache_lookup(cache, &key, &entry), 0);
	return entry;
}

static inline enum cache_state state_of(unsigned number)
{
	return look(number).state;
}

static inline bool has_bytes(int fd, unsigned number, size_t size)
{
	_cleanup_free_ uint8_t *wanted = malloc(size + 1), *got = malloc(size + 1);

	fill(number, wanted, size);
	return fdio_pread_full(fd, got, size + 1, 0) == (ssize_t)size &&
	       memcmp(wanted, got, size) == 0;
}

/* Opens, and fails the test when what is served is not what was put. */
static inline int open_and_check(unsigned number)
{
	_cleanup_close_ int fd = -1;
	struct cache_entry entry;
	struct hash128 key = key_of(number);
	int r = cache_open(cache, &key, &entry, &fd);

	if (r == 0)
		ck_assert(has_bytes(fd, number, entry.size_bytes));
	return r;
}

static inline struct cache_stats figures(void)
{
	struct cache_stats stats;

	cache_stats(cache, &stats);
	return stats;
}

static inline int64_t ask(const char *sql)
{
	char path[300];
	sqlite3 *db;
	sqlite3_stmt *s;
	int64_t value;

	snprintf(path, sizeof(path), "%s/catalog.db", folder);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 1000);
	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK, "%s",
		sqlite3_errmsg(db));
	value = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_finalize(s);
	sqlite3_close(db);
	return value;
}

static inline void change(const char *sql)
{
	char path[300];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/catalog.db", folder);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 1000);
	ck_assert_msg(
		sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* Uses closer together than EVICT_APART_USEC are one. */
static inline void some_time_passes(void)
{
	change("UPDATE variant SET used_usec = used_usec - 10000000");
}

/* What the triggers of the schema keep is what the rows say. */
static inline void check_shelves(void)
{
	ck_assert_int_eq(ask("SELECT count(*) FROM shelf"), 2);
	ck_assert_int_eq(ask("SELECT count(*) FROM shelf WHERE bytes <> (SELECT "
			     "coalesce(sum(size_bytes),"
			     " 0) FROM variant WHERE state = 1 AND variant.shelf = shelf.shelf)"
			     " OR entries <> (SELECT count(*) FROM variant"
			     " WHERE state = 1 AND variant.shelf = shelf.shelf)"),
		0);
}

static inline void folder_figures(uint64_t *ret_bytes, uint64_t *ret_files)
{
	char command[400];
	FILE *p;

	snprintf(command, sizeof(command),
		"find '%s/blobs' -type f -printf '%%s\\n' 2>/dev/null | "
		"awk '{ s += $1 } END { print s + 0, NR }'",
		folder);
	p = popen(command, "r");
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(fscanf(p, "%" SCNu64 " %" SCNu64, ret_bytes, ret_files), 2);
	pclose(p);
}

/* Catalog, folder and budget agree, and the bound holds. */
static inline void check_invariants(void)
{
	struct cache_stats stats = figures();
	uint64_t bytes, files;

	folder_figures(&bytes, &files);
	ck_assert_uint_le(stats.bytes, stats.limit_bytes);
	ck_assert_uint_eq(bytes, stats.bytes);
	ck_assert_uint_eq(files, stats.entries);
	ck_assert_int_eq(
		ask("SELECT coalesce(sum(size_bytes), 0) FROM variant WHERE state = 1"),
		(int64_t)stats.bytes);
	ck_assert_int_eq(
		ask("SELECT count(*) FROM variant WHERE state = 1"), (int64_t)stats.entries);
	check_shelves();
}

/* A whole walk; what it found and mended. */
static inline struct cache_scrub_progress fixture_scrub(
	const struct cache_scrub_options *options)
{
	struct cache_scrub_progress progress;
	struct cache_scrub *scrub;
	uint64_t bytes;
	int r;

	ck_assert_int_eq(cache_scrub_new(cache, options, &scrub), 0);
	while ((r = cache_scrub_step(scrub, &bytes)) == 0)
		;
	ck_assert_int_eq(r, CACHE_SCRUB_E_DONE);
	cache_scrub_progress(scrub, &progress);
	cache_scrub_free(scrub);
	return progress;
}

/* What a start has no time for, where the disk is slow. */
static inline void finish_recovery(void)
{
	fixture_scrub(&(struct cache_scrub_options){ .mend = true });
}

static inline int run_suite(const char *name, const TTest *const *tests, size_t n)
{
	return suite_run(&(struct suite_list){
		.name = name,
		.tests = tests,
		.n = n,
		.setup = fixture_setup,
		.teardown = fixture_teardown,
	});
}

#endif
