/* SPDX-License-Identifier: MIT
 * The bound and the disk: what is being written counts, what is gone but open counts, others get
 * what is to be kept free. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mount.h>

#include "cache_fixture.h"

#define KB ((uint64_t)1024)
#define MB (1024 * KB)

static uint64_t used(void)
{
	struct cache_stats stats = figures();

	return stats.bytes + stats.reserved_bytes + stats.lingering_bytes;
}

static struct cache_blob *begin(uint64_t expected_bytes)
{
	struct cache_blob *blob;

	ck_assert_int_eq(cache_blob_new(cache, expected_bytes, &blob), 0);
	ck_assert_uint_le(used(), figures().limit_bytes);
	return blob;
}

START_TEST(what_is_being_written_has_its_room_from_the_start)
{
	struct cache_blob *blobs[12];
	unsigned in_folder = 0;

	ck_assert_int_eq(fixture_open(100 * KB), 0);
	for (unsigned i = 0; i < 10; i++)
		ck_assert_int_eq(put(i, 10 * KB), 0);
	ck_assert_uint_eq(figures().bytes, 100 * KB);
	for (unsigned i = 0; i < 12; i++) {
		blobs[i] = begin(10 * KB);
		in_folder += cache_blob_limit(blobs[i]) == 10 * KB;
	}
	/* Whoever finds all of the bound promised writes to memory. */
	ck_assert_uint_eq(in_folder, 10);
	ck_assert_uint_eq(figures().reserved_bytes, 100 * KB);
	ck_assert_uint_eq(figures().bytes, 0);
	for (unsigned i = 0; i < 12; i++)
		cache_blob_free(blobs[i]);
	ck_assert_uint_eq(figures().reserved_bytes, 0);
	check_invariants();
}
END_TEST

START_TEST(an_estimate_is_corrected_when_the_size_is_known)
{
	struct cache_blob *less, *more;
	struct cache_entry meta;

	ck_assert_int_eq(fixture_open(100 * KB), 0);
	less = begin(12 * KB);
	more = begin(5 * KB);
	for (unsigned i = 10; i < 20; i++)
		ck_assert_int_eq(put(i, 10 * KB), 0);
	ck_assert_int_eq(commit_blob(less, 1, KB, &meta), 0);
	ck_assert_uint_eq(figures().reserved_bytes, 5 * KB);
	ck_assert_int_eq(commit_blob(more, 2, 90 * KB, &meta), 0);
	ck_assert_uint_eq(figures().reserved_bytes, 0);
	ck_assert_int_eq(open_and_check(2), 0);
	cache_blob_free(less);
	cache_blob_free(more);
	check_invariants();
}
END_TEST

START_TEST(what_may_be_large_is_written_to_memory_and_kept_when_it_is_not)
{
	struct cache_blob *blob;
	struct cache_entry meta;

	ck_assert_int_eq(fixture_open(100 * KB), 0);
	for (unsigned i = 10; i < 20; i++)
		ck_assert_int_eq(put(i, 10 * KB), 0);
	blob = begin(90 * KB);
	ck_assert_uint_eq(cache_blob_limit(blob), 0);
	ck_assert_uint_eq(figures().evictions, 0);
	ck_assert_int_eq(commit_blob(blob, 1, 20 * KB, &meta), 0);
	cache_blob_free(blob);
	ck_assert_int_eq(open_and_check(1), 0);
	ck_assert_uint_eq(figures().evictions, 2);
	check_invariants();
}
END_TEST

