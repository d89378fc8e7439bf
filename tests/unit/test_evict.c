/* SPDX-License-Identifier: MIT
 * The choice of victims, as properties over random figures, and the few numbers it promises. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cache/evict.h"
#include "fixture.h"

#define ROUNDS 20000
#define MANY   64

static uint64_t random_below(unsigned *seed, uint64_t bound)
{
	uint64_t wide = (uint64_t)rand_r(seed) << 31 ^ (uint64_t)rand_r(seed);

	return bound ? wide % bound : 0;
}

/* Of any magnitude: most of what goes wrong does so at the ends. */
static uint64_t random_figure(unsigned *seed)
{
	return random_below(seed, UINT64_C(1) << random_below(seed, 62))
	       << random_below(seed, 3);
}

/* --- Ranks -------------------------------------------------------------------------------- */

START_TEST(what_costs_more_or_is_used_more_or_takes_less_never_ranks_lower)
{
	unsigned seed = 1;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t size = random_figure(&seed), cost = random_figure(&seed);
		uint32_t uses = (uint32_t)random_below(&seed, 2 * EVICT_USES_MAX);
		uint64_t age = random_figure(&seed), rank = evict_rank(size, cost, uses, age);

		ck_assert_uint_ge(rank, age < INT64_MAX ? age : INT64_MAX);
		ck_assert_uint_ge(
			evict_rank(size, cost + random_figure(&seed), uses, age), rank);
		ck_assert_uint_ge(evict_rank(size, cost, uses + 1000, age), rank);
		ck_assert_uint_ge(
			evict_rank(size - random_below(&seed, size + 1), cost, uses, age),
			rank);
		ck_assert_uint_ge(
			evict_rank(size, cost, uses, age + random_figure(&seed)), rank);
		ck_assert_uint_le(rank, INT64_MAX);
	}
}
END_TEST

START_TEST(real_differences_make_a_difference)
{
	uint64_t webp = evict_rank(6276, 134746, EVICT_USE, 0);
	uint64_t png = evict_rank(652000, 975000, EVICT_USE, 0);

	ck_assert_uint_gt(webp, 14 * png);
	ck_assert_uint_gt(evict_rank(6276, 134747, EVICT_USE, 0), webp);
	ck_assert_uint_lt(evict_rank(6277, 134746, EVICT_USE, 0), webp);
	ck_assert_uint_gt(evict_rank(6276, 134746, EVICT_USE + 1, 0), webp);
	/* A picture of 60 bytes that took 30 ms, many times used, is below the bound on values. */
	ck_assert_uint_lt(evict_rank(60, 30000, EVICT_USES_MAX, 0), EVICT_VALUE_MAX);
	ck_assert_uint_eq(evict_rank(1, UINT64_MAX, EVICT_USES_MAX, 0), EVICT_VALUE_MAX);
}
END_TEST

START_TEST(nothing_at_all_can_be_ranked)
{
	ck_assert_uint_gt(evict_rank(0, 0, EVICT_USE, 0), 0);
	ck_assert_uint_eq(evict_rank(0, 0, 0, 7), 7);
	ck_assert_uint_gt(evict_rank(0, 1000, EVICT_USE, 0), evict_rank(1000, 0, EVICT_USE, 0));
	ck_assert_uint_eq(evict_rank(UINT64_MAX, 1, EVICT_USE, 5), 5);
}
END_TEST

/* Sixteen years of a turnover a minute, each of which lifts the age as far as one can. */
START_TEST(ranks_differ_after_years_and_end_without_a_wrap)
{
	uint64_t age = 0;

	for (unsigned turnover = 0; turnover < 8000000; turnover++)
		age = evict_rank(1, UINT64_MAX, EVICT_USES_MAX, age);
	ck_assert_uint_gt(evict_rank(6276, 134747, EVICT_USE, age),
		evict_rank(6276, 134746, EVICT_USE, age));
	for (unsigned turnover = 0; turnover < 1000000; turnover++)
		age = evict_rank(1, UINT64_MAX, EVICT_USES_MAX, age);
	ck_assert_uint_eq(age, INT64_MAX);
	ck_assert_uint_eq(evict_rank(1, 1, EVICT_USE, UINT64_MAX), INT64_MAX);
}
END_TEST

