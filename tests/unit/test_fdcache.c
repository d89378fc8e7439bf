/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "fixture.h"
#include "fs/fdcache.h"

#define IDLE (40 * USEC_PER_MSEC)

static struct fdcache *cache;
static size_t before;
static const char keys[64]; /* their addresses are the keys */

static void setup(void)
{
	before = count_descriptors();
	cache = fdcache_new(4);
	ck_assert_ptr_nonnull(cache);
}

static void teardown(void)
{
	cache = fdcache_free(cache);
	ck_assert_uint_eq(count_descriptors(), before);
}

static int any_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static void put(const char *key)
{
	fdref_unref(fdcache_put(cache, key, any_fd(), IDLE));
}

static bool has(const char *key)
{
	_cleanup_(fdref_unrefp) struct fdref *ref = fdcache_get(cache, key);

	return ref != NULL;
}

START_TEST(descriptor_is_found_by_its_key_only)
{
	int fd = any_fd();
	struct fdref *put_ref = fdcache_put(cache, &keys[1], fd, IDLE), *got;

	ck_assert_int_eq(fdref_fd(put_ref), fd);
	got = fdcache_get(cache, &keys[1]);
	ck_assert_ptr_eq(got, put_ref);
	ck_assert_ptr_null(fdcache_get(cache, &keys[2]));
	fdref_unref(got);
	fdref_unref(put_ref);
}
END_TEST

START_TEST(capacity_bounds_descriptors_and_the_least_used_goes)
{
	for (size_t i = 0; i < 4; i++)
		put(&keys[i]);
	ck_assert(has(&keys[0])); /* used again: now 1 is the oldest */
	put(&keys[4]);
	ck_assert(!has(&keys[1]));
	ck_assert(has(&keys[0]));
	for (size_t i = 5; i < 60; i++)
		put(&keys[i]);
	ck_assert_uint_eq(fdcache_count(cache), 4);
	ck_assert_uint_eq(count_descriptors(), before + 4);
}
END_TEST

START_TEST(taken_descriptor_is_the_takers_alone)
{
	int fd = any_fd(), taken;
	struct fdref *ref = fdcache_put(cache, &keys[0], fd, IDLE);

	ck_assert_int_eq(fdcache_take(cache, &keys[0]), -1); /* somebody has a reference */
	ck_assert(has(&keys[0]));
	fdref_unref(ref);
	taken = fdcache_take(cache, &keys[0]);
	ck_assert_int_eq(taken, fd);
	ck_assert(!has(&keys[0]));
	ck_assert_int_eq(fdcache_take(cache, &keys[0]), -1);
	ck_assert_int_ge(fcntl(taken, F_GETFD), 0);
	close(taken);
}
END_TEST

START_TEST(reference_outlives_what_the_cache_forgets)
{
	struct fdref *ref = fdcache_put(cache, &keys[0], any_fd(), IDLE);

	for (size_t i = 1; i < 10; i++)
		put(&keys[i]);
	ck_assert(!has(&keys[0]));
	ck_assert_int_ge(fcntl(fdref_fd(ref), F_GETFD), 0);
	ck_assert_uint_eq(count_descriptors(), before + 5);
	fdref_unref(ref);
	ck_assert_uint_eq(count_descriptors(), before + 4);
}
END_TEST

START_TEST(second_descriptor_takes_the_place_of_the_first)
{
	struct fdref *first = fdcache_put(cache, &keys[0], any_fd(), IDLE);
	struct fdref *second = fdcache_put(cache, &keys[0], any_fd(), IDLE), *got;

	ck_assert_uint_eq(fdcache_count(cache), 1);
	got = fdcache_get(cache, &keys[0]);
	ck_assert_ptr_eq(got, second);
	ck_assert_int_ge(fcntl(fdref_fd(first), F_GETFD), 0);
	fdref_unref(got);
	fdref_unref(first);
	fdref_unref(second);
}
END_TEST

START_TEST(dropped_key_is_forgotten_and_dropping_nothing_is_fine)
{
	put(&keys[0]);
	fdcache_drop(cache, &keys[0]);
	fdcache_drop(cache, &keys[0]);
	ck_assert(!has(&keys[0]));
	ck_assert_uint_eq(fdcache_count(cache), 0);
	ck_assert_uint_eq(count_descriptors(), before);
	fdref_unref(NULL);
}
END_TEST

