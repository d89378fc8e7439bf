/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>

#include "cache/evict.h"

static struct evict_candidate candidate(uint8_t name, usec_t used_usec, uint64_t size_bytes)
{
	struct evict_figures figures = {
		.size_bytes = size_bytes,
		.uses = 1,
		.encode_usec = 1000,
		.used_usec = used_usec,
	};

	return (struct evict_candidate){
		.key = { .bytes = { name } },
		.size_bytes = size_bytes,
		.rank = evict_rank(&figures),
	};
}

START_TEST(the_longest_unused_go_first_and_no_more_than_needed)
{
	struct evict_candidate c[] = {
		candidate('a', 30, 10),
		candidate('b', 10, 10),
		candidate('c', 40, 10),
		candidate('d', 20, 10),
	};
	uint64_t freed;

	ck_assert_uint_eq(evict_choose(c, 4, 11, &freed), 2);
	ck_assert_uint_eq(freed, 20);
	ck_assert_int_eq(c[0].key.bytes[0], 'b');
	ck_assert_int_eq(c[1].key.bytes[0], 'd');
}
END_TEST

START_TEST(all_go_when_they_do_not_suffice)
{
	struct evict_candidate c[] = { candidate('a', 1, 10), candidate('b', 2, 5) };
	uint64_t freed;

	ck_assert_uint_eq(evict_choose(c, 2, 100, &freed), 2);
	ck_assert_uint_eq(freed, 15);
	ck_assert_uint_eq(evict_choose(c, 0, 100, &freed), 0);
	ck_assert_uint_eq(freed, 0);
}
END_TEST

START_TEST(nothing_goes_for_nothing)
{
	struct evict_candidate c[] = { candidate('a', 1, 10) };
	uint64_t freed;

	ck_assert_uint_eq(evict_choose(c, 1, 0, &freed), 0);
	ck_assert_uint_eq(freed, 0);
}
END_TEST

START_TEST(ties_are_settled_by_key_whatever_the_order)
{
	struct evict_candidate c[] = { candidate('b', 1, 1), candidate('a', 1, 1) };
	uint64_t freed;

	ck_assert_uint_eq(evict_choose(c, 2, 1, &freed), 1);
	ck_assert_int_eq(c[0].key.bytes[0], 'a');
}
END_TEST

START_TEST(a_microsecond_of_this_century_still_makes_a_difference)
{
	usec_t now = 4000000000u * USEC_PER_SEC;

	ck_assert(candidate('a', now, 1).rank < candidate('b', now + 1, 1).rank);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("evict");
	TCase *tcase = tcase_create("evict");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, the_longest_unused_go_first_and_no_more_than_needed);
	tcase_add_test(tcase, all_go_when_they_do_not_suffice);
	tcase_add_test(tcase, nothing_goes_for_nothing);
	tcase_add_test(tcase, ties_are_settled_by_key_whatever_the_order);
	tcase_add_test(tcase, a_microsecond_of_this_century_still_makes_a_difference);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
