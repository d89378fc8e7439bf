/* SPDX-License-Identifier: MIT
 * The cache folder in good days: round trips, bound, what outlives eviction, full and read-only
 * disks, threads. test_recover.c has the bad days. */
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>

#include "cache/state.h"
#include "cache_fixture.h"

#define KB ((uint64_t)1024)
#define MB (1024 * KB)

START_TEST(what_is_put_can_be_looked_up_and_opened)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(state_of(1), CACHE_ABSENT);
	ck_assert_int_eq(open_and_check(1), CACHE_E_MISS);
	ck_assert_int_eq(put(1, 1000), 0);

	struct cache_entry entry = look(1);

	ck_assert_int_eq(entry.state, CACHE_PRESENT);
	ck_assert_uint_eq(entry.size_bytes, 1000);
	ck_assert_uint_eq(entry.width, 40);
	ck_assert_uint_eq(entry.encode_usec, 1000);
	ck_assert_int_eq(open_and_check(1), 0);
	check_invariants();
}
END_TEST

START_TEST(what_is_put_survives_a_restart)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	for (unsigned i = 0; i < 20; i++)
		ck_assert_int_eq(put(i, 100 + i), 0);
	fixture_reopen(MB);
	ck_assert_str_eq(reason, "");
	ck_assert_uint_eq(figures().entries, 20);
	for (unsigned i = 0; i < 20; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	check_invariants();
}
END_TEST

START_TEST(zero_bytes_are_a_blob_too)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(put(1, 0), 0);
	ck_assert_int_eq(open_and_check(1), 0);
	check_invariants();
}
END_TEST

START_TEST(a_blob_freed_without_commit_leaves_nothing)
{
	struct cache_blob *blob;

	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(cache_blob_new(cache, 0, &blob), 0);
	ck_assert_int_eq(fdio_write_full(cache_blob_fd(blob), "x", 1), 0);
	ck_assert_ptr_null(cache_blob_free(blob));
	check_invariants();
}
END_TEST

START_TEST(a_second_commit_replaces_the_first)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	ck_assert_int_eq(put(1, 500), 0);
	ck_assert_uint_eq(figures().bytes, 500);
	ck_assert_int_eq(open_and_check(1), 0);
	check_invariants();
}
END_TEST

START_TEST(size_outlives_the_bytes)
{
	ck_assert_int_eq(fixture_open(1000), 0);
	ck_assert_int_eq(put(1, 900), 0);

	struct cache_entry before = look(1), after;

	ck_assert_int_eq(put(2, 900), 0);
	fixture_reopen(1000);
	after = look(1);
	ck_assert_int_eq(after.state, CACHE_EVICTED);
	ck_assert_uint_eq(after.size_bytes, 900);
	ck_assert_uint_eq(after.width, 40);
	ck_assert(hash128_equal(&before.hash, &after.hash));
	ck_assert_int_eq(open_and_check(1), CACHE_E_MISS);
}
END_TEST

START_TEST(an_evicted_blob_that_is_open_stays_readable)
{
	_cleanup_close_ int fd = -1;
	struct cache_entry entry;
	struct hash128 key = key_of(1);

	ck_assert_int_eq(fixture_open(1000), 0);
	ck_assert_int_eq(put(1, 900), 0);
	ck_assert_int_eq(cache_open(cache, &key, &entry, &fd), 0);
	ck_assert_int_eq(put(2, 900), 0);
	ck_assert_int_eq(state_of(1), CACHE_EVICTED);
	ck_assert(has_bytes(fd, 1, 900));
}
END_TEST

START_TEST(a_blob_larger_than_the_bound_is_not_kept_and_evicts_nothing)
{
	struct cache_blob *blob;
	struct cache_entry meta;

	ck_assert_int_eq(fixture_open(1000), 0);
	ck_assert_int_eq(put(1, 500), 0);
	ck_assert_int_eq(cache_blob_new(cache, 0, &blob), 0);
	ck_assert_int_eq(commit_blob(blob, 2, 1001, &meta), CACHE_E_MISS);
	ck_assert_int_eq(meta.state, CACHE_EVICTED);
	ck_assert_uint_eq(meta.size_bytes, 1001);
	ck_assert(has_bytes(cache_blob_fd(blob), 2, 1001));
	cache_blob_free(blob);
	ck_assert_int_eq(state_of(1), CACHE_PRESENT);
	ck_assert_uint_eq(look(2).size_bytes, 1001);
	ck_assert_uint_eq(figures().unkept, 1);
	check_invariants();
}
END_TEST

