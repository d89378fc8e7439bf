/* SPDX-License-Identifier: MIT
 *
 * Who begins next, and that over any course of arrivals and ends nobody waits for ever.
 */
#include "encode/admission.h"
#include "encode/job_queue.h"
#include "fixture.h"

static struct job_queue queue;
static struct pool_job jobs[2000];
static size_t n_jobs;

/* One more in line. `estimate` 0: its header is not read yet. */
static struct pool_job *arrive(enum job_class class, uint64_t estimate)
{
	struct pool_job *job = &jobs[n_jobs++];

	*job = (struct pool_job){ .class = class, .estimate_bytes = estimate };
	job_queue_push(&queue, job);
	return job;
}

/* All the memory that running jobs may have, of which so much is free. */
static struct admission_room room(uint64_t free_bytes)
{
	return (struct admission_room){ UINT64_MAX, free_bytes, true, true };
}

static struct pool_job *take(uint64_t free_bytes)
{
	struct admission_room now = room(free_bytes);

	return job_queue_take(&queue, &now);
}

static bool admit(struct pool_job *job, uint64_t free_bytes)
{
	struct admission_room now = room(free_bytes);

	return job_queue_admit(&queue, job, &now);
}

static void setup(void)
{
	n_jobs = 0;
	job_queue_init(&queue);
}

static void teardown(void)
{
	while (job_queue_pop(&queue))
		;
	ck_assert_uint_eq(job_queue_length(&queue), 0);
	ck_assert_uint_eq(job_queue_waiting(&queue), 0);
	job_queue_done(&queue);
}

START_TEST(what_fits_begins_as_it_came)
{
	struct pool_job *a = arrive(JOB_INTERACTIVE, 0), *b = arrive(JOB_INTERACTIVE, 50),
			*c = arrive(JOB_INTERACTIVE, 0);

	ck_assert_ptr_eq(take(50), a);
	ck_assert_ptr_eq(take(50), b);
	ck_assert_ptr_eq(take(0), c);
	ck_assert_ptr_null(take(50));
}
END_TEST

START_TEST(heavy_one_that_waits_holds_up_no_small_one)
{
	struct pool_job *heavy = arrive(JOB_INTERACTIVE, 100),
			*small = arrive(JOB_INTERACTIVE, 10);

	ck_assert_ptr_eq(take(99), small);
	ck_assert_uint_eq(heavy->overtaken, 1);
	ck_assert_ptr_null(take(99));
	ck_assert_ptr_eq(take(100), heavy);
}
END_TEST

START_TEST(reading_a_header_overtakes_nobody)
{
	struct pool_job *heavy = arrive(JOB_INTERACTIVE, 100),
			*unknown = arrive(JOB_INTERACTIVE, 0);

	ck_assert_ptr_eq(take(10), unknown);
	ck_assert_uint_eq(heavy->overtaken, 0);
	unknown->estimate_bytes = 10;
	ck_assert(admit(unknown, 10));
	ck_assert_uint_eq(heavy->overtaken, 1);
}
END_TEST

START_TEST(only_so_many_overtake_and_then_all_wait_for_the_heavy_one)
{
	struct pool_job *heavy = arrive(JOB_INTERACTIVE, 100), *late;

	for (int i = 0; i < ADMISSION_OVERTAKEN_MAX; i++) {
		arrive(JOB_INTERACTIVE, 10);
		ck_assert_ptr_nonnull(take(50));
	}
	late = arrive(JOB_INTERACTIVE, 10);
	arrive(JOB_INTERACTIVE, 0);
	ck_assert_ptr_null(take(99));
	ck_assert_ptr_eq(take(100), heavy);
	ck_assert_ptr_eq(take(10), late);
}
END_TEST