/* --- Uses --------------------------------------------------------------------------------- */

static struct evict_clock clock_at(uint64_t turned_bytes, uint64_t limit_bytes)
{
	return (struct evict_clock){ .turned_bytes = turned_bytes, .limit_bytes = limit_bytes };
}

START_TEST(uses_halve_in_eight_turnovers_and_are_forgotten_at_last)
{
	struct evict_clock now = clock_at(1000, 100), half = clock_at(1000 + 800, 100);
	struct evict_clock quarter = clock_at(1000 + 1600, 100), ages = clock_at(1000000, 100);

	ck_assert_uint_eq(evict_uses(0, 1000, &now), EVICT_USE);
	ck_assert_uint_eq(evict_uses(EVICT_USE, 1000, &now), 2 * EVICT_USE);
	ck_assert_uint_eq(evict_uses(2 * EVICT_USE, 1000, &half), 2 * EVICT_USE);
	ck_assert_uint_eq(evict_uses(2 * EVICT_USE, 1000, &quarter), 3 * EVICT_USE / 2);
	ck_assert_uint_eq(evict_uses(EVICT_USES_MAX, 1000, &ages), EVICT_USE);
	ck_assert_uint_eq(evict_uses_back(2 * EVICT_USE, 1000, &now), 7 * EVICT_USE / 4);
	ck_assert_uint_eq(evict_uses(EVICT_USES_MAX, 1000, &now), EVICT_USES_MAX);
}
END_TEST

START_TEST(uses_only_fade_with_the_clock_and_have_a_bound)
{
	unsigned seed = 2;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t uses = (uint32_t)random_below(&seed, EVICT_USES_MAX + 1);
		uint64_t at = random_figure(&seed);
		struct evict_clock clock = clock_at(random_figure(&seed), random_figure(&seed));
		uint32_t counted = evict_uses(uses, at, &clock), later;

		ck_assert_uint_ge(counted, EVICT_USE);
		ck_assert_uint_le(counted, EVICT_USES_MAX);
		ck_assert_uint_le(counted, uses + EVICT_USE);
		ck_assert_uint_le(evict_uses_back(uses, at, &clock), counted);
		ck_assert_uint_ge(
			evict_uses(uses < EVICT_USES_MAX ? uses + 1 : uses, at, &clock),
			counted);
		clock.turned_bytes += random_figure(&seed);
		later = evict_uses(uses, at, &clock);
		ck_assert_uint_le(later, counted);
	}
}
END_TEST

START_TEST(a_second_use_is_kept_and_a_single_one_that_comes_back_is_not)
{
	struct evict_clock clock = clock_at(0, 100);
	uint32_t once = evict_uses(0, 0, &clock), twice = evict_uses(once, 0, &clock);

	ck_assert_int_eq(evict_shelf(0), EVICT_PROBATION);
	ck_assert_int_eq(evict_shelf(once), EVICT_PROBATION);
	ck_assert_int_eq(evict_shelf(twice), EVICT_KEPT);
	clock.turned_bytes = 50;
	ck_assert_int_eq(evict_shelf(evict_uses_back(once, 0, &clock)), EVICT_PROBATION);
	ck_assert_int_eq(evict_shelf(evict_uses_back(twice, 0, &clock)), EVICT_KEPT);
}
END_TEST

/* --- The choice --------------------------------------------------------------------------- */

struct stand {
	struct evict_candidate items[EVICT_SHELVES][MANY], victims[EVICT_SHELVES * MANY];
	struct evict_window windows[EVICT_SHELVES];
	struct evict_clock clock;
};

