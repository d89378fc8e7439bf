/* SPDX-License-Identifier: MIT
 *
 * The breaker and the limits, step by step.
 */
#include "encode/throttle.h"
#include "fixture.h"

static struct throttle throttle;
static struct pool_limits limits;
static usec_t now;

static void setup(void)
{
	throttle_init(&throttle);
	limits = POOL_UNLIMITED;
	now = 100 * USEC_PER_SEC;
}

static unsigned workers(void)
{
	return throttle_workers(&throttle, 8);
}

START_TEST(nothing_is_restricted_at_first)
{
	ck_assert(!throttle_refuses(&throttle));
	ck_assert(!throttle_restricts(&throttle));
	ck_assert_uint_eq(workers(), 8);
	ck_assert_uint_eq(throttle_budget(&throttle, 1099), 1099);
	ck_assert_uint_eq(throttle_clock(&throttle), USEC_NEVER);
}
END_TEST

START_TEST(limits_are_what_was_asked_for)
{
	limits.encoders = 3;
	limits.memory_percent = 25;
	throttle_limit(&throttle, &limits);
	ck_assert_uint_eq(workers(), 3);
	ck_assert_uint_eq(throttle_workers(&throttle, 2), 2);
	ck_assert_uint_eq(throttle_budget(&throttle, 1000), 250);
	ck_assert(throttle_restricts(&throttle));
	limits = POOL_UNLIMITED;
	throttle_limit(&throttle, &limits);
	ck_assert(!throttle_restricts(&throttle));
}
END_TEST

START_TEST(held_open_it_waits_for_a_trial_when_let_go)
{
	limits.encode = false;
	throttle_limit(&throttle, &limits);
	ck_assert(throttle_refuses(&throttle));
	ck_assert_uint_eq(workers(), 0);
	throttle_tick(&throttle, now + 1000 * USEC_PER_SEC);
	ck_assert(throttle_refuses(&throttle));
	ck_assert_uint_eq(throttle_clock(&throttle), USEC_NEVER);
	limits.encode = true;
	throttle_limit(&throttle, &limits);
	ck_assert(!throttle_refuses(&throttle));
	ck_assert_uint_eq(workers(), 1);
	throttle_limit(&throttle, &limits); /* which is no second end */
	throttle_ended(&throttle);
	ck_assert_uint_eq(workers(), 8);
	throttle_limit(&throttle, &limits);
	ck_assert_uint_eq(workers(), 8);
}
END_TEST

START_TEST(several_starved_at_once_are_one_reason_for_a_trial)
{
	for (int i = 0; i < 5; i++)
		throttle_starved(&throttle, false, now);
	ck_assert(!throttle_refuses(&throttle));
	ck_assert_uint_eq(workers(), 1);
	throttle_ended(&throttle);
	ck_assert_uint_eq(workers(), 8);
}
END_TEST

START_TEST(starved_trial_opens_it_for_longer_each_time)
{
	const usec_t expected[] = { 5, 10, 20, 40, 60, 60 };

	throttle_starved(&throttle, false, now);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		throttle_starved(&throttle, true, now);
		ck_assert(throttle_refuses(&throttle));
		ck_assert_uint_eq(throttle_clock(&throttle), now + expected[i] * USEC_PER_SEC);
		throttle_tick(&throttle, now + expected[i] * USEC_PER_SEC - 1);
		ck_assert(throttle_refuses(&throttle));
		now += expected[i] * USEC_PER_SEC;
		throttle_tick(&throttle, now);
		ck_assert(!throttle_refuses(&throttle));
		ck_assert_uint_eq(workers(), 1);
	}
	/* One that ends well, and all is forgotten. */
	throttle_ended(&throttle);
	throttle_starved(&throttle, false, now);
	throttle_starved(&throttle, true, now);
	ck_assert_uint_eq(throttle_clock(&throttle), now + 5 * USEC_PER_SEC);
}
END_TEST

START_TEST(limits_of_others_do_not_close_it)
{
	throttle_starved(&throttle, false, now);
	throttle_starved(&throttle, true, now);
	throttle_limit(&throttle, &limits);
	ck_assert(throttle_refuses(&throttle));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		nothing_is_restricted_at_first,
		limits_are_what_was_asked_for,
		held_open_it_waits_for_a_trial_when_let_go,
		several_starved_at_once_are_one_reason_for_a_trial,
		starved_trial_opens_it_for_longer_each_time,
		limits_of_others_do_not_close_it,
	};

	return suite_run(&(struct suite_list){
		"throttle", tests, ARRAY_SIZE(tests), setup, NULL, CK_FORK });
}