/* Its header was read while the heavy one lost its patience. */
START_TEST(header_that_comes_too_late_goes_back_in_line)
{
	struct pool_job *heavy = arrive(JOB_INTERACTIVE, 100),
			*late = arrive(JOB_INTERACTIVE, 0);

	ck_assert_ptr_eq(take(50), late);
	heavy->overtaken = ADMISSION_OVERTAKEN_MAX;
	late->estimate_bytes = 10;
	ck_assert(!admit(late, 50));
	job_queue_return(&queue, late);
	ck_assert_uint_eq(job_queue_waiting(&queue), 2);
	ck_assert_ptr_eq(take(100), heavy);
	ck_assert_ptr_eq(take(50), late);
}
END_TEST

START_TEST(what_does_not_fit_is_not_admitted)
{
	struct pool_job job = { .estimate_bytes = 51 };

	ck_assert(!admit(&job, 50));
	ck_assert(admit(&job, 51));
}
END_TEST

START_TEST(who_comes_back_has_the_old_place)
{
	struct pool_job *a = arrive(JOB_INTERACTIVE, 0), *b = arrive(JOB_INTERACTIVE, 0),
			*c = arrive(JOB_INTERACTIVE, 0);

	ck_assert_ptr_eq(take(0), a);
	ck_assert_ptr_eq(take(0), b);
	job_queue_return(&queue, b);
	job_queue_return(&queue, a);
	ck_assert_ptr_eq(take(0), a);
	ck_assert_ptr_eq(take(0), b);
	ck_assert_ptr_eq(take(0), c);
	/* The tail is where it was. */
	job_queue_return(&queue, c);
	a = arrive(JOB_INTERACTIVE, 0);
	ck_assert_ptr_eq(take(0), c);
	ck_assert_ptr_eq(take(0), a);
}
END_TEST

START_TEST(interactive_goes_before_prefetch)
{
	struct pool_job *ahead = arrive(JOB_PREFETCH, 0), *asked = arrive(JOB_INTERACTIVE, 0);

	ck_assert_ptr_eq(take(0), asked);
	ck_assert_ptr_eq(take(0), ahead);
}
END_TEST

START_TEST(prefetch_does_not_take_what_an_interactive_job_waits_for)
{
	struct pool_job *ahead = arrive(JOB_PREFETCH, 10),
			*heavy = arrive(JOB_INTERACTIVE, 100), probed;

	ck_assert_ptr_null(take(50));
	probed = (struct pool_job){ .class = JOB_PREFETCH, .estimate_bytes = 10 };
	ck_assert(!admit(&probed, 50));
	ck_assert_uint_eq(heavy->overtaken, 0);
	ck_assert_ptr_eq(take(100), heavy);
	ck_assert_ptr_eq(take(50), ahead);
}
END_TEST

START_TEST(line_of_heavy_ones_is_not_searched_to_its_end)
{
	for (int i = 0; i < ADMISSION_LOOKAHEAD; i++)
		arrive(JOB_INTERACTIVE, 100);
	arrive(JOB_INTERACTIVE, 10);
	ck_assert_ptr_null(take(50));
	ck_assert_ptr_nonnull(take(100));
	ck_assert_ptr_eq(take(50), &jobs[ADMISSION_LOOKAHEAD]);
}
END_TEST

/* --- Any course of events ----------------------------------------------------------------- */

#define MEMORY  100
#define WORKERS 4

static uint64_t random_state;

static unsigned random_below(unsigned n)
{
	/* xorshift64, Marsaglia 2003 */
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state >> 33) % n;
}

static struct pool_job *running[WORKERS];
static unsigned turn_of[ARRAY_SIZE(jobs)]; /* when it began; 0: not yet */
static uint64_t size_of[ARRAY_SIZE(jobs)];

static uint64_t used(void)
{
	uint64_t sum = 0;

	for (int i = 0; i < WORKERS; i++)
		sum += running[i] ? running[i]->estimate_bytes : 0;
	return sum;
}

/* As the pool does it: headers are read, what is not admitted goes back. */
static void fill_workers(unsigned turn)
{
	for (int i = 0; i < WORKERS; i++) {
		struct pool_job *job;

		while (!running[i] && (job = take(MEMORY - used()))) {
			bool known = job->estimate_bytes > 0;

			job->estimate_bytes = size_of[job - jobs];
			if (known || admit(job, MEMORY - used())) {
				running[i] = job;
				turn_of[job - jobs] = turn;
			} else {
				job_queue_return(&queue, job);
			}
		}
	}
}

