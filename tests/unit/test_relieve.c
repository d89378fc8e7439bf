/* SPDX-License-Identifier: MIT
 *
 * What a cache gives back when memory is short, and that it is taken back.
 */
#include "cache/relieve.h"
#include "cache_fixture.h"

#define MIB ((uint64_t)1 << 20)

static struct cache_stats stats(void)
{
	struct cache_stats now;

	cache_stats(cache, &now);
	return now;
}

static void fill_with(unsigned n, size_t size)
{
	ck_assert_int_eq(fixture_open(100 * MIB), 0);
	for (unsigned i = 0; i < n; i++)
		ck_assert_int_eq(put(i, size), 0);
}

START_TEST(held_to_a_share_it_evicts_down_to_it)
{
	fill_with(10, MIB);
	ck_assert_int_eq(cache_hold(cache, 50), 0);
	ck_assert_uint_eq(stats().bytes, 5 * MIB);
	ck_assert_uint_eq(stats().limit_bytes, 100 * MIB);
	ck_assert_uint_eq(stats().held_bytes, 5 * MIB);
	/* Of what it had, not of what it still has. */
	ck_assert_int_eq(cache_hold(cache, 25), 0);
	ck_assert_uint_eq(stats().bytes, 2 * MIB);
	check_invariants();
}
END_TEST

START_TEST(what_comes_while_it_is_held_finds_room_by_eviction)
{
	fill_with(8, MIB);
	ck_assert_int_eq(cache_hold(cache, 50), 0);
	for (unsigned i = 100; i < 110; i++) {
		ck_assert_int_eq(put(i, MIB), 0);
		ck_assert_uint_le(stats().bytes, 4 * MIB);
		ck_assert_int_eq(state_of(i), CACHE_PRESENT);
	}
	check_invariants();
}
END_TEST

START_TEST(let_go_it_has_its_bound_again)
{
	fill_with(8, MIB);
	ck_assert_int_eq(cache_hold(cache, 25), 0);
	ck_assert_int_eq(cache_hold(cache, 100), 0);
	ck_assert_uint_eq(stats().held_bytes, 0);
	for (unsigned i = 100; i < 120; i++)
		ck_assert_int_eq(put(i, MIB), 0);
	ck_assert_uint_eq(stats().bytes, 22 * MIB);
}
END_TEST

START_TEST(bound_that_is_lower_stays_and_one_that_is_set_meanwhile_is_kept)
{
	fill_with(8, MIB);
	ck_assert_int_eq(cache_hold(cache, 75), 0);
	ck_assert_int_eq(cache_set_limit(cache, 3 * MIB), 0);
	ck_assert_uint_eq(stats().bytes, 3 * MIB);
	ck_assert_uint_eq(stats().held_bytes, 0);
	ck_assert_int_eq(cache_set_limit(cache, 50 * MIB), 0);
	ck_assert_uint_eq(stats().held_bytes, 6 * MIB);
	ck_assert_int_eq(cache_hold(cache, 100), 0);
	ck_assert_uint_eq(stats().limit_bytes, 50 * MIB);
	check_invariants();
}
END_TEST

START_TEST(empty_one_keeps_a_little_while_it_is_held)
{
	ck_assert_int_eq(fixture_open(100 * MIB), 0);
	ck_assert_int_eq(cache_hold(cache, 25), 0);
	ck_assert_int_eq(put(1, MIB / 2), 0);
	ck_assert_int_eq(state_of(1), CACHE_PRESENT);
}
END_TEST

START_TEST(hold_does_not_outlive_the_daemon)
{
	fill_with(8, MIB);
	ck_assert_int_eq(cache_hold(cache, 25), 0);
	fixture_reopen(100 * MIB);
	ck_assert_uint_eq(stats().held_bytes, 0);
	ck_assert_uint_eq(stats().limit_bytes, 100 * MIB);
}
END_TEST

START_TEST(memory_of_sqlite_and_page_cache_are_given_back)
{
	struct cache_given given = { 0 };

	fill_with(50, 10000);
	for (unsigned i = 0; i < 50; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	ck_assert_int_eq(cache_give_back(cache, &given), 0);
	ck_assert_uint_gt(given.sqlite_bytes, 0);
	/* All of them, where the folder of tests lies on a disk. */
	ck_assert_uint_eq(given.blobs, cache_is_in_memory(cache) ? 0 : 50);
	for (unsigned i = 0; i < 50; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	check_invariants();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		held_to_a_share_it_evicts_down_to_it,
		what_comes_while_it_is_held_finds_room_by_eviction,
		let_go_it_has_its_bound_again,
		bound_that_is_lower_stays_and_one_that_is_set_meanwhile_is_kept,
		empty_one_keeps_a_little_while_it_is_held,
		hold_does_not_outlive_the_daemon,
		memory_of_sqlite_and_page_cache_are_given_back,
	};

	return suite_run(&(struct suite_list){ "relieve", tests, ARRAY_SIZE(tests),
		fixture_setup, fixture_teardown, CK_FORK });
}
