/* SPDX-License-Identifier: MIT
 * A cache folder that is taken away or damaged under a running cache: what can be served is,
 * nothing else changes for readers, and the cache comes back by itself. */
#include <stdatomic.h>

#include "cache/clear.h"
#include "cache/state.h"
#include "cache/statements.h"
#include "cache_fixture.h"

#define KB ((uint64_t)1024)
#define MB (1024 * KB)

static unsigned begun, ended;
static int told;

static void note_trouble(void *context, int error, usec_t lasted_usec)
{
	(void)context;
	(void)lasted_usec;
	begun += error != 0;
	ended += error == 0;
	told = error ? error : told;
}

static void open_noting(void)
{
	struct cache_options options = {
		.folder = folder,
		.limit_bytes = MB,
		.fingerprint = "test",
		.on_trouble = note_trouble,
	};

	ck_assert_msg(cache_new(&options, &cache, reason) == 0, "%s", reason);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(put(i, 1000 + i), 0);
}

/* With the folder as $F. */
static void run(const char *script)
{
	ck_assert_int_eq(setenv("F", folder, 1), 0);
	ck_assert_int_eq(system(script), 0);
}

static void tick_until_over(void)
{
	usec_t end = now_monotonic() + 20 * USEC_PER_SEC;

	cache_tick(cache);
	while (figures().trouble && now_monotonic() < end) {
		clock_sleep(50 * USEC_PER_MSEC);
		cache_tick(cache);
	}
	ck_assert_int_eq(figures().trouble, 0);
}

