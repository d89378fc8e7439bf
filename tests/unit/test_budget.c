/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cache/budget.h"
#include "fixture.h"
#include "util/cleanup.h"

START_TEST(a_charge_given_up_leaves_the_budget_as_it_was)
{
	struct budget budget;

	budget_init(&budget, 100, 0, 0);
	{
		_cleanup_(charge_done) struct charge charge = { 0 };

		ck_assert_int_eq(budget_reserve(&budget, 60, &charge), 0);
		ck_assert_uint_eq(budget.reserved_bytes, 60);
	}
	ck_assert_uint_eq(budget.reserved_bytes, 0);
	ck_assert_uint_eq(budget.present_bytes, 0);
}
END_TEST

START_TEST(a_charge_kept_is_present_and_gives_nothing_back)
{
	struct budget budget;

	budget_init(&budget, 100, 10, 1);
	{
		_cleanup_(charge_done) struct charge charge = { 0 };

		ck_assert_int_eq(budget_reserve(&budget, 60, &charge), 0);
		charge_keep(&charge);
	}
	ck_assert_uint_eq(budget.present_bytes, 70);
	ck_assert_uint_eq(budget.reserved_bytes, 0);
	ck_assert_uint_eq(budget.entries, 2);
	budget_release(&budget, 60);
	ck_assert_uint_eq(budget.present_bytes, 10);
	ck_assert_uint_eq(budget.entries, 1);
}
END_TEST

START_TEST(the_bound_includes_what_is_reserved)
{
	struct charge first = { 0 }, second = { 0 };
	struct budget budget;

	budget_init(&budget, 100, 30, 1);
	ck_assert_int_eq(budget_reserve(&budget, 70, &first), 0);
	ck_assert_int_eq(budget_reserve(&budget, 1, &second), BUDGET_E_FULL);
	ck_assert_ptr_null(second.budget);
	ck_assert_int_eq(budget_reserve(&budget, 0, &second), 0);
	charge_done(&second);
	charge_done(&first);
	charge_done(&first);
	ck_assert_uint_eq(budget.reserved_bytes, 0);
}
END_TEST

START_TEST(huge_sizes_do_not_wrap_into_the_bound)
{
	struct charge charge = { 0 };
	struct budget budget;

	budget_init(&budget, 100, 30, 1);
	ck_assert_int_eq(budget_reserve(&budget, UINT64_MAX - 10, &charge), BUDGET_E_FULL);
	ck_assert_uint_eq(budget_excess(&budget, UINT64_MAX - 10), 30);
}
END_TEST

START_TEST(excess_is_what_must_go_before_more_fits)
{
	struct charge charge = { 0 };
	struct budget budget;

	budget_init(&budget, 100, 80, 8);
	ck_assert_uint_eq(budget_excess(&budget, 0), 0);
	ck_assert_uint_eq(budget_excess(&budget, 20), 0);
	ck_assert_uint_eq(budget_excess(&budget, 21), 1);
	ck_assert_uint_eq(budget_excess(&budget, 100), 80);
	ck_assert_int_eq(budget_reserve(&budget, 15, &charge), 0);
	ck_assert_uint_eq(budget_excess(&budget, 20), 15);
	charge_done(&charge);
	budget.limit_bytes = 50;
	ck_assert_uint_eq(budget_excess(&budget, 0), 30);
	ck_assert_int_eq(budget_reserve(&budget, 0, &charge), BUDGET_E_FULL);
}
END_TEST

START_TEST(an_estimate_is_corrected_as_far_as_there_is_room)
{
	struct charge charge = { 0 };
	struct budget budget;

	budget_init(&budget, 100, 30, 1);
	ck_assert_int_eq(budget_reserve(&budget, 50, &charge), 0);
	ck_assert_int_eq(charge_resize(&charge, 70), 0);
	ck_assert_uint_eq(budget.reserved_bytes, 70);
	ck_assert_int_eq(charge_resize(&charge, 71), BUDGET_E_FULL);
	ck_assert_int_eq(charge_resize(&charge, UINT64_MAX), BUDGET_E_FULL);
	ck_assert_uint_eq(budget.reserved_bytes, 70);
	/* A bound that was lowered meanwhile is no reason not to give back. */
	budget.limit_bytes = 10;
	ck_assert_int_eq(charge_resize(&charge, 20), 0);
	ck_assert_uint_eq(budget.reserved_bytes, 20);
	charge_keep(&charge);
	ck_assert_uint_eq(budget.present_bytes, 50);
	ck_assert_uint_eq(budget.reserved_bytes, 0);
}
END_TEST

START_TEST(what_is_gone_but_open_counts)
{
	struct charge charge = { 0 };
	struct budget budget;

	budget_init(&budget, 100, 30, 1);
	budget.lingering_bytes = 60;
	ck_assert_uint_eq(budget_excess(&budget, 20), 10);
	ck_assert_int_eq(budget_reserve(&budget, 11, &charge), BUDGET_E_FULL);
	ck_assert_int_eq(budget_reserve(&budget, 10, &charge), 0);
	ck_assert_int_eq(charge_resize(&charge, 11), BUDGET_E_FULL);
	charge_done(&charge);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_charge_given_up_leaves_the_budget_as_it_was,
		a_charge_kept_is_present_and_gives_nothing_back,
		the_bound_includes_what_is_reserved,
		huge_sizes_do_not_wrap_into_the_bound,
		excess_is_what_must_go_before_more_fits,
		an_estimate_is_corrected_as_far_as_there_is_room,
		what_is_gone_but_open_counts,
	};

	return suite_run(&(struct suite_list){
		.name = "budget",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
	});
}