static void check_course(uint64_t seed)
{
	memset(running, 0, sizeof(running));
	memset(turn_of, 0, sizeof(turn_of));
	random_state = seed * 7919;
	for (unsigned turn = 1; turn < 1500; turn++) {
		for (unsigned n = random_below(3); n > 0 && n_jobs < ARRAY_SIZE(jobs); n--) {
			size_of[n_jobs] =
				random_below(10) ? 1 + random_below(20) : 60 + random_below(41);
			arrive(random_below(4) ? JOB_INTERACTIVE : JOB_PREFETCH, 0);
		}
		fill_workers(turn);
		ck_assert_uint_le(used(), MEMORY);
		for (int i = 0; i < WORKERS; i++) {
			if (running[i] && random_below(2))
				running[i] = NULL;
		}
	}
	for (unsigned turn = 1500; job_queue_length(&queue) > 0; turn++) {
		ck_assert_uint_lt(turn, 5000);
		fill_workers(turn);
		memset(running, 0, sizeof(running));
	}
	for (size_t i = 0; i < n_jobs; i++) {
		ck_assert_uint_gt(turn_of[i], 0);
		ck_assert_uint_le(jobs[i].overtaken, ADMISSION_OVERTAKEN_MAX);
	}
}

START_TEST(nobody_waits_for_ever_and_memory_is_never_promised_twice)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		n_jobs = 0;
		check_course(seed);
	}
}
END_TEST

/* The bound counts those that begin before it; in a closed line that is all there is to see. */
START_TEST(heavy_one_begins_while_small_ones_keep_coming)
{
	struct pool_job *heavy;
	unsigned turn;

	memset(running, 0, sizeof(running));
	random_state = 42;
	size_of[0] = MEMORY;
	for (size_t i = 1; i < ARRAY_SIZE(jobs); i++)
		size_of[i] = 30;
	n_jobs = 1; /* place 0 is the heavy one's */
	for (int i = 0; i < 3; i++)
		arrive(JOB_INTERACTIVE, 0);
	fill_workers(1);
	jobs[0] = (struct pool_job){ .class = JOB_INTERACTIVE };
	heavy = &jobs[0];
	job_queue_push(&queue, heavy);
	for (turn = 2; running[0] != heavy && running[1] != heavy && running[2] != heavy &&
		       running[3] != heavy;
		turn++) {
		ck_assert_uint_lt(turn, 100);
		arrive(JOB_INTERACTIVE, 0);
		running[random_below(WORKERS)] = NULL;
		fill_workers(turn);
	}
	ck_assert_uint_eq(heavy->overtaken, ADMISSION_OVERTAKEN_MAX);
}
END_TEST

/* --- A budget made smaller for now -------------------------------------------------------- */

START_TEST(job_over_the_budget_of_now_is_in_nobodys_way)
{
	struct pool_job *heavy = arrive(JOB_INTERACTIVE, 100), *small;
	struct admission_room now = { 50, 50, true };

	for (int i = 0; i < ADMISSION_OVERTAKEN_MAX + 20; i++) {
		small = arrive(JOB_INTERACTIVE, 10);
		ck_assert(job_queue_has(&queue, &now));
		ck_assert_ptr_eq(job_queue_take(&queue, &now), small);
		ck_assert(job_queue_admit(&queue, small, &now));
	}
	ck_assert(!job_queue_has(&queue, &now));
	ck_assert_ptr_null(job_queue_take(&queue, &now));
	/* And not of prefetch. */
	small = arrive(JOB_PREFETCH, 10);
	ck_assert_ptr_eq(job_queue_take(&queue, &now), small);
	ck_assert_ptr_eq(take(100), heavy);
}
END_TEST

