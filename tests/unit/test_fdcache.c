/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdatomic.h>

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
		threads_never_see_a_closed_descriptor,
	};

	return suite_run(&(struct suite_list){
		"fdcache", tests, ARRAY_SIZE(tests), setup, teardown, CK_NOFORK });
}
