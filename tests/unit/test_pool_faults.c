/* SPDX-License-Identifier: MIT
 *
 * What goes wrong around the encoders and is nobody's picture's fault: no descriptors, a zygote
 * that dies, a process that will not end, a stop at the wrong moment.
 */
#include "pool_fixture.h"

/* A render thread may be on its way to submit while the pool stops. */
START_TEST(job_submitted_after_the_stop_is_answered_too)
{
	static struct job job;
	struct pool_options options = options_of(1);

	start(&options);
	pool_stop(pool);
	submit(&job, "");
	ck_assert_msg(EVENTUALLY(is_done(&job)), "the job never ended");
	sem_post(&job.done);
	collect(&job);
	ck_assert_int_eq(job.error, ESHUTDOWN);
	pool = pool_free(pool);
	ck_assert_uint_eq(count_descriptors(), descriptors);
}
END_TEST

/* No descriptor for one more encoder is no reason to end those that work. */
START_TEST(no_descriptor_for_an_encoder_ends_no_other)
{
	static struct job running, waiting;
	struct pool_options options = options_of(2);
	struct rlimit limit, low;

	start(&options);
	submit(&running, "FAKE sleep-once=1500ms");
	ck_assert(EVENTUALLY(figures().running == 1));
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = limit;
	/* Room for the two files of the job, and nothing more. */
	low.rlim_cur = count_descriptors() + 2;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	submit(&waiting, "");
	clock_sleep(500 * USEC_PER_MSEC);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	collect(&waiting);
	collect(&running);
	ck_assert_int_eq(running.error, 0);
	ck_assert_msg(waiting.error == 0, "%s", waiting.reason);
	ck_assert_uint_eq(figures().zygote_restarts, 0);
	ck_assert_uint_eq(figures().crashes, 0);
}
END_TEST

/* Twice robbed of its encoder, but never the cause. */
START_TEST(lost_zygote_is_not_held_against_the_picture)
{
	static struct job job;
	struct pool_options options = options_of(1);

	start(&options);
	submit(&job, "FAKE hang");
	for (int i = 0; i < 2; i++) {
		ck_assert(EVENTUALLY(figures().running == 1));
		encoder_pid();
		kill(zygote_pid(), SIGKILL);
		ck_assert(EVENTUALLY(figures().zygote_restarts == (uint64_t)i + 1));
	}
	clock_sleep(300 * USEC_PER_MSEC);
	if (!is_done(&job)) { /* still being tried, which is as good */
		pool_stop(pool);
		collect(&job);
		pool = pool_free(pool);
		return;
	}
	ck_assert_msg(job.transient, "remembered: %s", job.reason);
}
END_TEST

static void stop_encoder(void)
{
	kill(encoder_pid(), SIGSTOP);
}

/* Five seconds of silence from one that retires say nothing of the zygote. */
START_TEST(encoder_that_takes_its_time_to_retire_ends_no_other)
{
	static struct job retires, works;
	struct pool_options options = options_of(2);

	options.jobs_per_encoder = 1;
	start(&options);
	retires.hook = stop_encoder;
	submit(&retires, "");
	collect(&retires);
	submit(&works, "FAKE sleep-once=7s");
	collect(&works);
	ck_assert_int_eq(works.error, 0);
	ck_assert_uint_eq(figures().zygote_restarts, 0);
	ck_assert_uint_eq(figures().crashes, 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		job_submitted_after_the_stop_is_answered_too,
		no_descriptor_for_an_encoder_ends_no_other,
		lost_zygote_is_not_held_against_the_picture,
		encoder_that_takes_its_time_to_retire_ends_no_other,
	};

	return suite_run(&(struct suite_list){
		"pool_faults", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