START_TEST(a_lower_limit_leaves_what_was_promised_and_takes_the_rest)
{
	struct cache_blob *blob;
	struct cache_entry meta;

	ck_assert_int_eq(fixture_open(100 * KB), 0);
	for (unsigned i = 10; i < 20; i++)
		ck_assert_int_eq(put(i, 8 * KB), 0);
	blob = begin(10 * KB);
	ck_assert_int_eq(cache_set_limit(cache, 30 * KB), 0);
	ck_assert_uint_le(used(), 30 * KB);
	ck_assert_uint_eq(figures().bytes, 16 * KB);
	/* Even that is more than there is now: it is served, and not kept. */
	ck_assert_int_eq(cache_set_limit(cache, 5 * KB), 0);
	ck_assert_uint_eq(figures().bytes, 0);
	ck_assert_int_eq(commit_blob(blob, 1, 6 * KB, &meta), CACHE_E_MISS);
	ck_assert(has_bytes(cache_blob_fd(blob), 1, 6 * KB));
	cache_blob_free(blob);
	ck_assert_uint_eq(figures().reserved_bytes, 0);
	check_invariants();
}
END_TEST

/* --- Blobs that are gone but open --- */

static int kept[64];
static unsigned n_kept;

static uint64_t trim_kept(void *context, uint64_t keep_bytes)
{
	uint64_t bytes = 0;

	(void)context;
	for (unsigned i = n_kept; i-- > 0;) {
		struct stat st;

		if (kept[i] < 0 || fstat(kept[i], &st) < 0 || st.st_nlink > 0)
			continue;
		if (bytes + (uint64_t)st.st_size <= keep_bytes)
			bytes += (uint64_t)st.st_size;
		else
			close_fd(&kept[i]);
	}
	return bytes;
}

static void keep_open(unsigned number)
{
	struct cache_entry entry;
	struct hash128 key = key_of(number);

	ck_assert_int_eq(cache_open(cache, &key, &entry, &kept[n_kept++]), 0);
}

START_TEST(what_is_gone_but_open_counts_and_is_closed_when_it_is_too_much)
{
	struct cache_keeper keeper = { .trim = trim_kept };
	unsigned open = 0;

	ck_assert_int_eq(fixture_open(160 * KB), 0);
	cache_set_keeper(cache, &keeper);
	for (unsigned i = 0; i < 60; i++) {
		ck_assert_int_eq(put(i, 4 * KB), 0);
		ck_assert_uint_le(used(), 160 * KB);
		keep_open(i);
	}
	ck_assert_uint_ge(figures().evictions, 20);
	/* A sixteenth of the bound: two and a half. */
	ck_assert_uint_eq(figures().lingering_bytes, 8 * KB);
	for (unsigned i = 0; i < n_kept; i++) {
		struct stat st;

		open += kept[i] >= 0 && fstat(kept[i], &st) == 0 && st.st_nlink == 0;
	}
	ck_assert_uint_eq(open, 2);
	/* None of it when room is short. */
	ck_assert_int_eq(cache_set_limit(cache, 4 * KB), 0);
	ck_assert_uint_le(used(), 4 * KB);
	cache_set_keeper(cache, NULL);
	for (unsigned i = 0; i < n_kept; i++)
		close_fd(&kept[i]);
	check_invariants();
}
END_TEST

/* --- The disk --- */

static bool mount_tmpfs(const char *options)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("none", folder, "tmpfs", 0, options) == 0;
}

static void unmount_tmpfs(void)
{
	cache = cache_free(cache);
	ck_assert_int_eq(umount2(folder, 0), 0);
}

