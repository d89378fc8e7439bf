/* SPDX-License-Identifier: MIT
 *
 * Jobs that nobody waits for give way, whatever they have, to those that somebody waits for; and
 * become such, or end, when they are told.
 */
#include "encode/estimate.h"
#include "pool_fixture.h"

static void submit_ahead(struct job *job, const char *directives)
{
	job->base.class = JOB_PREFETCH;
	submit(job, directives);
}

/* Alone in the pool, and past its header: `output=1` and what `directives` say. */
static void begin_ahead(struct job *job, const char *directives)
{
	submit_ahead(job, directives);
	ck_assert(EVENTUALLY(figures().memory_used_bytes > 0));
}

static char state_of(pid_t pid)
{
	char state = 0;

	parent_of(pid, &state);
	return state;
}

START_TEST(prefetch_is_stopped_while_somebody_waits_and_goes_on_then)
{
	static struct job ahead, asked;
	struct pool_options options = options_of(1);
	pid_t pid;

	start(&options);
	begin_ahead(&ahead, "FAKE sleep=4s");
	pid = encoder_pid();
	submit(&asked, "FAKE sleep=1s");
	ck_assert(EVENTUALLY(figures().paused == 1));
	ck_assert(EVENTUALLY(state_of(pid) == 'T'));
	collect(&asked);
	ck_assert_int_eq(asked.error, 0);
	collect(&ahead);
	ck_assert_int_eq(ahead.error, 0);
	ck_assert_int_lt(asked.order, ahead.order);
	ck_assert_uint_eq(figures().paused, 0);
	ck_assert_uint_eq(figures().restarts, 0);
	ck_assert_int_ne(state_of(pid), 'T');
}
END_TEST

START_TEST(prefetch_has_the_processors_that_are_left)
{
	static struct job ahead[2], asked;
	struct pool_options options = options_of(2);

	start(&options);
	submit_ahead(&ahead[0], "FAKE sleep=5s");
	submit_ahead(&ahead[1], "FAKE sleep=5s");
	ck_assert(EVENTUALLY(figures().running == 2));
	submit(&asked, "FAKE sleep=1s");
	ck_assert(EVENTUALLY(figures().running == 3));
	ck_assert(EVENTUALLY(figures().paused == 1));
	collect(&asked);
	collect_sound(ahead, 2);
}
END_TEST

START_TEST(prefetch_does_not_begin_beside_what_somebody_waits_for)
{
	static struct job ahead, asked;
	struct pool_options options = options_of(1);

	start(&options);
	submit(&asked, "FAKE sleep=500ms");
	ck_assert(EVENTUALLY(figures().running == 1));
	submit_ahead(&ahead, "");
	collect(&asked);
	collect(&ahead);
	ck_assert_int_lt(asked.order, ahead.order);
	ck_assert_uint_eq(figures().encoders, 1);
}
END_TEST

START_TEST(deadline_does_not_count_the_time_it_was_stopped)
{
	static struct job ahead, asked[2];
	struct pool_options options = options_of(1);

	options.bounds.deadline_usec = 2 * USEC_PER_SEC;
	start(&options);
	begin_ahead(&ahead, "FAKE sleep=500ms");
	submit_all(asked, 2, "FAKE sleep=1200ms");
	collect_sound(asked, 2);
	collect(&ahead);
	ck_assert_msg(ahead.error == 0, "%s", ahead.reason);
}
END_TEST

START_TEST(promoted_in_line_it_goes_before_the_others)
{
	static struct job first, ahead[3], asked;
	struct pool_options options = options_of(1);

	start(&options);
	submit(&first, "FAKE sleep=500ms");
	ck_assert(EVENTUALLY(figures().running == 1));
	for (size_t i = 0; i < ARRAY_SIZE(ahead); i++)
		submit_ahead(&ahead[i], "");
	submit(&asked, "");
	pool_promote(pool, &ahead[2].base);
	collect(&first);
	collect(&asked);
	collect_sound(ahead, ARRAY_SIZE(ahead));
	ck_assert_int_eq(asked.order, 1);
	ck_assert_int_eq(ahead[2].order, 2);
	ck_assert_int_eq(ahead[0].order, 3);
}
END_TEST

START_TEST(promoted_under_way_it_goes_on)
{
	static struct job ahead, asked;
	struct pool_options options = options_of(1);

	start(&options);
	begin_ahead(&ahead, "FAKE sleep=3s");
	submit(&asked, "FAKE sleep=6s");
	ck_assert(EVENTUALLY(figures().paused == 1));
	pool_promote(pool, &ahead.base);
	ck_assert(EVENTUALLY(figures().paused == 0));
	ck_assert_uint_eq(figures().running, 2);
	collect(&ahead);
	collect(&asked);
	ck_assert_int_lt(ahead.order, asked.order);
}
END_TEST

