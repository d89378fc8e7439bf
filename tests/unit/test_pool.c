/* SPDX-License-Identifier: MIT
 *
 * What the pool promises of jobs: done once, in order, retried, given up, ended with it.
 */
#include "pool_fixture.h"

START_TEST(every_job_is_done_exactly_once)
{
	static struct job jobs[60];
	struct pool_options options = options_of(4);

	start(&options);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		submit(&jobs[i], i % 3 ? "" : "FAKE sleep=5ms");
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		ck_assert(EVENTUALLY(is_done(&jobs[i])));
		ck_assert_msg(jobs[i].error == 0, "%s", jobs[i].reason);
		ck_assert_str_eq(jobs[i].reason, "");
		ck_assert(jobs[i].answered);
		ck_assert_uint_eq(jobs[i].reply.size_bytes, 1000);
		ck_assert_int_eq(output_size(&jobs[i]), 1000);
		collect_done(&jobs[i]);
	}
	ck_assert_uint_le(figures().encoders, 4);
	ck_assert_uint_eq(figures().queued, 0);
	ck_assert_uint_eq(figures().restarts, 0);
}
END_TEST

START_TEST(one_worker_takes_jobs_as_they_came)
{
	static struct job jobs[12];
	struct pool_options options = options_of(1);

	start(&options);
	submit_all(jobs, ARRAY_SIZE(jobs), "FAKE sleep=2ms");
	collect_all(jobs, ARRAY_SIZE(jobs));
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		ck_assert_int_eq(jobs[i].order, (int)i);
	ck_assert_uint_eq(figures().encoders, 1);
}
END_TEST

START_TEST(slow_job_holds_up_no_other)
{
	static struct job slow, quick;
	struct pool_options options = options_of(2);

	start(&options);
	submit(&slow, "FAKE sleep=2s");
	submit(&quick, "");
	collect(&quick);
	ck_assert(!is_done(&slow));
	collect(&slow);
	ck_assert_int_eq(slow.error, 0);
}
END_TEST

START_TEST(crash_costs_one_retry)
{
	struct pool_options options = options_of(1);
	struct job job;

	start(&options);
	job = run("FAKE crash-once");
	ck_assert_msg(job.error == 0, "%s", job.reason);
	ck_assert_uint_eq(job.reply.size_bytes, 1000);
	ck_assert_uint_eq(figures().crashes, 1);
	ck_assert_uint_eq(figures().restarts, 1);
	ck_assert_uint_eq(figures().zygote_restarts, 0);
}
END_TEST

/* It has another job by the time the lie is found out, which may then still crash once. */
START_TEST(condemned_encoder_dies_and_its_next_job_is_not_to_blame)
{
	static struct job next;
	struct pool_options options = options_of(1);
	struct job liar;
	pid_t pid;

	start(&options);
	liar = run("");
	pid = encoder_pid();
	submit(&next, "FAKE hang-once\nFAKE crash-once");
	/* By one byte it tells that it hangs. */
	ck_assert(EVENTUALLY(output_size(&next) == 1));
	pool_condemn(pool, liar.encoder);
	collect(&next);
	ck_assert_msg(next.error == 0, "%s", next.reason);
	ck_assert_uint_ne(next.encoder, liar.encoder);
	ck_assert(EVENTUALLY(kill(pid, 0) < 0));
	ck_assert_uint_eq(figures().condemned, 1);
	ck_assert_uint_eq(figures().crashes, 1);
	ck_assert_uint_eq(figures().restarts, 2);
}
END_TEST

START_TEST(condemning_who_is_gone_does_nothing)
{
	struct pool_options options = options_of(1);
	struct job first;

	options.jobs_per_encoder = 1;
	start(&options);
	first = run("");
	ck_assert_int_eq(run("FAKE sleep=1ms").error, 0);
	pool_condemn(pool, first.encoder);
	pool_condemn(pool, 12345);
	ck_assert_int_eq(run("").error, 0);
	ck_assert_uint_eq(figures().condemned, 0);
}
END_TEST

START_TEST(second_crash_is_the_pictures_fault_and_names_the_signal)
{
	struct pool_options options = options_of(1);
	struct job job;

	start(&options);
	job = run("FAKE crash");
	ck_assert_int_eq(job.error, EIO);
	ck_assert(!job.transient);
	ck_assert(!job.answered);
	ck_assert_msg(strstr(job.reason, strsignal(SIGSEGV)), "%s", job.reason);
	ck_assert_uint_eq(figures().crashes, 2);
	ck_assert_int_eq(run("").error, 0);
}
END_TEST

START_TEST(encoder_that_leaves_without_a_word_is_a_crash)
{
	struct pool_options options = options_of(1);
	struct job job;

	start(&options);
	job = run("FAKE exit=3");
	ck_assert_int_eq(job.error, EIO);
	ck_assert(!job.transient);
	ck_assert_str_ne(job.reason, "");
	ck_assert_int_eq(run("FAKE exit-once=0").error, 0);
}
END_TEST