/* As after a new start: what is there is right, what is not there can be put. */
static void check_over(void)
{
	ck_assert_uint_eq(begun, 1);
	ck_assert_uint_eq(ended, 1);
	ck_assert_uint_eq(figures().troubles, 1);
	for (unsigned i = 0; i < 10; i++) {
		open_and_check(i);
		ck_assert_int_eq(put(i, 2000 + i), 0);
		ck_assert_int_eq(open_and_check(i), 0);
	}
	check_invariants();
	fixture_reopen(MB);
	ck_assert_str_eq(reason, "");
	for (unsigned i = 0; i < 10; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	check_invariants();
}

START_TEST(a_folder_that_is_removed_is_made_anew)
{
	struct secret secret;

	open_noting();
	secret = *cache_secret(cache);
	run("rm -rf \"$F\"");
	for (unsigned i = 5; i < 8; i++)
		ck_assert_int_eq(put(i, 1000), CACHE_E_MISS);
	ck_assert_uint_eq(figures().unkept, 3);
	tick_until_over();
	ck_assert_int_eq(told, ENOENT);
	ck_assert_uint_eq(figures().entries, 0);
	check_over();
	/* Keys made before are keys still. */
	ck_assert_int_eq(memcmp(&secret, cache_secret(cache), sizeof(secret)), 0);
}
END_TEST

START_TEST(a_removed_folder_is_noticed_though_nobody_writes)
{
	open_noting();
	run("mv \"$F\" \"$F.away\"");
	/* What is served from the folder that is open is right. */
	ck_assert_int_eq(open_and_check(1), 0);
	cache_tick(cache);
	ck_assert_uint_eq(begun, 1);
	tick_until_over();
	ck_assert_int_eq(open_and_check(1), CACHE_E_MISS);
	check_over();
	run("rm -rf \"$F.away\"");
}
END_TEST

START_TEST(a_folder_that_comes_back_is_used_as_it_is)
{
	open_noting();
	run("mv \"$F\" \"$F.away\" && touch \"$F\"");
	cache_tick(cache);
	ck_assert_int_eq(put(7, 1000), CACHE_E_MISS);
	ck_assert_int_eq(figures().trouble, ENOENT);
	run("rm \"$F\" && cp -a \"$F.away\" \"$F\" && rm -rf \"$F.away\"");
	tick_until_over();
	ck_assert_uint_eq(figures().entries, 5);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	check_over();
}
END_TEST

START_TEST(a_folder_of_another_cache_is_left_alone)
{
	open_noting();
	run("mv \"$F\" \"$F.away\" && mkdir \"$F\" && head -c 192 /dev/urandom >\"$F/secret\"");
	run("cp \"$F/secret\" \"$F.secret\"");
	for (unsigned i = 0; i < 30; i++) {
		cache_tick(cache);
		clock_sleep(50 * USEC_PER_MSEC);
	}
	ck_assert_int_ne(figures().trouble, 0);
	ck_assert_int_eq(put(7, 1000), CACHE_E_MISS);
	run("cmp \"$F/secret\" \"$F.secret\"");
	run("rm -rf \"$F\" \"$F.secret\"; mv \"$F.away\" \"$F\"");
	tick_until_over();
	check_over();
}
END_TEST

START_TEST(a_removed_catalog_is_made_anew)
{
	open_noting();
	run("rm \"$F/catalog.db\"");
	tick_until_over();
	ck_assert_uint_eq(figures().entries, 0);
	check_invariants();
	check_over();
}
END_TEST

/* Pages are read from the file again. */
static void drop_pages(void)
{
	struct catalog *catalog = cache->catalog;

	sqlite3_exec(catalog->reader.db, "COMMIT", NULL, NULL, NULL);
	ck_assert_int_eq(sqlite3_wal_checkpoint_v2(catalog->writer.db, NULL,
				 SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL),
		SQLITE_OK);
	sqlite3_db_release_memory(catalog->reader.db);
	sqlite3_db_release_memory(catalog->writer.db);
}

START_TEST(a_catalog_that_is_damaged_meanwhile_is_set_aside)
{
	struct hash128 key = key_of(1);
	struct cache_entry entry;
	uint8_t garbage[4096];
	char path[300];
	int fd;

	open_noting();
	drop_pages();
	memset(garbage, 0x5a, sizeof(garbage));
	snprintf(path, sizeof(path), "%s/catalog.db", folder);
	fd = open(path, O_WRONLY);
	for (off_t page = 1; page < 9; page++)
		ck_assert_int_eq(pwrite(fd, garbage, 4096, page * 4096), 4096);
	close(fd);
	/* What cannot be known is not served, and nothing else comes of it. */
	ck_assert_int_eq(cache_lookup(cache, &key, &entry), -EUCLEAN);
	ck_assert_int_eq(entry.state, CACHE_ABSENT);
	ck_assert_int_eq(put(1, 1000), CACHE_E_MISS);
	tick_until_over();
	ck_assert_int_eq(told, EUCLEAN);
	ck_assert_uint_eq(figures().entries, 0);
	run("ls \"$F\" | grep -q \"^catalog.db.[0-9]*$\"");
	check_over();
}
END_TEST

START_TEST(a_blob_begun_before_and_committed_after_is_kept)
{
	struct cache_blob *blob;
	struct cache_entry meta;

	open_noting();
	ck_assert_int_eq(cache_blob_new(cache, 1000, &blob), 0);
	ck_assert_uint_eq(cache_blob_limit(blob), 1000);
	run("rm -rf \"$F\"");
	tick_until_over();
	ck_assert_int_eq(commit_blob(blob, 9, 1000, &meta), 0);
	cache_blob_free(blob);
	ck_assert_int_eq(open_and_check(9), 0);
	ck_assert_uint_eq(figures().reserved_bytes, 0);
	check_over();
}
END_TEST

/* A disk that is unmounted under us leaves an empty folder there, until the next tick. */
START_TEST(a_walk_over_a_folder_of_another_calls_ours_not_damaged)
{
	struct cache_scrub_options options = { .mend = true };
	struct cache_scrub *scrub;

	open_noting();
	run("mv \"$F\" \"$F.away\" && mkdir \"$F\"");
	ck_assert_int_lt(cache_scrub_new(cache, &options, &scrub), 0);
	run("test ! -e \"$F/catalog.db\"");
	/* A file of that name, too, is not ours. */
	run("sqlite3 \"$F/catalog.db\" 'CREATE TABLE t (x)' 2>/dev/null || touch "
	    "\"$F/catalog.db\"");
	ck_assert_int_lt(cache_scrub_new(cache, &options, &scrub), 0);
	ck_assert(!catalog_is_damaged(cache->catalog));
	run("rm -rf \"$F\" && mv \"$F.away\" \"$F\"");
	ck_assert_int_eq(cache_flush(cache), 0);
	ck_assert(!figures().damaged);
	fixture_reopen(MB);
	ck_assert_str_eq(reason, "");
	ck_assert_uint_eq(figures().entries, 5);
}
END_TEST

/* A catalog begun anew counts its sessions anew: the first is followed by a first. */
START_TEST(a_walk_ends_when_the_catalog_was_begun_anew)
{
	struct cache_scrub_options options = { .mend = true, .whole = true };
	struct cache_scrub *scrub;
	uint64_t bytes;

	open_noting();
	ck_assert_int_eq(cache_scrub_new(cache, &options, &scrub), 0);
	cache_note_damage(cache);
	tick_until_over();
	ck_assert_uint_eq(cache->session_number, 1);
	for (unsigned i = 20; i < 30; i++)
		ck_assert_int_eq(put(i, 1000), 0);
	ck_assert_int_eq(cache_scrub_step(scrub, &bytes), CACHE_SCRUB_E_DONE);
	cache_scrub_free(scrub);
	for (unsigned i = 20; i < 30; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	check_invariants();
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_takes_no_place)
{
	open_noting();
	cache->failed_bytes = UINT64_C(1) << 60;
	run("mv \"$F\" \"$F.away\" && mkdir \"$F\"");
	for (unsigned i = 0; i < 30; i++) {
		cache_tick(cache);
		clock_sleep(50 * USEC_PER_MSEC);
	}
	ck_assert_int_ne(figures().trouble, 0);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	run("rm -rf \"$F\" && mv \"$F.away\" \"$F\"");
	cache->failed_bytes = 0;
	tick_until_over();
	ck_assert_uint_eq(figures().entries, 5);
	check_over();
}
END_TEST

/* What is promised or open still is no fault of the disk's. */
START_TEST(trouble_ends_though_the_bound_is_exceeded)
{
	struct cache_blob *blob;

	open_noting();
	ck_assert_int_eq(cache_blob_new(cache, 100 * KB, &blob), 0);
	ck_assert_uint_eq(cache_blob_limit(blob), 100 * KB);
	ck_assert_int_eq(cache_set_limit(cache, 50 * KB), 0);
	trouble_note(&cache->trouble, -EIO);
	tick_until_over();
	cache_blob_free(blob);
}
END_TEST

static atomic_bool stop;

/* Whatever they meet, until it is time. */
static void *walk_on(void *arg)
{
	struct cache_scrub_options options = { .mend = true, .whole = true };
	struct cache_scrub *scrub;
	uint64_t bytes;

	(void)arg;
	while (!atomic_load(&stop)) {
		if (cache_scrub_new(cache, &options, &scrub) < 0)
			continue;
		while (cache_scrub_step(scrub, &bytes) == 0)
			;
		cache_scrub_free(scrub);
	}
	return NULL;
}

static void *clear_on(void *arg)
{
	struct cache_cleared cleared = { 0 };

	(void)arg;
	while (!atomic_load(&stop)) {
		cache_clear_step(cache, &cleared);
		clock_sleep(20 * USEC_PER_MSEC);
	}
	return NULL;
}

START_TEST(walks_clears_and_revivals_meet)
{
	static const char *const scripts[] = {
		/* A walk may just make a log of SQLite's there. */
		"until rm -rf \"$F\" 2>/dev/null; do :; done",
		"mv \"$F\" \"$F.away\" && mkdir -p \"$F\"",
		"until rm -rf \"$F\" 2>/dev/null; do :; done; mv \"$F.away\" \"$F\"",
		"rm -f \"$F/catalog.db\"*",
	};
	void *(*const mains[])(void *) = { walk_on, walk_on, clear_on };
	pthread_t threads[ARRAY_SIZE(mains)];

	open_noting();
	for (size_t i = 0; i < ARRAY_SIZE(mains); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, mains[i], NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		run(scripts[i]);
		for (unsigned j = 0; j < 50; j++) {
			open_and_check(j % 10);
			put(j % 10, 1000 + j % 10);
		}
		tick_until_over();
	}
	atomic_store(&stop, true);
	for (size_t i = 0; i < ARRAY_SIZE(mains); i++)
		pthread_join(threads[i], NULL);
	tick_until_over();
	check_invariants();
	ck_assert_int_eq(put(11, 1000), 0);
	ck_assert_int_eq(open_and_check(11), 0);
	ck_assert(!figures().damaged);
	fixture_reopen(MB);
	ck_assert_str_eq(reason, "");
	check_invariants();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_folder_that_is_removed_is_made_anew,
		a_removed_folder_is_noticed_though_nobody_writes,
		a_folder_that_comes_back_is_used_as_it_is,
		a_folder_of_another_cache_is_left_alone,
		a_removed_catalog_is_made_anew,
		a_catalog_that_is_damaged_meanwhile_is_set_aside,
		a_blob_begun_before_and_committed_after_is_kept,
		a_walk_over_a_folder_of_another_calls_ours_not_damaged,
		a_walk_ends_when_the_catalog_was_begun_anew,
		a_folder_that_cannot_be_written_takes_no_place,
		trouble_ends_though_the_bound_is_exceeded,
		walks_clears_and_revivals_meet,
	};

	return run_suite("cache_trouble", tests, ARRAY_SIZE(tests));
}