START_TEST(prefetch_waits_where_it_may_not_begin)
{
	struct admission_room now = { 100, 100, false };
	struct pool_job *ahead = arrive(JOB_PREFETCH, 0);

	ck_assert_ptr_null(job_queue_take(&queue, &now));
	ck_assert(!job_queue_admit(&queue, ahead, &now));
	now.prefetch = true;
	ck_assert_ptr_eq(job_queue_take(&queue, &now), ahead);
}
END_TEST

START_TEST(searches_wait_where_they_may_not_begin)
{
	struct admission_room none = { UINT64_MAX, 100, .prefetch = true };
	struct pool_job *budget = arrive(JOB_INTERACTIVE, 0), *automatic, *plain;

	budget->request.view = (struct view){ .format = FORMAT_WEBP, .max_bytes = 1000 };
	automatic = arrive(JOB_INTERACTIVE, 50);
	automatic->request.view.format = FORMAT_AUTO;
	plain = arrive(JOB_INTERACTIVE, 50);
	ck_assert_ptr_eq(job_queue_take(&queue, &none), plain);
	ck_assert_ptr_null(job_queue_take(&queue, &none));
	ck_assert(!job_queue_admit(&queue, budget, &none));
	ck_assert_ptr_eq(job_queue_take_overdue(&queue, &none, 1000, 10), NULL);
	ck_assert_ptr_eq(job_queue_take_overdue(&queue, &none, 1011, 10), budget);
	ck_assert_ptr_eq(take(100), automatic);
}
END_TEST

START_TEST(only_what_is_put_off_is_overdue)
{
	struct pool_job *heavy = arrive(JOB_INTERACTIVE, 100);
	struct admission_room now = { 100, 0, true };

	arrive(JOB_INTERACTIVE, 10);
	ck_assert_ptr_null(job_queue_take_overdue(&queue, &now, 1, 0));
	now.budget_bytes = 99;
	ck_assert_ptr_null(job_queue_take_overdue(&queue, &now, 1, 0));
	ck_assert_ptr_eq(job_queue_take_overdue(&queue, &now, 2, 0), heavy);
	ck_assert_ptr_null(job_queue_take_overdue(&queue, &now, 2, 0));
	ck_assert_uint_eq(job_queue_length(&queue), 1);
}
END_TEST

/* It waited for its turn, not for a limit to be lifted. */
START_TEST(what_waited_long_for_others_is_not_overdue_when_put_off)
{
	struct pool_job *heavy = arrive(JOB_INTERACTIVE, 100);
	struct admission_room now = { 100, 0, true };

	ck_assert_ptr_null(job_queue_take_overdue(&queue, &now, 1000, 30));
	now.budget_bytes = 99;
	ck_assert_ptr_null(job_queue_take_overdue(&queue, &now, 2000, 30));
	ck_assert_ptr_null(job_queue_take_overdue(&queue, &now, 2030, 30));
	/* A budget that comes and goes keeps nobody waiting for ever. */
	now.budget_bytes = 100;
	ck_assert_ptr_null(job_queue_take_overdue(&queue, &now, 2031, 30));
	now.budget_bytes = 99;
	ck_assert_ptr_eq(job_queue_take_overdue(&queue, &now, 2032, 30), heavy);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_fits_begins_as_it_came,
		heavy_one_that_waits_holds_up_no_small_one,
		reading_a_header_overtakes_nobody,
		only_so_many_overtake_and_then_all_wait_for_the_heavy_one,
		header_that_comes_too_late_goes_back_in_line,
		what_does_not_fit_is_not_admitted,
		who_comes_back_has_the_old_place,
		interactive_goes_before_prefetch,
		prefetch_does_not_take_what_an_interactive_job_waits_for,
		line_of_heavy_ones_is_not_searched_to_its_end,
		nobody_waits_for_ever_and_memory_is_never_promised_twice,
		heavy_one_begins_while_small_ones_keep_coming,
		job_over_the_budget_of_now_is_in_nobodys_way,
		prefetch_waits_where_it_may_not_begin,
		searches_wait_where_they_may_not_begin,
		only_what_is_put_off_is_overdue,
		what_waited_long_for_others_is_not_overdue_when_put_off,
	};

	return suite_run(&(struct suite_list){
		"admission", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