static void write_filler(uint64_t bytes)
{
	_cleanup_free_ char *zeros = calloc(1, bytes);
	_cleanup_close_ int fd = -1;
	char path[300];

	snprintf(path, sizeof(path), "%s/filler", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(fdio_write_full(fd, zeros, bytes), 0);
}

static void remove_filler(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/filler", folder);
	ck_assert_int_eq(unlink(path), 0);
}

static void check_floor(void)
{
	struct cache_stats stats = figures();

	ck_assert_uint_ge(stats.free_bytes, stats.floor_bytes);
	ck_assert_uint_ge(stats.free_inodes, stats.floor_inodes);
}

START_TEST(a_share_of_the_disk_is_kept_free)
{
	struct disk_floor floor = { .percent = 25 };

	if (!mount_tmpfs("size=40m"))
		return;
	ck_assert_int_eq(fixture_open(1024 * MB), 0);
	ck_assert_int_eq(cache_set_floor(cache, &floor), 0);
	ck_assert_uint_eq(figures().floor_bytes, 10 * MB);
	for (unsigned i = 0; i < 60; i++) {
		struct cache_blob *blob = begin(MB);
		struct cache_entry meta;

		ck_assert_uint_eq(cache_blob_limit(blob), MB);
		ck_assert_int_eq(commit_blob(blob, i, 900 * KB, &meta), 0);
		cache_blob_free(blob);
		check_floor();
	}
	ck_assert_uint_ge(figures().bytes, 24 * MB);
	check_invariants();
	/* More is to be kept free from now on. */
	floor.percent = 50;
	ck_assert_int_eq(cache_set_floor(cache, &floor), 0);
	check_floor();
	ck_assert_uint_le(figures().bytes, 20 * MB);
	ck_assert_uint_ge(figures().bytes, 15 * MB);
	/* Others need it. */
	write_filler(10 * MB);
	ck_assert_int_eq(cache_tick(cache), 0);
	check_floor();
	ck_assert_uint_le(figures().bytes, 10 * MB);
	ck_assert_uint_ge(figures().bytes, 5 * MB);
	ck_assert_int_eq(figures().trouble, 0);
	check_invariants();
	unmount_tmpfs();
}
END_TEST

START_TEST(inodes_are_kept_free_too)
{
	struct disk_floor floor = { .percent = 50 };

	if (!mount_tmpfs("size=40m,nr_inodes=1000"))
		return;
	ck_assert_int_eq(fixture_open(1024 * MB), 0);
	ck_assert_int_eq(cache_set_floor(cache, &floor), 0);
	for (unsigned i = 0; i < 300; i++)
		ck_assert_int_eq(put(i, 100), 0);
	ck_assert_int_eq(cache_tick(cache), 0);
	check_floor();
	ck_assert_uint_gt(figures().evictions, 0);
	/* Directories take some of the other half: 256 at most. */
	ck_assert_uint_gt(figures().entries, 0);
	check_invariants();
	unmount_tmpfs();
}
END_TEST

static unsigned begun, ended;

static void count_trouble(void *context, int error, usec_t lasted_usec)
{
	(void)context;
	begun += error == ENOSPC;
	ended += error == 0 && lasted_usec > 0;
}

static void tick_until_over(void)
{
	usec_t end = now_monotonic() + 20 * USEC_PER_SEC;

	while (figures().trouble && now_monotonic() < end) {
		cache_tick(cache);
		clock_sleep(50 * USEC_PER_MSEC);
	}
	ck_assert_int_eq(figures().trouble, 0);
}

START_TEST(a_disk_full_of_others_bytes_is_told_once_and_ends_by_itself)
{
	struct cache_options options = {
		.folder = folder,
		.limit_bytes = 1024 * MB,
		.floor = { .percent = 20 },
		.fingerprint = "test",
		.on_trouble = count_trouble,
	};

	if (!mount_tmpfs("size=40m"))
		return;
	ck_assert_int_eq(cache_new(&options, &cache, reason), 0);
	ck_assert_int_eq(put(1, 100 * KB), 0);
	write_filler(35 * MB);
	for (unsigned i = 2; i < 12; i++)
		ck_assert_int_eq(put(i, 100 * KB), CACHE_E_MISS);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(cache_tick(cache), 0);
	ck_assert_int_eq(figures().trouble, ENOSPC);
	ck_assert_uint_eq(figures().troubles, 1);
	ck_assert_uint_eq(figures().unkept, 10);
	/* The size is known all the same. */
	ck_assert_int_eq(state_of(2), CACHE_EVICTED);
	ck_assert_uint_eq(begun, 1);
	ck_assert_uint_eq(ended, 0);
	remove_filler();
	tick_until_over();
	ck_assert_uint_eq(begun, 1);
	ck_assert_uint_eq(ended, 1);
	ck_assert_int_eq(put(2, 100 * KB), 0);
	ck_assert_int_eq(open_and_check(2), 0);
	check_invariants();
	unmount_tmpfs();
}
END_TEST

/* --- At every instant --- */

static atomic_bool done;

static void *watch_bound(void *arg)
{
	while (!done) {
		struct cache_stats stats = figures();

		ck_assert_uint_le(stats.bytes + stats.reserved_bytes, stats.limit_bytes);
	}
	return arg;
}

static void *write_many(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	for (unsigned i = 0; i < 300; i++) {
		struct cache_blob *blob;
		struct cache_entry meta;
		unsigned number = (unsigned)rand_r(&seed) % 64;

		ck_assert_int_eq(
			cache_blob_new(cache, (unsigned)rand_r(&seed) % 14000, &blob), 0);
		if (rand_r(&seed) % 5 > 0)
			ck_assert_int_ge(commit_blob(blob, number,
						 (unsigned)rand_r(&seed) % 20000, &meta),
				0);
		cache_blob_free(blob);
	}
	return NULL;
}

START_TEST(threads_never_exceed_the_bound_and_give_everything_back)
{
	pthread_t writers[4], watcher;

	ck_assert_int_eq(fixture_open(100 * KB), 0);
	ck_assert_int_eq(pthread_create(&watcher, NULL, watch_bound, NULL), 0);
	for (uintptr_t i = 0; i < 4; i++)
		ck_assert_int_eq(
			pthread_create(&writers[i], NULL, write_many, (void *)(i + 1)), 0);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(writers[i], NULL);
	done = true;
	pthread_join(watcher, NULL);
	ck_assert_uint_eq(figures().reserved_bytes, 0);
	ck_assert_uint_gt(figures().evictions, 0);
	check_invariants();
}
END_TEST

/* What outlives the bytes is bounded by its number, and the oldest goes. */
START_TEST(rows_without_bytes_are_bounded_by_number)
{
	struct cache_options options = {
		.folder = folder,
		.limit_bytes = 1000,
		.rows_max = 50,
		.fingerprint = "test",
	};

	ck_assert_int_eq(cache_new(&options, &cache, reason), 0);
	for (unsigned i = 0; i < 300; i++) {
		struct stamp stamp = { .id = { 1, i, 3 }, .size_bytes = 4 };
		struct hash128 key = key_of(1000 + i);

		ck_assert_int_eq(put(i, 900), 0);
		ck_assert_int_eq(put_failure(&key, EIO, "damaged", USEC_NEVER), 0);
		ck_assert_int_eq(cache_content_put(cache, &stamp, &key), 0);
		if (i % 20 == 0)
			ck_assert_int_eq(cache_tick(cache), 0);
		/* Rounds are every 20 here, of three rows and an eviction each. */
		ck_assert_int_le(ask("SELECT count(*) FROM variant"), 50 + 20 * 2 + 2);
	}
	ck_assert_int_eq(cache_tick(cache), 0);
	ck_assert_int_le(ask("SELECT count(*) FROM variant WHERE state <> 1"), 50);
	ck_assert_int_le(ask("SELECT count(*) FROM source"), 50);
	ck_assert_int_eq(state_of(0), CACHE_ABSENT);
	ck_assert_int_eq(state_of(298), CACHE_EVICTED);
	ck_assert_int_eq(state_of(299), CACHE_PRESENT);
	ck_assert_int_eq(state_of(1299), CACHE_FAILED);
	check_invariants();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_is_being_written_has_its_room_from_the_start,
		an_estimate_is_corrected_when_the_size_is_known,
		what_may_be_large_is_written_to_memory_and_kept_when_it_is_not,
		a_lower_limit_leaves_what_was_promised_and_takes_the_rest,
		what_is_gone_but_open_counts_and_is_closed_when_it_is_too_much,
		a_share_of_the_disk_is_kept_free,
		inodes_are_kept_free_too,
		a_disk_full_of_others_bytes_is_told_once_and_ends_by_itself,
		threads_never_exceed_the_bound_and_give_everything_back,
		rows_without_bytes_are_bounded_by_number,
	};

	return run_suite("cache_room", tests, ARRAY_SIZE(tests));
}
