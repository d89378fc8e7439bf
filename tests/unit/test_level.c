/* SPDX-License-Identifier: MIT
 *
 * Readings → level: each transition by hand, and properties over random traces.
 */
#include "fixture.h"
#include "pressure/measures.h"

#define STEP (200 * USEC_PER_MSEC)

static struct level_state state;
static usec_t now;

static void setup(void)
{
	state = (struct level_state){ 0 };
	now = 1000 * USEC_PER_SEC;
}

static bool step_percents(const double percent[static READINGS])
{
	struct sample sample = { .at = now += STEP };

	memcpy(sample.percent, percent, sizeof(sample.percent));
	return level_step(&state, &level_config_default, &sample);
}

/* One reading at `percent`; the others are calm. */
static bool step(enum reading reading, double percent)
{
	double percents[READINGS] = { 60, 60, 0, 0, 0 };

	percents[reading] = percent;
	return step_percents(percents);
}

static void steps(int n, enum reading reading, double percent)
{
	while (n-- > 0)
		step(reading, percent);
}

#define WINDOW_STEPS ((int)(LEVEL_WINDOW_USEC / STEP) + LEVEL_IN_A_ROW + 1)

START_TEST(calm_machine_is_normal)
{
	steps(100, READING_MACHINE, 84.9);
	ck_assert_int_eq(state.level, PRESSURE_NORMAL);
}
END_TEST