START_TEST(crash_goes_back_to_the_head_of_the_line)
{
	static struct job jobs[4];
	struct pool_options options = options_of(1);

	start(&options);
	submit(&jobs[0], "FAKE crash-once");
	submit_all(jobs + 1, ARRAY_SIZE(jobs) - 1, "FAKE sleep=2ms");
	collect_all(jobs, ARRAY_SIZE(jobs));
	/* One other may have begun while the zygote was still asked what it died of. */
	ck_assert_int_le(jobs[0].order, 1);
	for (size_t i = 2; i < ARRAY_SIZE(jobs); i++)
		ck_assert_int_eq(jobs[i].order, (int)i);
}
END_TEST

START_TEST(deadline_kills_and_only_the_late_one)
{
	static struct job hangs, quick;
	struct pool_options options = options_of(2);
	usec_t began = now_monotonic();

	options.bounds.deadline_usec = 1500 * USEC_PER_MSEC;
	start(&options);
	submit(&hangs, "FAKE hang");
	submit(&quick, "");
	collect(&quick);
	ck_assert_int_eq(quick.error, 0);
	collect(&hangs);
	ck_assert_int_eq(hangs.error, ETIMEDOUT);
	ck_assert(!hangs.transient);
	ck_assert_msg(strstr(hangs.reason, "1.5"), "%s", hangs.reason);
	ck_assert_uint_ge(now_monotonic() - began, options.bounds.deadline_usec);
	ck_assert_uint_eq(figures().deadlines, 1);
	ck_assert_int_eq(run("").error, 0);
}
END_TEST

START_TEST(liar_is_killed_and_counts_as_died)
{
	struct pool_options options = options_of(1);
	struct job job;

	start(&options);
	job = run("FAKE garbage-reply");
	ck_assert_int_eq(job.error, EIO);
	ck_assert(!job.answered);
	ck_assert_uint_eq(figures().crashes, 2);
	job = run("FAKE garbage-reply-once");
	ck_assert_int_eq(job.error, 0);
}
END_TEST

START_TEST(what_an_encoder_answers_becomes_an_errno)
{
	static const struct {
		const char *directive;
		int error;
		bool transient;
	} cases[] = {
		{ "FAKE error=damaged", EIO, false },
		{ "FAKE error=toolarge", EFBIG, false },
		{ "FAKE error=nomemory", ENOMEM, false },
		{ "FAKE error=output", ENOSPC, true },
		{ "FAKE error=unsupported", EIO, false },
	};
	struct pool_options options = options_of(1);

	start(&options);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct job job = run(cases[i].directive);

		ck_assert_int_eq(job.error, cases[i].error);
		ck_assert_int_eq(job.transient, cases[i].transient);
		ck_assert(job.answered);
		ck_assert_msg(strstr(job.reason, "told to fail"), "%s", job.reason);
	}
	/* An error is an answer, not a death. */
	ck_assert_uint_eq(figures().restarts, 0);
}
END_TEST

START_TEST(encoder_retires_after_its_jobs)
{
	struct pool_options options = options_of(1);

	options.jobs_per_encoder = 3;
	start(&options);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(run("").error, 0);
	ck_assert_uint_eq(figures().retired_jobs, 3);
	ck_assert_uint_eq(figures().restarts, 3);
	ck_assert_uint_eq(figures().crashes, 0);
}
END_TEST

START_TEST(killed_zygote_is_replaced_and_no_job_is_lost)
{
	static struct job jobs[6];
	struct pool_options options = options_of(2);

	start(&options);
	submit_all(jobs, ARRAY_SIZE(jobs), "FAKE sleep-once=1s");
	encoder_pid();
	kill(zygote_pid(), SIGKILL);
	/* The new zygote knows nothing of what was done once, so these sleep again. */
	collect_sound(jobs, ARRAY_SIZE(jobs));
	ck_assert_uint_eq(figures().zygote_restarts, 1);
}
END_TEST

START_TEST(idle_pool_gets_over_a_killed_zygote)
{
	struct pool_options options = options_of(1);

	start(&options);
	ck_assert_int_eq(run("").error, 0);
	kill(zygote_pid(), SIGKILL);
	ck_assert(EVENTUALLY(figures().zygote_restarts == 1));
	ck_assert_int_eq(run("").error, 0);
}
END_TEST

START_TEST(killed_idle_encoder_costs_no_job)
{
	struct pool_options options = options_of(1);

	start(&options);
	ck_assert_int_eq(run("").error, 0);
	kill(encoder_pid(), SIGKILL);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(run("").error, 0);
}
END_TEST