START_TEST(cancelled_in_line_it_ends_and_under_way_it_goes_on)
{
	static struct job ahead[3];
	struct pool_options options = options_of(1);

	start(&options);
	begin_ahead(&ahead[0], "FAKE sleep=500ms");
	submit_ahead(&ahead[1], "");
	submit_ahead(&ahead[2], "");
	for (size_t i = 0; i < ARRAY_SIZE(ahead); i++)
		pool_cancel(pool, &ahead[i].base);
	collect_all(&ahead[1], 2);
	ck_assert_int_eq(ahead[1].error, ECANCELED);
	ck_assert(ahead[1].transient);
	ck_assert_int_eq(ahead[2].error, ECANCELED);
	collect(&ahead[0]);
	ck_assert_int_eq(ahead[0].error, 0);
	ck_assert_uint_eq(figures().cancelled, 2);
}
END_TEST

START_TEST(promoted_it_is_not_cancelled)
{
	static struct job first, ahead[2];
	struct pool_options options = options_of(1);

	start(&options);
	submit(&first, "FAKE sleep=500ms");
	ck_assert(EVENTUALLY(figures().running == 1));
	submit_ahead(&ahead[0], "");
	submit_ahead(&ahead[1], "");
	pool_promote(pool, &ahead[0].base);
	pool_cancel(pool, &ahead[0].base);
	pool_cancel(pool, &ahead[1].base);
	pool_promote(pool, &ahead[1].base);
	collect(&first);
	collect(&ahead[0]);
	ck_assert_int_eq(ahead[0].error, 0);
	collect(&ahead[1]);
	/* Whichever came first. */
	ck_assert(ahead[1].error == 0 || ahead[1].error == ECANCELED);
}
END_TEST

/* What `pixels=4000x3000` takes, and no more for two of them. */
static uint64_t memory_of_one(void)
{
	struct encode_request request = { .source_format = FORMAT_JPEG };
	struct encode_facts facts = {
		.width = 4000,
		.height = 3000,
		.decoded_width = 4000,
		.decoded_height = 3000,
		.result_width = 4000,
		.result_height = 3000,
		.frames = 1,
		.bytes_pixel = 3,
		.result_pixel = 3,
	};
	struct view view;

	ck_assert_int_eq(view_parse("webp", 4, NULL, &view, NULL), 0);
	ck_assert_int_eq(view_resolve(&view, FORMAT_JPEG, &request.view, NULL), 0);
	return estimate_memory(&facts, &request, 1) / 2 * 3;
}

START_TEST(who_lacks_memory_ends_prefetch)
{
	static struct job ahead, asked;
	struct pool_options options = options_of(2);

	options.bounds.memory_bytes = memory_of_one();
	start(&options);
	begin_ahead(&ahead, "FAKE pixels=4000x3000\nFAKE sleep=25s");
	submit(&asked, "FAKE pixels=4000x3000\nFAKE output=1000");
	collect(&asked);
	ck_assert_msg(asked.error == 0, "%s", asked.reason);
	collect(&ahead);
	ck_assert_int_eq(ahead.error, ECANCELED);
	ck_assert_uint_eq(figures().crashes, 0);
}
END_TEST

START_TEST(cancelled_while_it_is_stopped_it_ends)
{
	static struct job ahead, asked;
	struct pool_options options = options_of(1);

	start(&options);
	begin_ahead(&ahead, "FAKE sleep=25s");
	submit(&asked, "FAKE sleep=1s");
	ck_assert(EVENTUALLY(figures().paused == 1));
	pool_cancel(pool, &ahead.base);
	collect(&ahead);
	ck_assert_int_eq(ahead.error, ECANCELED);
	ck_assert(!is_done(&asked));
	collect(&asked);
	ck_assert_int_eq(asked.error, 0);
}
END_TEST

START_TEST(what_is_stopped_ends_under_pressure)
{
	static struct job ahead, asked;
	struct pool_options options = options_of(1);
	struct pool_limits limits = POOL_UNLIMITED;

	start(&options);
	begin_ahead(&ahead, "FAKE sleep=25s");
	submit(&asked, "FAKE sleep=1s");
	ck_assert(EVENTUALLY(figures().paused == 1));
	limits.prefetch = false;
	pool_limit(pool, &limits);
	collect(&ahead);
	ck_assert_int_eq(ahead.error, ECANCELED);
	collect(&asked);
	ck_assert_int_eq(asked.error, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		prefetch_is_stopped_while_somebody_waits_and_goes_on_then,
		prefetch_has_the_processors_that_are_left,
		prefetch_does_not_begin_beside_what_somebody_waits_for,
		deadline_does_not_count_the_time_it_was_stopped,
		promoted_in_line_it_goes_before_the_others,
		promoted_under_way_it_goes_on,
		cancelled_in_line_it_ends_and_under_way_it_goes_on,
		promoted_it_is_not_cancelled,
		who_lacks_memory_ends_prefetch,
		cancelled_while_it_is_stopped_it_ends,
		what_is_stopped_ends_under_pressure,
	};

	return suite_run(&(struct suite_list){
		"pool_prefetch", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