static void add(struct stand *s, enum evict_shelf shelf, uint8_t name, uint64_t rank,
	uint64_t size_bytes)
{
	struct evict_window *window = &s->windows[shelf];

	window->items = s->items[shelf];
	window->items[window->n++] = (struct evict_candidate){
		.key = { .bytes = { (uint8_t)shelf, name } },
		.rank = rank,
		.size_bytes = size_bytes,
	};
	s->clock.bytes[shelf] += size_bytes;
}

static void random_stand(struct stand *s, unsigned *seed)
{
	*s = (struct stand){ 0 };
	for (enum evict_shelf shelf = 0; shelf < EVICT_SHELVES; shelf++) {
		uint64_t n = random_below(seed, MANY);

		for (uint64_t i = 0; i < n; i++)
			add(s, shelf, (uint8_t)i, random_below(seed, 30),
				random_below(seed, 50));
	}
	s->clock.limit_bytes = s->clock.bytes[0] + s->clock.bytes[1] + random_below(seed, 500);
}

static void shuffle(struct evict_window *window, unsigned *seed)
{
	for (size_t i = window->n; i > 1; i--) {
		size_t j = random_below(seed, i);
		struct evict_candidate item = window->items[i - 1];

		window->items[i - 1] = window->items[j];
		window->items[j] = item;
	}
}

static bool is_before(const struct evict_candidate *a, const struct evict_candidate *b)
{
	return a->rank != b->rank ? a->rank < b->rank
	                          : memcmp(&a->key, &b->key, sizeof(a->key)) < 0;
}

START_TEST(no_more_go_than_needed_and_never_a_higher_rank_before_a_lower)
{
	unsigned seed = 3;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct stand s;
		const struct evict_candidate *last[EVICT_SHELVES] = { 0 };
		uint64_t all, wanted, freed, sum = 0;
		size_t n;

		random_stand(&s, &seed);
		all = s.clock.bytes[0] + s.clock.bytes[1];
		wanted = random_below(&seed, 2 * all + 2);
		n = evict_choose(s.windows, &s.clock, wanted, s.victims, &freed);
		for (size_t k = 0; k < n; k++) {
			uint8_t shelf = s.victims[k].key.bytes[0];

			ck_assert_uint_lt(sum, wanted);
			sum += s.victims[k].size_bytes;
			ck_assert(!last[shelf] || is_before(last[shelf], &s.victims[k]));
			last[shelf] = &s.victims[k];
		}
		ck_assert_uint_eq(sum, freed);
		ck_assert(freed >= wanted || freed == all);
		ck_assert_uint_eq(s.clock.turned_bytes, freed);
		ck_assert_uint_eq(s.clock.bytes[0] + s.clock.bytes[1], all - freed);
		for (size_t shelf = 0; shelf < EVICT_SHELVES; shelf++)
			ck_assert_uint_eq(
				s.clock.age[shelf], last[shelf] ? last[shelf]->rank : 0);
	}
}
END_TEST

START_TEST(the_order_of_the_candidates_does_not_matter)
{
	unsigned seed = 4;

	for (unsigned i = 0; i < ROUNDS / 10; i++) {
		struct stand a, b;
		uint64_t wanted = random_below(&seed, 2000), freed_a, freed_b;
		unsigned again = seed;
		size_t n;

		random_stand(&a, &seed);
		random_stand(&b, &again);
		shuffle(&b.windows[0], &seed);
		shuffle(&b.windows[1], &seed);
		n = evict_choose(a.windows, &a.clock, wanted, a.victims, &freed_a);
		ck_assert_uint_eq(
			evict_choose(b.windows, &b.clock, wanted, b.victims, &freed_b), n);
		ck_assert_uint_eq(freed_a, freed_b);
		for (size_t k = 0; k < n; k++)
			ck_assert_int_eq(memcmp(&a.victims[k].key, &b.victims[k].key,
						 sizeof(a.victims[k].key)),
				0);
	}
}
END_TEST