START_TEST(missing_program_is_told_with_its_path)
{
	struct pool_options options = options_of(1);
	char reason[POOL_REASON_MAX] = "";
	size_t before = count_descriptors();

	options.encoder_path = "/nonexistent/lensfs-encoder";
	ck_assert_int_eq(pool_new(&options, &pool, reason), -ENOENT);
	ck_assert_ptr_nonnull(strstr(reason, options.encoder_path));
	ck_assert_ptr_nonnull(strstr(reason, strerror(ENOENT)));
	ck_assert_ptr_null(pool);
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

START_TEST(program_that_is_no_encoder_is_refused)
{
	struct pool_options options = options_of(1);
	char reason[POOL_REASON_MAX] = "";
	size_t before = count_descriptors();

	options.encoder_path = "/bin/true";
	ck_assert_int_eq(pool_new(&options, &pool, reason), -ECONNRESET);
	ck_assert_ptr_nonnull(strstr(reason, options.encoder_path));
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

START_TEST(stop_ends_what_runs_and_what_waits)
{
	static struct job jobs[5];
	struct pool_options options = options_of(2);
	usec_t began;

	start(&options);
	submit_all(jobs, ARRAY_SIZE(jobs), "FAKE hang");
	ck_assert(EVENTUALLY(figures().running == 2));
	began = now_monotonic();
	pool_stop(pool);
	ck_assert_uint_lt(now_monotonic() - began, 2 * USEC_PER_SEC);
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		ck_assert(is_done(&jobs[i]));
		collect_done(&jobs[i]);
		ck_assert_int_eq(jobs[i].error, ESHUTDOWN);
		ck_assert(jobs[i].transient);
	}
	pool = pool_free(pool);
	ck_assert_uint_eq(count_descriptors(), descriptors);
}
END_TEST

START_TEST(hello_tells_of_formats_and_fingerprint)
{
	struct pool_options options = options_of(1);

	start(&options);
	ck_assert_str_eq(pool_hello(pool)->fingerprint, "fake-1");
	ck_assert_uint_ne(pool_hello(pool)->readable & 1u << FORMAT_JPEG, 0);
	ck_assert_uint_ne(pool_hello(pool)->writable & 1u << FORMAT_WEBP, 0);
}
END_TEST

static sem_t at_hook, let_go;

static void linger(void)
{
	sem_post(&at_hook);
	sem_wait(&let_go);
}

/* What a watchdog goes by: a thread that waits for work is well, one that does not return is not.
 */
START_TEST(round_that_does_not_end_is_told_without_a_lock)
{
	static struct job job;
	struct pool_options options = options_of(1);

	sem_init(&at_hook, 0, 0);
	sem_init(&let_go, 0, 0);
	start(&options);
	ck_assert(EVENTUALLY(pool_round_usec(pool) == 0));
	job.hook = linger;
	submit(&job, "");
	sem_wait(&at_hook);
	ck_assert(EVENTUALLY(pool_round_usec(pool) > 5 * USEC_PER_MSEC));
	sem_post(&let_go);
	collect(&job);
	ck_assert(EVENTUALLY(pool_round_usec(pool) == 0));
}
END_TEST

START_TEST(encoders_are_shown_with_their_jobs)
{
	static struct job slow;
	struct pool_options options = options_of(2);
	struct pool_encoder seen[4];

	start(&options);
	submit(&slow, "FAKE sleep=500ms");
	ck_assert(EVENTUALLY(
		pool_encoders(pool, seen, ARRAY_SIZE(seen)) == 1 && seen[0].job == &slow.base));
	ck_assert_int_gt(seen[0].pid, 0);
	ck_assert_uint_le(seen[0].since, now_monotonic());
	ck_assert_uint_eq(pool_encoders(pool, seen, 0), 0);
	collect(&slow);
	ck_assert(EVENTUALLY(
		pool_encoders(pool, seen, ARRAY_SIZE(seen)) == 0 || seen[0].job != &slow.base));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_job_is_done_exactly_once,
		one_worker_takes_jobs_as_they_came,
		slow_job_holds_up_no_other,
		crash_costs_one_retry,
		condemned_encoder_dies_and_its_next_job_is_not_to_blame,
		condemning_who_is_gone_does_nothing,
		second_crash_is_the_pictures_fault_and_names_the_signal,
		encoder_that_leaves_without_a_word_is_a_crash,
		crash_goes_back_to_the_head_of_the_line,
		deadline_kills_and_only_the_late_one,
		liar_is_killed_and_counts_as_died,
		what_an_encoder_answers_becomes_an_errno,
		encoder_retires_after_its_jobs,
		killed_zygote_is_replaced_and_no_job_is_lost,
		idle_pool_gets_over_a_killed_zygote,
		killed_idle_encoder_costs_no_job,
		missing_program_is_told_with_its_path,
		program_that_is_no_encoder_is_refused,
		stop_ends_what_runs_and_what_waits,
		hello_tells_of_formats_and_fingerprint,
		round_that_does_not_end_is_told_without_a_lock,
		encoders_are_shown_with_their_jobs,
	};

	return suite_run(&(struct suite_list){
		"pool", tests, ARRAY_SIZE(tests), setup, teardown, CK_NOFORK });
}