START_TEST(each_threshold_has_its_level)
{
	static const struct {
		enum reading reading;
		double percent;
		enum pressure_level level;
	} cases[] = {
		{ READING_MACHINE, 85, PRESSURE_ELEVATED },
		{ READING_MACHINE, 92, PRESSURE_HIGH },
		{ READING_MACHINE, 97, PRESSURE_CRITICAL },
		{ READING_GROUP, 85, PRESSURE_ELEVATED },
		{ READING_GROUP, 92, PRESSURE_HIGH },
		{ READING_GROUP, 100, PRESSURE_CRITICAL },
		{ READING_STALL_SOME, 3.4, PRESSURE_NORMAL },
		{ READING_STALL_SOME, 3.5, PRESSURE_ELEVATED },
		{ READING_STALL_SOME, 5, PRESSURE_HIGH },
		{ READING_STALL_SOME, 100, PRESSURE_HIGH },
		{ READING_STALL_FULL, 4.9, PRESSURE_NORMAL },
		{ READING_STALL_FULL, 5, PRESSURE_CRITICAL },
		{ READING_NOTICE, 100, PRESSURE_ELEVATED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setup();
		steps(WINDOW_STEPS, cases[i].reading, cases[i].percent);
		ck_assert_msg(state.level == cases[i].level, "%s at %.1f: %s",
			reading_name(cases[i].reading), cases[i].percent,
			pressure_level_name(state.level));
		if (state.level > PRESSURE_NORMAL)
			ck_assert_int_eq(state.because, cases[i].reading);
	}
}
END_TEST

START_TEST(rises_with_the_third_in_a_row)
{
	ck_assert(!step(READING_MACHINE, 99));
	ck_assert(!step(READING_MACHINE, 99));
	ck_assert(step(READING_MACHINE, 99));
	ck_assert_int_eq(state.level, PRESSURE_CRITICAL);
}
END_TEST

START_TEST(rises_to_what_all_three_ask_for)
{
	step(READING_MACHINE, 86);
	step(READING_MACHINE, 99);
	ck_assert(step(READING_MACHINE, 99));
	ck_assert_int_eq(state.level, PRESSURE_ELEVATED);
	step(READING_MACHINE, 99);
	step(READING_MACHINE, 99);
	ck_assert(step(READING_MACHINE, 99));
	ck_assert_int_eq(state.level, PRESSURE_CRITICAL);
}
END_TEST

START_TEST(one_spike_says_nothing)
{
	steps(30, READING_MACHINE, 50);
	for (int i = 0; i < 200; i++)
		ck_assert(!step(READING_MACHINE, i % 26 == 0 ? 100 : 50));
	ck_assert_int_eq(state.level, PRESSURE_NORMAL);
}
END_TEST

/* Samples are far apart as long as all is calm, and so few. */
START_TEST(one_spike_among_few_samples_says_nothing)
{
	for (int i = 0; i < 3; i++) {
		now += 2 * USEC_PER_SEC - STEP;
		step(READING_MACHINE, 50);
	}
	ck_assert(!step(READING_MACHINE, 100));
	for (int i = 0; i < WINDOW_STEPS; i++)
		ck_assert(!step(READING_MACHINE, 50));
	ck_assert_int_eq(state.level, PRESSURE_NORMAL);
}
END_TEST

START_TEST(falls_only_below_the_margin)
{
	steps(WINDOW_STEPS, READING_MACHINE, 93);
	ck_assert_int_eq(state.level, PRESSURE_HIGH);
	steps(10 * WINDOW_STEPS, READING_MACHINE, 89.1);
	ck_assert_int_eq(state.level, PRESSURE_HIGH);
	steps(WINDOW_STEPS, READING_MACHINE, 88);
	ck_assert_int_eq(state.level, PRESSURE_ELEVATED);
	steps(WINDOW_STEPS, READING_MACHINE, 50);
	ck_assert_int_eq(state.level, PRESSURE_NORMAL);
}
END_TEST

START_TEST(stalls_of_a_machine_that_is_mostly_free_do_not_count)
{
	const double free_machine[READINGS] = { 49, 30, 100, 100, 0 };
	const double full_group[READINGS] = { 20, 60, 0, 100, 0 };
	const double unknown[READINGS] = { -1, -1, 0, 100, -1 };

	for (int i = 0; i < 100; i++)
		ck_assert(!step_percents(free_machine));
	ck_assert_int_eq(state.level, PRESSURE_NORMAL);
	for (int i = 0; i < WINDOW_STEPS; i++)
		step_percents(full_group);
	ck_assert_int_eq(state.level, PRESSURE_CRITICAL);
	setup();
	for (int i = 0; i < WINDOW_STEPS; i++)
		step_percents(unknown);
	ck_assert_int_eq(state.level, PRESSURE_CRITICAL);
}
END_TEST

START_TEST(what_is_not_known_asks_for_nothing)
{
	const double unknown[READINGS] = { -1, -1, -1, -1, -1 };

	for (int i = 0; i < 100; i++)
		ck_assert(!step_percents(unknown));
	ck_assert_int_eq(state.level, PRESSURE_NORMAL);
}
END_TEST

/* After a long pause nothing of what was before counts. */
START_TEST(window_forgets_by_time)
{
	steps(2, READING_MACHINE, 99);
	now += 60 * USEC_PER_SEC;
	step(READING_MACHINE, 50);
	ck_assert_double_eq(level_percentile(&state, READING_MACHINE), 50);
}
END_TEST

START_TEST(percentile_is_by_nearest_rank)
{
	ck_assert_double_lt(level_percentile(&state, READING_MACHINE), 0);
	for (int i = 1; i <= 20; i++)
		step(READING_MACHINE, i);
	ck_assert_double_eq(level_percentile(&state, READING_MACHINE), 19);
	step(READING_MACHINE, 21);
	ck_assert_double_eq(level_percentile(&state, READING_MACHINE), 20);
}
END_TEST

START_TEST(restless_when_it_matters)
{
	ck_assert(level_is_restless(&state, &level_config_default)); /* nothing known yet */
	steps(30, READING_MACHINE, 60);
	ck_assert(!level_is_restless(&state, &level_config_default));
	step(READING_MACHINE, 76);
	ck_assert(level_is_restless(&state, &level_config_default));
	steps(30, READING_STALL_SOME, 2.5);
	ck_assert(level_is_restless(&state, &level_config_default));
}
END_TEST

/* --- Properties -------------------------------------------------------------------------- */

#define TRACES 300
#define LENGTH 400

static double random_between(double low, double high)
{
	return low + (high - low) * (double)rand() / RAND_MAX;
}

/* Whatever goes on between a threshold and the margin below it: no change. */
START_TEST(nothing_flaps_inside_the_band)
{
	for (int trace = 0; trace < TRACES; trace++) {
		enum pressure_level level = PRESSURE_ELEVATED + trace % 3;
		double high = level_config_default.threshold[READING_MACHINE][level];
		double low = high - level_config_default.margin[READING_MACHINE];
		enum pressure_level before;

		setup();
		srand((unsigned)trace);
		steps(WINDOW_STEPS, READING_MACHINE,
			trace % 2 ? high : low - 1); /* from above or below */
		before = state.level;
		for (int i = 0; i < LENGTH; i++) {
			ck_assert(!step(READING_MACHINE, random_between(low, high - 0.001)));
			ck_assert_int_eq(state.level, before);
		}
	}
}
END_TEST

/* For any trace: no two changes within the three samples that a change takes, never higher than
 * the highest sample of a window, and of the three that a change takes, asks for, and back to normal in a window's time of calm. */
START_TEST(level_follows_any_trace)
{
	for (int trace = 0; trace < TRACES; trace++) {
		int last_change = -LEVEL_IN_A_ROW;
		double drift = 70, trace_of[LENGTH];

		setup();
		srand(1000 + (unsigned)trace);
		for (int i = 0; i < LENGTH; i++) {
			double highest = 0;

			drift += random_between(-4, 4);
			drift = drift < 0 ? 0 : drift > 100 ? 100 : drift;
			if (step(READING_GROUP, drift)) {
				ck_assert_int_ge(i - last_change, LEVEL_IN_A_ROW);
				last_change = i;
			}
			trace_of[i] = drift;
			for (int j = i; j >= 0 && i - j < WINDOW_STEPS; j--)
				highest = trace_of[j] > highest ? trace_of[j] : highest;
			if (state.level > PRESSURE_NORMAL) {
				ck_assert_double_ge(highest,
					level_config_default
							.threshold[READING_GROUP][state.level] -
						level_config_default.margin[READING_GROUP]);
			}
		}
		steps(WINDOW_STEPS, READING_GROUP, 50);
		ck_assert_int_eq(state.level, PRESSURE_NORMAL);
	}
}
END_TEST

/* A step up never allows what the one below it forbade. */
START_TEST(measures_only_tighten)
{
	const struct measures *below = measures_of(PRESSURE_NORMAL);

	ck_assert(below->speculate && below->search && below->keep_idle && below->encode &&
		  !below->give_back);
	ck_assert_uint_eq(below->encoders_max, 0);
	ck_assert_uint_eq(below->memory_percent, 100);
	ck_assert_uint_eq(below->cache_percent, 100);
	for (enum pressure_level level = PRESSURE_ELEVATED; level < PRESSURE_LEVELS; level++) {
		const struct measures *m = measures_of(level);

		ck_assert(below->speculate || !m->speculate);
		ck_assert(below->search || !m->search);
		ck_assert(below->keep_idle || !m->keep_idle);
		ck_assert(below->encode || !m->encode);
		ck_assert(m->give_back || !below->give_back);
		ck_assert(below->encoders_max == 0 ||
			  (m->encoders_max > 0 && m->encoders_max <= below->encoders_max));
		ck_assert_uint_le(m->memory_percent, below->memory_percent);
		ck_assert_uint_lt(m->cache_percent, below->cache_percent);
		below = m;
	}
	ck_assert(!below->encode);
	ck_assert(!measures_of(PRESSURE_ELEVATED)->search);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		calm_machine_is_normal,
		each_threshold_has_its_level,
		rises_with_the_third_in_a_row,
		rises_to_what_all_three_ask_for,
		one_spike_says_nothing,
		one_spike_among_few_samples_says_nothing,
		falls_only_below_the_margin,
		stalls_of_a_machine_that_is_mostly_free_do_not_count,
		what_is_not_known_asks_for_nothing,
		window_forgets_by_time,
		percentile_is_by_nearest_rank,
		restless_when_it_matters,
		nothing_flaps_inside_the_band,
		level_follows_any_trace,
		measures_only_tighten,
	};

	return suite_run(&(struct suite_list){
		"level", tests, ARRAY_SIZE(tests), setup, NULL, CK_FORK });
}