START_TEST(probation_gives_what_is_over_its_tenth_and_the_rest_comes_from_the_kept)
{
	struct stand s = { .clock.limit_bytes = 200 };
	uint64_t freed;

	for (uint8_t i = 0; i < 4; i++) {
		add(&s, EVICT_PROBATION, i, 1000 + i, 10);
		add(&s, EVICT_KEPT, i, 10 + i, 10);
	}
	ck_assert_uint_eq(evict_choose(s.windows, &s.clock, 30, s.victims, &freed), 3);
	ck_assert_int_eq(s.victims[0].key.bytes[0], EVICT_PROBATION);
	ck_assert_int_eq(s.victims[1].key.bytes[0], EVICT_PROBATION);
	ck_assert_int_eq(s.victims[2].key.bytes[0], EVICT_KEPT);
	ck_assert_uint_eq(s.clock.age[EVICT_PROBATION], 1001);
	ck_assert_uint_eq(s.clock.age[EVICT_KEPT], 10);
}
END_TEST

START_TEST(an_empty_shelf_has_no_turn)
{
	for (enum evict_shelf shelf = 0; shelf < EVICT_SHELVES; shelf++) {
		struct stand s = { .clock.limit_bytes = 1000 };
		uint64_t freed;

		add(&s, shelf, 1, 5, 10);
		add(&s, shelf, 2, 6, 10);
		/* Sums that are wrong must not stop the evicting. */
		s.clock.bytes[!shelf] = 500;
		ck_assert_uint_eq(evict_choose(s.windows, &s.clock, 11, s.victims, &freed), 2);
		ck_assert_uint_eq(freed, 20);
	}
}
END_TEST

START_TEST(where_a_window_ends_the_choice_waits_for_more)
{
	struct stand s = { .clock.limit_bytes = 100 };
	uint64_t freed;

	add(&s, EVICT_PROBATION, 1, 5, 10);
	add(&s, EVICT_KEPT, 1, 1, 10);
	s.clock.bytes[EVICT_PROBATION] = 90;
	ck_assert_uint_eq(evict_choose(s.windows, &s.clock, 50, s.victims, &freed), 1);
	ck_assert_uint_eq(freed, 10);
	ck_assert_uint_eq(s.clock.bytes[EVICT_PROBATION], 80);
}
END_TEST

START_TEST(nothing_goes_for_nothing_and_nothing_from_nothing)
{
	struct stand s = { .clock.limit_bytes = 100 };
	uint64_t freed;

	ck_assert_uint_eq(evict_choose(s.windows, &s.clock, 100, s.victims, &freed), 0);
	ck_assert_uint_eq(freed, 0);
	add(&s, EVICT_KEPT, 1, 1, 10);
	ck_assert_uint_eq(evict_choose(s.windows, &s.clock, 0, s.victims, &freed), 0);
	ck_assert_uint_eq(freed, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_costs_more_or_is_used_more_or_takes_less_never_ranks_lower,
		real_differences_make_a_difference,
		nothing_at_all_can_be_ranked,
		ranks_differ_after_years_and_end_without_a_wrap,
		uses_halve_in_eight_turnovers_and_are_forgotten_at_last,
		uses_only_fade_with_the_clock_and_have_a_bound,
		a_second_use_is_kept_and_a_single_one_that_comes_back_is_not,
		no_more_go_than_needed_and_never_a_higher_rank_before_a_lower,
		the_order_of_the_candidates_does_not_matter,
		probation_gives_what_is_over_its_tenth_and_the_rest_comes_from_the_kept,
		an_empty_shelf_has_no_turn,
		where_a_window_ends_the_choice_waits_for_more,
		nothing_goes_for_nothing_and_nothing_from_nothing,
	};

	return suite_run(&(struct suite_list){
		.name = "evict",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
	});
}
