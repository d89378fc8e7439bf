/* SPDX-License-Identifier: MIT
 *
 * What a person may see of a cache, and drop: everything, or all that was made of one picture;
 * and that the catalog's file follows, by maintenance and never by who commits.
 */
#include <sys/eventfd.h>

#include "cache/clear.h"
#include "cache/outlook.h"
#include "cache/state.h"
#include "cache_fixture.h"

#define MB ((uint64_t)1024 * 1024)

static void put_of(unsigned number, uint8_t picture, const char *view, size_t size, usec_t cost)
{
	struct hash128 content = { { picture } }, key = key_of(number);
	struct cache_entry meta = { .width = 4, .height = 3, .encode_usec = cost };
	_cleanup_free_ uint8_t *bytes = malloc(size);
	struct cache_blob *blob;

	fill(number, bytes, size);
	ck_assert_int_eq(cache_blob_new(cache, 0, &blob), 0);
	ck_assert_int_eq(fdio_pwrite_full(cache_blob_fd(blob), bytes, size, 0), 0);
	cache_blob_describe(blob, &content, view);
	ck_assert_int_eq(cache_blob_commit(blob, &key, &meta), 0);
	cache_blob_free(blob);
}

START_TEST(all_that_was_made_of_a_picture_is_dropped_and_nothing_else)
{
	struct hash128 content = { { 7 } }, failed = key_of(5000);
	struct cache_failure failure = { .content = &content,
		.view = "avif",
		.error = EIO,
		.reason = "x",
		.ttl_usec = USEC_NEVER };
	struct cache_cleared cleared = { 0 };

	ck_assert_int_eq(fixture_open(MB), 0);
	for (unsigned i = 0; i < 600; i++)
		put_of(i, i % 2 ? 7 : 8, "webp", 100, 1000);
	ck_assert_int_eq(cache_put_failure(cache, &failed, &failure), 0);
	/* Evicted and used since, it is still the picture's. */
	ck_assert_int_eq(unlink(path_of(1)), 0);
	ck_assert_int_eq(open_and_check(1), CACHE_E_MISS);
	some_time_passes();
	ck_assert_int_eq(open_and_check(3), 0);
	ck_assert_int_eq(cache_flush(cache), 0);
	ck_assert_int_eq(cache_drop_content(cache, &content, &cleared), 0);
	ck_assert_uint_eq(cleared.variants, 299);
	ck_assert_uint_eq(cleared.bytes, 29900);
	ck_assert_uint_eq(cleared.records, 301);
	ck_assert_uint_eq(figures().entries, 300);
	ck_assert_int_eq(state_of(1), CACHE_ABSENT);
	ck_assert_int_eq(state_of(3), CACHE_ABSENT);
	ck_assert_int_eq(state_of(5000), CACHE_ABSENT);
	ck_assert_int_eq(open_and_check(2), 0);
	check_invariants();
}
END_TEST

START_TEST(everything_is_dropped)
{
	struct stamp stamp = { .id = { .dev = 1, .ino = 2 }, .size_bytes = 3 };
	struct hash128 content = { { 7 } };
	struct cache_cleared cleared = { 0 };
	int r;

	ck_assert_int_eq(fixture_open(MB), 0);
	for (unsigned i = 0; i < 700; i++)
		put_of(i, (uint8_t)i, "webp", 100, 1000);
	ck_assert_int_eq(cache_content_put(cache, &stamp, &content), 0);
	while ((r = cache_clear_step(cache, &cleared)) == 0)
		check_invariants();
	ck_assert_int_eq(r, CACHE_CLEAR_E_DONE);
	ck_assert_uint_eq(cleared.variants, 700);
	ck_assert_uint_eq(cleared.records, 701);
	ck_assert_uint_eq(figures().bytes, 0);
	ck_assert_int_eq(cache_content_get(cache, &stamp, &content), CACHE_E_MISS);
	check_invariants();
	ck_assert_int_eq(put(1, 1000), 0);
	ck_assert_int_eq(open_and_check(1), 0);
}
END_TEST