START_TEST(a_lower_limit_evicts_down_to_it)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	for (unsigned i = 0; i < 600; i++)
		ck_assert_int_eq(put(i, 100), 0);
	ck_assert_int_eq(cache_set_limit(cache, 1000), 0);
	check_invariants();
	ck_assert_uint_eq(figures().bytes, 1000);
	ck_assert_uint_eq(figures().evictions, 590);
	ck_assert_int_eq(cache_set_limit(cache, 0), -EINVAL);
	fixture_reopen(500);
	check_invariants();
}
END_TEST

START_TEST(a_failure_is_remembered_until_it_expires)
{
	struct hash128 key = key_of(1);
	struct cache_entry entry;
	int fd;

	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(put_failure(&key, EIO, "damaged", USEC_NEVER), 0);
	fixture_reopen(MB);
	entry = look(1);
	ck_assert_int_eq(entry.state, CACHE_FAILED);
	ck_assert_int_eq(entry.error, EIO);
	ck_assert_str_eq(entry.reason, "damaged");
	ck_assert_int_eq(cache_open(cache, &key, &entry, &fd), CACHE_E_FAILED);
	ck_assert_int_eq(put_failure(&key, EIO, "damaged", PATIENCE_USEC), 0);
	ck_assert_int_eq(state_of(1), CACHE_FAILED);
	ck_assert_int_eq(put_failure(&key, EIO, "damaged", 50 * USEC_PER_MSEC), 0);
	ck_assert(EVENTUALLY(state_of(1) == CACHE_ABSENT));
	ck_assert_int_eq(cache_open(cache, &key, &entry, &fd), CACHE_E_MISS);
	ck_assert_int_eq(put(1, 10), 0);
	ck_assert_int_eq(open_and_check(1), 0);
	ck_assert_int_eq(put_failure(&key, EIO, "late", USEC_NEVER), 0);
	ck_assert_int_eq(state_of(1), CACHE_PRESENT);
	ck_assert_int_eq(put_failure(&key, 0, "", 0), -EINVAL);
	check_invariants();
}
END_TEST

START_TEST(drop_forgets_everything)
{
	struct hash128 one = key_of(1), two = key_of(2), three = key_of(3);

	ck_assert_int_eq(fixture_open(1000), 0);
	ck_assert_int_eq(put(1, 900), 0);
	ck_assert_int_eq(put(2, 900), 0);
	ck_assert_int_eq(put_failure(&three, EIO, "x", USEC_NEVER), 0);
	ck_assert_int_eq(cache_drop(cache, &one), 0);
	ck_assert_int_eq(cache_drop(cache, &two), 0);
	for (unsigned i = 0; i < 2; i++)
		ck_assert_int_eq(cache_drop(cache, &three), 0);
	for (unsigned i = 1; i <= 3; i++)
		ck_assert_int_eq(state_of(i), CACHE_ABSENT);
	ck_assert_uint_eq(figures().bytes, 0);
	check_invariants();
}
END_TEST

START_TEST(content_is_remembered_for_exactly_one_version)
{
	struct stamp stamp = { .id = { UINT64_MAX, 2, 3 }, .size_bytes = 4, .mtime_ns = -5 };
	struct stamp newer = stamp;
	struct hash128 content = key_of(7), got;

	newer.ctime_ns = 1;
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(cache_content_get(cache, &stamp, &got), CACHE_E_MISS);
	ck_assert_int_eq(cache_content_put(cache, &stamp, &content), 0);
	fixture_reopen(MB);
	ck_assert_int_eq(cache_content_get(cache, &stamp, &got), 0);
	ck_assert(hash128_equal(&content, &got));
	ck_assert_int_eq(cache_content_get(cache, &newer, &got), CACHE_E_MISS);
	ck_assert_int_eq(cache_content_put(cache, &newer, &content), 0);
	ck_assert_int_eq(cache_content_get(cache, &stamp, &got), CACHE_E_MISS);
	ck_assert_int_eq(ask("SELECT count(*) FROM source"), 1);
}
END_TEST

