/* SPDX-License-Identifier: MIT
 * What the cache makes of uses: which are counted, how they are remembered, who goes. */
#include "cache/evict.h"
#include "cache_fixture.h"

#define KB ((uint64_t)1024)
#define MB (1024 * KB)

static void fill_with_three_and_use_the_first(void)
{
	ck_assert_int_eq(fixture_open(3000), 0);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(put(i, 1000), 0);
	some_time_passes();
	ck_assert_int_eq(open_and_check(0), 0);
}

static void expect_another_evicts_one_of_the_unused(void)
{
	ck_assert_int_eq(put(3, 1000), 0);
	ck_assert_int_eq(state_of(0), CACHE_PRESENT);
	ck_assert_int_eq(state_of(1) + state_of(2), CACHE_EVICTED + CACHE_PRESENT);
}

START_TEST(of_equal_ones_those_go_first_that_were_not_used_again)
{
	fill_with_three_and_use_the_first();
	expect_another_evicts_one_of_the_unused();
	ck_assert_uint_eq(figures().evictions, 1);
	ck_assert_uint_eq(figures().evicted_bytes, 1000);
	check_invariants();
}
END_TEST

START_TEST(uses_survive_a_restart)
{
	fill_with_three_and_use_the_first();
	fixture_reopen(3000);
	expect_another_evicts_one_of_the_unused();
}
END_TEST

START_TEST(what_is_dear_for_its_size_outlives_what_is_cheap)
{
	ck_assert_int_eq(fixture_open(3000), 0);
	ck_assert_int_eq(put(0, 2000), 0);
	ck_assert_int_eq(put(1, 500), 0);
	ck_assert_int_eq(put(2, 600), 0);
	ck_assert_int_eq(state_of(0), CACHE_EVICTED);
	ck_assert_int_eq(state_of(1), CACHE_PRESENT);
	ck_assert_int_eq(state_of(2), CACHE_PRESENT);
	check_invariants();
}
END_TEST

START_TEST(a_use_without_an_open_counts_as_one)
{
	struct hash128 key = key_of(1), unknown = key_of(9);

	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	some_time_passes();
	cache_use(cache, &key);
	cache_use(cache, &unknown);
	ck_assert_int_eq(cache_flush(cache), 0);
	ck_assert_int_eq(ask("SELECT uses FROM variant"), 2 * EVICT_USE);
	ck_assert_int_eq(ask("SELECT shelf FROM variant"), EVICT_KEPT);
	check_invariants();
}
END_TEST

START_TEST(uses_in_quick_succession_are_one)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	for (unsigned i = 0; i < 5; i++) {
		ck_assert_int_eq(open_and_check(1), 0);
		ck_assert_int_eq(cache_flush(cache), 0);
	}
	ck_assert_int_eq(ask("SELECT uses FROM variant"), EVICT_USE);
	ck_assert_int_eq(ask("SELECT shelf FROM variant"), EVICT_PROBATION);
	/* A clock that was set back must not stop the counting. */
	change("UPDATE variant SET used_usec = used_usec + 1000000000000");
	ck_assert_int_eq(open_and_check(1), 0);
	ck_assert_int_eq(cache_flush(cache), 0);
	ck_assert_int_eq(ask("SELECT uses FROM variant"), 2 * EVICT_USE);
}
END_TEST

START_TEST(what_comes_back_is_known_by_its_uses)
{
	ck_assert_int_eq(fixture_open(3000), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	for (unsigned i = 0; i < 3; i++) {
		some_time_passes();
		ck_assert_int_eq(open_and_check(1), 0);
		ck_assert_int_eq(cache_flush(cache), 0);
	}
	ck_assert_int_eq(ask("SELECT uses FROM variant"), EVICT_USES_MAX);
	ck_assert_int_eq(cache_set_limit(cache, 1), 0);
	ck_assert_int_eq(state_of(1), CACHE_EVICTED);
	ck_assert_int_eq(cache_set_limit(cache, 3000), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	/* Three eighths of three, a third of a turnover older, and one. */
	ck_assert_int_gt(ask("SELECT uses FROM variant"), 2 * EVICT_USE);
	ck_assert_int_lt(ask("SELECT uses FROM variant"), 2 * EVICT_USE + EVICT_USE / 8);
	ck_assert_int_eq(ask("SELECT shelf FROM variant"), EVICT_KEPT);
	check_invariants();
}
END_TEST

/* `find -exec cat` over ten times the cache, of pictures a hundred times as dear for their size:
 * they have the tenth. */
START_TEST(a_pass_over_everything_leaves_what_is_used)
{
	ck_assert_int_eq(fixture_open(100 * KB), 0);
	for (unsigned i = 0; i < 20; i++)
		ck_assert_int_eq(put(i, 4 * KB), 0);
	some_time_passes();
	for (unsigned i = 0; i < 20; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	ck_assert_int_eq(cache_flush(cache), 0);
	for (unsigned i = 100; i < 700; i++)
		ck_assert_int_eq(put(i, 40 + i % 7), 0);
	for (unsigned i = 700; i < 1300; i++)
		ck_assert_int_eq(put(i, KB), 0);
	for (unsigned i = 0; i < 20; i++)
		ck_assert_int_eq(state_of(i), CACHE_PRESENT);
	check_invariants();
}
END_TEST

START_TEST(a_hit_writes_nothing_until_the_flush)
{
	const char *uses = "SELECT uses FROM variant";

	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	some_time_passes();
	ck_assert_int_eq(open_and_check(1), 0);
	ck_assert_int_eq(open_and_check(1), 0);
	ck_assert_int_eq(ask(uses), EVICT_USE);
	ck_assert_int_eq(cache_flush(cache), 0);
	ck_assert_int_eq(ask(uses), 2 * EVICT_USE);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		of_equal_ones_those_go_first_that_were_not_used_again,
		uses_survive_a_restart,
		what_is_dear_for_its_size_outlives_what_is_cheap,
		a_use_without_an_open_counts_as_one,
		uses_in_quick_succession_are_one,
		what_comes_back_is_known_by_its_uses,
		a_pass_over_everything_leaves_what_is_used,
		a_hit_writes_nothing_until_the_flush,
	};

	return run_suite("cache_uses", tests, ARRAY_SIZE(tests));
}
