/* SPDX-License-Identifier: MIT
 *
 * What goes wrong around the encoders and is nobody's picture's fault: no descriptors, a zygote
 * that dies, a process that will not end, a stop at the wrong moment.
 */
#include "pool_fixture.h"

static char folder[256], program[300], trouble[300];

/* A program that is the encoder, until `trouble` is a file: then it does what stands there. */
static void write_program(void)
{
	char text[2048];
	int n;

	temp_folder_make(folder);
	snprintf(program, sizeof(program), "%s/encoder", folder);
	snprintf(trouble, sizeof(trouble), "%s/trouble", folder);
	n = snprintf(text, sizeof(text), "#!/bin/sh\n[ -e '%s' ] && . '%s'\nexec '%s'\n",
		trouble, trouble, getenv("LENSFS_ENCODER_FAKE"));
	file_write(program, text, (size_t)n);
	ck_assert_int_eq(chmod(program, 0700), 0);
}

static void make_trouble(const char *text)
{
	file_write(trouble, text, strlen(text));
	kill(zygote_pid(), SIGKILL);
}

/* A render thread may be on its way to submit while the pool stops. */
START_TEST(job_submitted_after_the_stop_is_answered_too)
{
	static struct job job;
	struct pool_options options = options_of(1);

	start(&options);
	pool_stop(pool);
	submit(&job, "");
	ck_assert_msg(EVENTUALLY(is_done(&job)), "the job never ended");
	collect_done(&job);
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

START_TEST(jobs_wait_for_a_zygote_that_does_not_start)
{
	static struct job running, waiting;
	struct pool_options options = options_of(1);

	write_program();
	options.encoder_path = program;
	start(&options);
	submit(&running, "FAKE sleep-once=300ms");
	submit(&waiting, "");
	ck_assert(EVENTUALLY(figures().running == 1));
	make_trouble("exit 1");
	ck_assert(EVENTUALLY(figures().zygote_restarts == 1));
	clock_sleep(1500 * USEC_PER_MSEC);
	ck_assert(!is_done(&running) && !is_done(&waiting));
	ck_assert_int_eq(unlink(trouble), 0);
	collect(&running);
	collect(&waiting);
	ck_assert_msg(running.error == 0, "%s", running.reason);
	ck_assert_msg(waiting.error == 0, "%s", waiting.reason);
	temp_folder_remove(folder);
}
END_TEST

START_TEST(jobs_wait_for_a_zygote_no_longer_than_they_may_take)
{
	static struct job job;
	struct pool_options options = options_of(1);
	usec_t before;

	write_program();
	options.encoder_path = program;
	options.bounds.deadline_usec = 1500 * USEC_PER_MSEC;
	start(&options);
	make_trouble("exit 1");
	ck_assert(EVENTUALLY(figures().zygote_restarts == 1));
	before = now_monotonic();
	submit(&job, "");
	collect(&job);
	ck_assert_uint_ge(now_monotonic() - before, options.bounds.deadline_usec);
	ck_assert_int_eq(job.error, EIO);
	ck_assert(job.transient);
	ck_assert_msg(strstr(job.reason, "cannot be started"), "%s", job.reason);
	ck_assert_int_eq(unlink(trouble), 0);
	ck_assert_int_eq(run("").error, 0);
	temp_folder_remove(folder);
}
END_TEST

START_TEST(zygote_that_ends_again_and_again_is_started_once_a_second)
{
	static struct job job;
	struct pool_options options = options_of(1);
	uint64_t restarts;

	write_program();
	options.encoder_path = program;
	start(&options);
	submit(&job, "FAKE hang");
	ck_assert(EVENTUALLY(figures().running == 1));
	make_trouble("(sleep 0.5; kill -9 $$) 3<&- &");
	ck_assert(EVENTUALLY(figures().zygote_restarts >= 2));
	restarts = figures().zygote_restarts;
	clock_sleep(3100 * USEC_PER_MSEC);
	ck_assert_uint_le(figures().zygote_restarts, restarts + 4);
	pool_stop(pool);
	collect(&job);
	pool = pool_free(pool);
	temp_folder_remove(folder);
}
END_TEST

/* Such as those of a kernel that has no memory for a filter: the trial had one. */
START_TEST(encoder_that_dies_at_birth_is_not_held_against_the_picture)
{
	struct pool_options options = options_of(1);
	struct job job;

	write_program();
	options.encoder_path = program;
	options.bounds.deadline_usec = 1500 * USEC_PER_MSEC;
	start(&options);
	make_trouble("export LENSFS_FAKE_STILLBORN=1");
	ck_assert(EVENTUALLY(figures().zygote_restarts == 1));
	job = run("");
	ck_assert_int_eq(job.error, EIO);
	ck_assert_msg(job.transient, "remembered: %s", job.reason);
	ck_assert_uint_eq(figures().crashes, 0);
	temp_folder_remove(folder);
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
		jobs_wait_for_a_zygote_that_does_not_start,
		jobs_wait_for_a_zygote_no_longer_than_they_may_take,
		zygote_that_ends_again_and_again_is_started_once_a_second,
		encoder_that_dies_at_birth_is_not_held_against_the_picture,
		encoder_that_takes_its_time_to_retire_ends_no_other,
	};

	return suite_run(&(struct suite_list){
		"pool_faults", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