START_TEST(a_hit_waits_for_no_transaction)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct hash128 key = key_of(1);

	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	lock_take(&cache->publish);
	ck_assert_int_eq(catalog_begin(cache->catalog, &txn), 0);
	ck_assert_int_eq(catalog_txn_delete(&txn, &key), 0);
	ck_assert_int_eq(state_of(1), CACHE_PRESENT);
	ck_assert_int_eq(open_and_check(1), 0);
	ck_assert_uint_eq(figures().entries, 1);
	lock_drop(&cache->publish);
}
END_TEST

START_TEST(bytes_in_memory_are_copied_into_the_folder)
{
	struct cache_blob *blob;
	struct cache_entry meta;

	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(cache_blob_new_memory(cache, &blob), 0);
	ck_assert_int_eq(commit_blob(blob, 1, 70000, &meta), 0);
	cache_blob_free(blob);
	ck_assert_int_eq(open_and_check(1), 0);
	check_invariants();
}
END_TEST

/* Mounting needs privilege; elsewhere these two cases have nothing to say. Descriptors opened
 * before would stay in the old name space, so it comes first. */
static bool can_mount(void)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

START_TEST(a_full_disk_evicts_and_then_serves_from_memory)
{
	if (!can_mount())
		return;
	ck_assert_int_eq(mount("none", folder, "tmpfs", 0, "size=3m"), 0);
	ck_assert_int_eq(fixture_open(64 * MB), 0);
	for (unsigned i = 0; i < 20; i++) {
		ck_assert_int_eq(put(i, 300 * KB), 0);
		check_invariants();
	}
	ck_assert_uint_gt(figures().evictions, 0);
	ck_assert_int_eq(open_and_check(19), 0);
	/* Larger than the disk, smaller than the bound. */
	ck_assert_int_eq(put(99, 5 * MB), CACHE_E_MISS);
	check_invariants();
	ck_assert_int_eq(put(100, 100 * KB), 0);
	ck_assert_int_eq(open_and_check(100), 0);
	cache = cache_free(cache);
	ck_assert_int_eq(umount2(folder, 0), 0);
}
END_TEST

START_TEST(a_read_only_folder_serves_from_memory)
{
	char blobs[300];

	if (!can_mount())
		return;
	snprintf(blobs, sizeof(blobs), "%s/blobs", folder);
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	ck_assert_int_eq(mount(blobs, blobs, NULL, MS_BIND, NULL), 0);
	ck_assert_int_eq(mount(NULL, blobs, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), 0);
	ck_assert_int_eq(put(2, 1000), CACHE_E_MISS);
	ck_assert_int_eq(state_of(2), CACHE_EVICTED);
	ck_assert_int_eq(open_and_check(1), 0);
	check_invariants();
	/* What cannot be removed now must not be forgotten: the next start looks again. */
	ck_assert_int_eq(cache_set_limit(cache, 1), 0);
	ck_assert_int_eq(umount2(blobs, 0), 0);
	fixture_reopen(MB);
	check_invariants();
	ck_assert_int_eq(put(2, 1000), 0);
}
END_TEST

