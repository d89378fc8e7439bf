/* SPDX-License-Identifier: MIT
 *
 * What the pool promises of memory: known from the header before it is used, never promised
 * twice, waited for in turn, and given back by encoders that grow or idle.
 */
#include <inttypes.h>

#include "encode/estimate.h"
#include "pool_fixture.h"

#define MIB (UINT64_C(1) << 20)

/* The estimate of what `submit(job, "FAKE pixels=…")` submits. */
static uint64_t estimate_of(uint32_t width, uint32_t height)
{
	struct encode_request request = { .source_format = FORMAT_JPEG };
	struct encode_facts facts = {
		.width = width,
		.height = height,
		.decoded_width = width,
		.decoded_height = height,
		.result_width = width,
		.result_height = height,
		.frames = 1,
		.bytes_pixel = 3,
		.result_pixel = 3,
	};
	struct view view;

	ck_assert_int_eq(view_parse("webp", 4, NULL, &view, NULL), 0);
	ck_assert_int_eq(view_resolve(&view, FORMAT_JPEG, &request.view, NULL), 0);
	return estimate_memory(&facts, &request, 1);
}

START_TEST(header_over_the_limit_of_pixels_is_refused_and_costs_no_encoder)
{
	struct pool_options options = options_of(1);
	struct job job;

	start(&options);
	job = run("FAKE pixels=50000x50000");
	ck_assert_int_eq(job.error, EFBIG);
	ck_assert(!job.transient);
	ck_assert_msg(strstr(job.reason, "50000 x 50000"), "%s", job.reason);
	ck_assert_msg(strstr(job.reason, "1000000000"), "%s", job.reason);
	job = run("FAKE pixels=4x4x1001");
	ck_assert_int_eq(job.error, EFBIG);
	ck_assert_msg(strstr(job.reason, "1001 frames"), "%s", job.reason);
	ck_assert_msg(strstr(job.reason, "of 1000"), "%s", job.reason);
	ck_assert_int_eq(run("FAKE pixels=4x4x1000").error, 0);
	ck_assert_uint_eq(figures().restarts, 0);
	ck_assert_uint_eq(figures().encoders, 1);
}
END_TEST

START_TEST(job_over_the_whole_memory_is_too_large)
{
	struct pool_options options = options_of(2);
	struct job job;

	options.bounds.memory_bytes = estimate_of(2000, 2000);
	start(&options);
	ck_assert_int_eq(run("FAKE pixels=2000x2000").error, 0);
	job = run("FAKE pixels=2000x2500");
	ck_assert_int_eq(job.error, EFBIG);
	ck_assert(!job.transient);
	ck_assert_msg(strstr(job.reason, "memory"), "%s", job.reason);
	ck_assert_int_eq(run("").error, 0);
	ck_assert_uint_eq(figures().restarts, 0);
}
END_TEST