/* Eviction has the last word about the order it is said to have. */
START_TEST(what_is_said_to_go_next_goes_next)
{
	struct cache_outlook outlook;

	/* Hardly more than there will be: the shelves take turns by their share of it. */
	ck_assert_int_eq(fixture_open(41000), 0);
	for (unsigned i = 0; i < 40; i++)
		put_of(i, (uint8_t)i, i == 17 ? "avif-q50" : "webp", 1000 + i,
			1000 + i * 37 % 23);
	some_time_passes();
	for (unsigned i = 10; i < 20; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	ck_assert_int_eq(cache_flush(cache), 0);
	ck_assert_int_eq(cache_outlook(cache, &outlook), 0);
	ck_assert_uint_eq(outlook.stats.entries, 40);
	ck_assert_uint_eq(outlook.n_top, CACHE_OUTLOOK_MAX);
	ck_assert_uint_eq(outlook.n_next, CACHE_OUTLOOK_MAX);
	for (unsigned i = 0; i < CACHE_OUTLOOK_MAX; i++) {
		struct cache_entry entry;

		ck_assert_str_eq(outlook.top[i].view,
			outlook.top[i].size_bytes == 1017 ? "avif-q50" : "webp");
		ck_assert_uint_ge(outlook.top[i].size_bytes, 1010);
		ck_assert_uint_lt(outlook.top[i].size_bytes, 1020);
		ck_assert_int_eq(cache_set_limit(cache, figures().bytes - 1), 0);
		ck_assert_int_eq(cache_lookup(cache, &outlook.next[i].key, &entry), 0);
		ck_assert_int_eq(entry.state, CACHE_EVICTED);
		ck_assert_uint_eq(figures().evictions, i + 1);
	}
	ck_assert_int_eq(cache_outlook(cache, &outlook), 0);
	ck_assert_uint_eq(outlook.absent, CACHE_OUTLOOK_MAX);
}
END_TEST

static off_t size_of(const char *name)
{
	char path[400];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return stat(path, &st) < 0 ? 0 : st.st_size;
}

START_TEST(who_commits_only_says_that_a_checkpoint_is_due)
{
	uint64_t due;
	off_t before;

	ck_assert_int_eq(fixture_open(64 * MB), 0);
	ck_assert_int_eq(cache_maintain(cache), 0);
	before = size_of("catalog.db");
	for (unsigned i = 0; eventfd_read(cache_due_fd(cache), &due) < 0; i++) {
		ck_assert_uint_lt(i, 5000);
		put_of(i, (uint8_t)i, "webp", 10, 1);
	}
	ck_assert_int_eq(size_of("catalog.db"), before);
	ck_assert_int_gt(size_of("catalog.db-wal"), (off_t)(3 * MB));
	ck_assert_int_eq(cache_maintain(cache), 0);
	ck_assert_int_gt(size_of("catalog.db"), before);
	ck_assert_int_lt(eventfd_read(cache_due_fd(cache), &due), 0);
}
END_TEST

START_TEST(pages_that_are_free_are_given_back)
{
	off_t before;

	ck_assert_int_eq(fixture_open(MB), 0);
	cache = cache_free(cache);
	change("BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	       " WHERE i < 500000) INSERT INTO source SELECT 1, i, 0, 0, 0, 0, "
	       "randomblob(16), i"
	       " FROM n; COMMIT");
	change("DELETE FROM source");
	ck_assert_int_eq(fixture_open(MB), 0);
	before = size_of("catalog.db");
	ck_assert_int_eq(ask("PRAGMA auto_vacuum"), 2);
	ck_assert_int_eq(cache_maintain(cache), 0);
	ck_assert_int_eq(cache_maintain(cache), 0);
	cache = cache_free(cache);
	ck_assert_int_gt(before, 20 * (off_t)MB);
	ck_assert_int_lt(size_of("catalog.db"), before - 10 * (off_t)MB);
}
END_TEST

/* A page has no checksum: one bit that fell over must not end the daemon. */
START_TEST(a_row_of_more_bytes_than_there_are_goes_like_others)
{
	struct cache_cleared cleared = { 0 };
	int r;

	ck_assert_int_eq(fixture_open(MB), 0);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(put(i, 1000), 0);
	change("UPDATE variant SET size_bytes = 1099511627776");
	ck_assert_int_eq(open_and_check(1), CACHE_E_MISS);
	while ((r = cache_clear_step(cache, &cleared)) == 0)
		;
	ck_assert_int_eq(r, CACHE_CLEAR_E_DONE);
	ck_assert_uint_eq(figures().bytes, 0);
	ck_assert_uint_eq(figures().entries, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		all_that_was_made_of_a_picture_is_dropped_and_nothing_else,
		everything_is_dropped,
		what_is_said_to_go_next_goes_next,
		who_commits_only_says_that_a_checkpoint_is_due,
		pages_that_are_free_are_given_back,
		a_row_of_more_bytes_than_there_are_goes_like_others,
	};

	return run_suite("clear", tests, ARRAY_SIZE(tests));
}