START_TEST(only_the_idle_expire)
{
	const usec_t idle = 500 * USEC_PER_MSEC; /* more than a busy machine takes from us */

	fdref_unref(fdcache_put(cache, &keys[0], any_fd(), idle));
	fdref_unref(fdcache_put(cache, &keys[1], any_fd(), idle));
	clock_sleep(idle + 100 * USEC_PER_MSEC);
	ck_assert(has(&keys[0]));
	fdcache_expire(cache);
	ck_assert(!has(&keys[1]));
	ck_assert(has(&keys[0]));
	fdcache_expire(cache);
	ck_assert(has(&keys[0]));
	fdcache_clear(cache);
	ck_assert_uint_eq(fdcache_count(cache), 0);
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

static atomic_int bad;

static void *hammer(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg * 2654435761u;

	for (int i = 0; i < 4000; i++) {
		const char *key = &keys[(seed = seed * 1664525u + 1013904223u) >> 27];
		struct fdref *ref = fdcache_get(cache, key);

		if (!ref)
			ref = fdcache_put(cache, key, any_fd(), IDLE);
		/* Held: open, whatever the others do meanwhile. */
		bad += fcntl(fdref_fd(ref), F_GETFD) < 0;
		fdref_unref(ref);
		if (i % 97 == 0)
			fdcache_drop(cache, key);
		if (i % 501 == 0)
			fdcache_expire(cache);
	}
	return NULL;
}

START_TEST(threads_never_see_a_closed_descriptor)
{
	pthread_t threads[8];

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, hammer, (void *)(i + 1));
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(bad, 0);
	ck_assert_uint_le(fdcache_count(cache), 4);
	ck_assert_uint_eq(count_descriptors(), before + fdcache_count(cache));
}
END_TEST

/* Unlinked, as an evicted blob is; or a sealed one in memory, as one that could not be kept. */
static int gone_fd(bool memory, off_t bytes)
{
	char path[] = "/tmp/lensfs-test-XXXXXX";
	int fd = memory ? memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING)
	                : mkostemp(path, O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, bytes), 0);
	if (memory)
		ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	else
		unlink(path);
	return fd;
}

START_TEST(of_what_is_gone_the_newest_stay_within_their_bytes)
{
	struct fdcache *many = fdcache_new(64);

	/* Files of the source are not blobs, gone or not. */
	fdref_unref(fdcache_put(many, &keys[0], gone_fd(false, 5000), IDLE));
	fdref_unref(fdcache_put_blob(many, &keys[1], any_fd(), IDLE));
	for (unsigned i = 10; i < 20; i++)
		fdref_unref(fdcache_put_blob(many, &keys[i], gone_fd(false, 1000), IDLE));
	for (unsigned i = 20; i < 30; i++)
		fdref_unref(fdcache_put_blob(many, &keys[i], gone_fd(true, 1000), IDLE));
	fdref_unref(fdcache_get(many, &keys[10]));
	ck_assert_uint_eq(fdcache_trim_gone(many, 100000, 100000), 10000);
	ck_assert_uint_eq(fdcache_count(many), 22);
	ck_assert_uint_eq(fdcache_trim_gone(many, 2500, 3000), 2000);
	ck_assert_uint_eq(fdcache_count(many), 2 + 2 + 3);
	for (unsigned i = 0; i < 30; i++) {
		struct fdref *ref = fdcache_get(many, &keys[i]);
		bool stays = i < 2 || i == 10 || i == 19 || i > 26;

		ck_assert_msg(!ref == !stays, "%u", i);
		fdref_unref(ref);
	}
	ck_assert_uint_eq(fdcache_trim_gone(many, 0, 0), 0);
	ck_assert_uint_eq(fdcache_count(many), 2);
	fdcache_free(many);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		descriptor_is_found_by_its_key_only,
		capacity_bounds_descriptors_and_the_least_used_goes,
		taken_descriptor_is_the_takers_alone,
		reference_outlives_what_the_cache_forgets,
		second_descriptor_takes_the_place_of_the_first,
		dropped_key_is_forgotten_and_dropping_nothing_is_fine,
		only_the_idle_expire,
		of_what_is_gone_the_newest_stay_within_their_bytes,
		threads_never_see_a_closed_descriptor,
	};

	return suite_run(&(struct suite_list){
		"fdcache", tests, ARRAY_SIZE(tests), setup, teardown, CK_NOFORK });
}