START_TEST(running_jobs_stay_within_the_memory)
{
	static struct job jobs[12];
	struct pool_options options = options_of(4);
	uint64_t most = 0, most_waiting = 0;
	size_t done = 0;

	options.bounds.memory_bytes = 2 * estimate_of(2000, 2000) + MIB;
	start(&options);
	submit_all(jobs, ARRAY_SIZE(jobs), "FAKE pixels=2000x2000\nFAKE sleep=100ms");
	while (done < ARRAY_SIZE(jobs)) {
		struct pool_stats now = figures();

		ck_assert_uint_le(now.memory_used_bytes, options.bounds.memory_bytes);
		most = now.memory_used_bytes > most ? now.memory_used_bytes : most;
		most_waiting =
			now.memory_waiting > most_waiting ? now.memory_waiting : most_waiting;
		done += is_done(&jobs[done]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		sem_post(&jobs[i].done);
	collect_sound(jobs, ARRAY_SIZE(jobs));
	/* Two at a time, as there is room for. */
	ck_assert_uint_eq(most, 2 * estimate_of(2000, 2000));
	ck_assert_uint_ge(most_waiting, 1);
	ck_assert(EVENTUALLY(figures().memory_used_bytes == 0));
	ck_assert_uint_eq(figures().memory_waiting, 0);
	ck_assert_uint_eq(figures().memory_limit_bytes, options.bounds.memory_bytes);
}
END_TEST

START_TEST(heavy_job_waits_and_small_ones_pass)
{
	static struct job runs, heavy, small;
	struct pool_options options = options_of(3);

	/* The first has threads of its own, being alone. */
	options.bounds.memory_bytes =
		estimate_of(3000, 3000) + estimate_of(640, 480) + 64 * MIB;
	start(&options);
	submit(&runs, "FAKE pixels=3000x3000\nFAKE sleep=2s");
	ck_assert(EVENTUALLY(figures().memory_used_bytes > 0));
	submit(&heavy, "FAKE pixels=3000x3001");
	ck_assert(EVENTUALLY(figures().memory_waiting == 1));
	submit(&small, "");
	collect(&small);
	ck_assert(!is_done(&runs));
	ck_assert_int_eq(small.error, 0);
	collect(&heavy);
	collect(&runs);
	ck_assert_int_eq(heavy.error, 0);
	ck_assert_int_lt(runs.order, heavy.order);
	ck_assert_uint_eq(figures().restarts, 0);
}
END_TEST

START_TEST(prefetch_waits_for_all_others)
{
	static struct job first, ahead[3], asked[3];
	struct pool_options options = options_of(1);

	start(&options);
	submit(&first, "FAKE sleep=1s");
	for (size_t i = 0; i < ARRAY_SIZE(ahead); i++) {
		ahead[i].base.class = JOB_PREFETCH;
		submit(&ahead[i], "");
	}
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		submit(&asked[i], "");
	collect(&first);
	for (size_t i = 0; i < ARRAY_SIZE(ahead); i++) {
		collect(&asked[i]);
		collect(&ahead[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(ahead); i++) {
		ck_assert_int_eq(asked[i].order, (int)i + 1);
		ck_assert_int_eq(ahead[i].order, (int)i + 4);
	}
}
END_TEST

START_TEST(lone_job_has_all_threads_and_one_of_many_has_one)
{
	static struct job jobs[4];
	struct pool_options options = options_of(3);

	start(&options);
	ck_assert_uint_eq(run("FAKE output-per-thread=1000").reply.size_bytes, 3000);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		submit(&jobs[i], i == 0 ? "FAKE sleep=1500ms" : "FAKE output-per-thread=1000");
	collect_all(jobs, ARRAY_SIZE(jobs));
	for (size_t i = 1; i < ARRAY_SIZE(jobs); i++)
		ck_assert_uint_eq(jobs[i].reply.size_bytes, 1000);
}
END_TEST

START_TEST(threads_that_cost_too_much_memory_are_not_used)
{
	struct pool_options options = options_of(64);

	options.bounds.memory_bytes = estimate_of(640, 480);
	start(&options);
	ck_assert_uint_eq(run("FAKE output-per-thread=1000").reply.size_bytes, 1000);
}
END_TEST

/* Five seconds of its own, however much the job has. */
START_TEST(header_that_takes_too_long_is_a_trap)
{
	struct pool_options options = options_of(1);
	usec_t began = now_monotonic();
	struct job job;

	start(&options);
	job = run("FAKE hang-header");
	ck_assert_int_eq(job.error, ETIMEDOUT);
	ck_assert(!job.transient);
	ck_assert_msg(strstr(job.reason, "header"), "%s", job.reason);
	ck_assert_uint_lt(now_monotonic() - began, options.bounds.deadline_usec / 2);
	ck_assert_uint_eq(figures().deadlines, 1);
	ck_assert_int_eq(run("").error, 0);
}
END_TEST

START_TEST(header_is_within_the_deadline_of_the_job)
{
	struct pool_options options = options_of(1);
	struct job job;

	options.bounds.deadline_usec = 200 * USEC_PER_MSEC;
	start(&options);
	job = run("FAKE hang-header");
	ck_assert_int_eq(job.error, ETIMEDOUT);
	ck_assert_msg(strstr(job.reason, "0.2 seconds"), "%s", job.reason);
}
END_TEST

START_TEST(crash_over_a_header_costs_one_retry)
{
	struct pool_options options = options_of(1);

	start(&options);
	ck_assert_int_eq(run("FAKE crash-header-once").error, 0);
	ck_assert_uint_eq(figures().crashes, 1);
	ck_assert_int_eq(run("FAKE crash-header").error, EIO);
	ck_assert_uint_eq(figures().crashes, 3);
}
END_TEST

/* Thirty leaks of 30 MiB, and no encoder is ever larger than the bound and the last leak. */
START_TEST(leak_of_any_size_keeps_memory_flat)
{
	struct pool_options options = options_of(1);
	uint64_t small, most = 0;

	options.growth_bytes = 64 * MIB;
	start(&options);
	small = run("").reply.maxrss_bytes;
	for (int i = 0; i < 30; i++) {
		struct job job = run("FAKE leak=30M");

		ck_assert_int_eq(job.error, 0);
		most = job.reply.maxrss_bytes > most ? job.reply.maxrss_bytes : most;
	}
	ck_assert_uint_le(most, small + (64 + 30 + 16) * MIB);
	ck_assert_uint_ge(figures().retired_growth, 9);
	/* One leak that is too large is one too many, also in the first job. */
	ck_assert_int_eq(run("FAKE leak=30M").error, 0);
	ck_assert(EVENTUALLY(run("FAKE leak=300M").reply.maxrss_bytes > 0));
	ck_assert_uint_le(run("").reply.maxrss_bytes, small + 16 * MIB);
	ck_assert_uint_eq(figures().crashes, 0);
	ck_assert_uint_eq(figures().retired_jobs, 0);
}
END_TEST

START_TEST(idle_encoders_end_but_for_one)
{
	static struct job jobs[3];
	struct pool_options options = options_of(3);
	pid_t last;

	options.idle_usec = 300 * USEC_PER_MSEC;
	start(&options);
	submit_all(jobs, ARRAY_SIZE(jobs), "FAKE sleep=1500ms");
	ck_assert(EVENTUALLY(figures().running == 3));
	collect_all(jobs, ARRAY_SIZE(jobs));
	ck_assert(EVENTUALLY(figures().retired_idle == 2));
	ck_assert(EVENTUALLY(children_of(zygote_pid(), &last) == 1));
	clock_sleep(2 * options.idle_usec);
	ck_assert_uint_eq(figures().retired_idle, 2);
	ck_assert_uint_eq(figures().encoders, 1);
	ck_assert_uint_eq(figures().restarts, 0);
	ck_assert_int_eq(run("").error, 0);
	ck_assert_int_eq(encoder_pid(), last);
}
END_TEST

/* Stopped, it neither forks nor ends. */
START_TEST(hung_zygote_is_replaced_and_no_job_is_lost)
{
	static struct job jobs[2];
	struct pool_options options = options_of(2);
	pid_t hung;

	start(&options);
	ck_assert_int_eq(run("").error, 0);
	hung = zygote_pid();
	kill(hung, SIGSTOP);
	submit_all(jobs, ARRAY_SIZE(jobs), "FAKE sleep=100ms");
	collect_sound(jobs, ARRAY_SIZE(jobs));
	ck_assert(EVENTUALLY(figures().zygote_restarts == 1));
	ck_assert_int_eq(run("").error, 0);
	ck_assert_int_ne(zygote_pid(), hung);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		header_over_the_limit_of_pixels_is_refused_and_costs_no_encoder,
		job_over_the_whole_memory_is_too_large,
		running_jobs_stay_within_the_memory,
		heavy_job_waits_and_small_ones_pass,
		prefetch_waits_for_all_others,
		lone_job_has_all_threads_and_one_of_many_has_one,
		threads_that_cost_too_much_memory_are_not_used,
		header_that_takes_too_long_is_a_trap,
		header_is_within_the_deadline_of_the_job,
		crash_over_a_header_costs_one_retry,
		leak_of_any_size_keeps_memory_flat,
		idle_encoders_end_but_for_one,
		hung_zygote_is_replaced_and_no_job_is_lost,
	};

	return suite_run(&(struct suite_list){
		"pool_memory", tests, ARRAY_SIZE(tests), setup, teardown, CK_NOFORK });
}