START_TEST(a_cleared_blob_folder_is_made_again)
{
	char command[300];

	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	snprintf(command, sizeof(command), "rm -rf '%s/blobs'", folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(put(2, 1000), 0);
	ck_assert_int_eq(open_and_check(2), 0);
	ck_assert_int_eq(open_and_check(1), CACHE_E_MISS);
	ck_assert_int_eq(state_of(1), CACHE_EVICTED);
	check_invariants();
}
END_TEST

START_TEST(a_vanished_folder_serves_from_memory)
{
	char command[300];
	struct cache_blob *blob;
	struct cache_entry meta;

	ck_assert_int_eq(fixture_open(MB), 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(cache_blob_new(cache, 0, &blob), 0);
	ck_assert_int_eq(commit_blob(blob, 1, 1000, &meta), CACHE_E_MISS);
	ck_assert(has_bytes(cache_blob_fd(blob), 1, 1000));
	cache_blob_free(blob);
}
END_TEST

static void random_step(unsigned *seed)
{
	unsigned number = (unsigned)rand_r(seed) % 40;
	struct hash128 key = key_of(number);
	int r;

	switch (rand_r(seed) % 16) {
	case 0:
		ck_assert_int_eq(cache_drop(cache, &key), 0);
		ck_assert_int_eq(state_of(number), CACHE_ABSENT);
		break;
	case 1:
		ck_assert_int_eq(put_failure(&key, EFBIG, "x", USEC_NEVER), 0);
		break;
	case 2:
		ck_assert_int_eq(cache_set_limit(cache, 20000 + rand_r(seed) % 40000), 0);
		break;
	case 3:
		ck_assert_int_eq(cache_flush(cache), 0);
		break;
	case 4:
		fixture_reopen(20000 + rand_r(seed) % 40000);
		break;
	case 5:
		if (unlink(path_of(number)) == 0)
			ck_assert_int_eq(open_and_check(number), CACHE_E_MISS);
		break;
	case 6:
		if (look(number).size_bytes > 0 && truncate(path_of(number), 0) == 0)
			ck_assert_int_eq(open_and_check(number), CACHE_E_MISS);
		break;
	case 7:
	case 8:
	case 9:
	case 10:
		r = open_and_check(number);
		ck_assert_int_eq(r == 0, state_of(number) == CACHE_PRESENT);
		break;
	default:
		ck_assert_int_eq(put(number, (unsigned)rand_r(seed) % 8000), 0);
		ck_assert_int_eq(state_of(number), CACHE_PRESENT);
	}
}

START_TEST(random_operations_keep_catalog_folder_and_budget_together)
{
	unsigned seed = 42;

	ck_assert_int_eq(fixture_open(40000), 0);
	for (unsigned i = 0; i < 400; i++) {
		random_step(&seed);
		check_invariants();
	}
	ck_assert_uint_gt(figures().evictions, 0);
}
END_TEST

static void *work(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	for (unsigned i = 0; i < 300; i++) {
		unsigned number = (unsigned)rand_r(&seed) % 32;
		struct hash128 key = key_of(number);
		int choice = rand_r(&seed) % 20;

		if (choice == 0)
			cache_drop(cache, &key);
		else if (choice == 1)
			cache_flush(cache);
		else if (choice == 2)
			unlink(path_of(number));
		else if (choice < 8)
			ck_assert_int_eq(put(number, 1000 + number * 100), 0);
		else
			ck_assert_int_ge(open_and_check(number), 0);
		figures();
	}
	return NULL;
}

START_TEST(threads_agree)
{
	pthread_t threads[4];

	ck_assert_int_eq(fixture_open(30000), 0);
	for (uintptr_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, work, (void *)(i + 1)), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (unsigned i = 0; i < 32; i++)
		ck_assert_int_ge(open_and_check(i), 0);
	check_invariants();
	ck_assert_uint_gt(figures().evictions, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_is_put_can_be_looked_up_and_opened,
		what_is_put_survives_a_restart,
		zero_bytes_are_a_blob_too,
		a_blob_freed_without_commit_leaves_nothing,
		a_second_commit_replaces_the_first,
		size_outlives_the_bytes,
		an_evicted_blob_that_is_open_stays_readable,
		a_blob_larger_than_the_bound_is_not_kept_and_evicts_nothing,
		a_lower_limit_evicts_down_to_it,
		a_failure_is_remembered_until_it_expires,
		drop_forgets_everything,
		content_is_remembered_for_exactly_one_version,
		a_hit_waits_for_no_transaction,
		bytes_in_memory_are_copied_into_the_folder,
		a_full_disk_evicts_and_then_serves_from_memory,
		a_read_only_folder_serves_from_memory,
		a_cleared_blob_folder_is_made_again,
		a_vanished_folder_serves_from_memory,
		random_operations_keep_catalog_folder_and_budget_together,
		threads_agree,
	};

	return run_suite("cache", tests, ARRAY_SIZE(tests));
}
