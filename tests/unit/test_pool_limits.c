/* SPDX-License-Identifier: MIT
 *
 * A pool that is told to do less, and one whose encoders the kernel kills for want of memory
 * (which a folder that stands for the machine's root says, and we do).
 */
#include "encode/admission.h"
#include "pool_fixture.h"

static char machine[256];

static void put_kills(int kills)
{
	char path[300], text[64];

	snprintf(path, sizeof(path), "%s/proc", machine);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/proc/vmstat", machine);
	snprintf(text, sizeof(text), "oom_kill %d\n", kills);
	file_write(path, text, strlen(text));
}

static void setup_machine(void)
{
	temp_folder_make(machine);
	put_kills(7);
	setup();
}

static void teardown_machine(void)
{
	teardown();
	temp_folder_remove(machine);
}

static void limit(struct pool_limits limits)
{
	pool_limit(pool, &limits);
}

static struct pool_limits limits_of(unsigned encoders, unsigned memory_percent)
{
	struct pool_limits limits = POOL_UNLIMITED;

	limits.encoders = encoders;
	limits.memory_percent = memory_percent;
	return limits;
}

/* It has its memory: the header is behind it. */
static bool encodes(void)
{
	return figures().memory_used_bytes > 0;
}

START_TEST(critical_refuses_what_waits_and_what_comes_and_lets_run_what_runs)
{
	static struct job running, waiting, later;
	struct pool_options options = options_of(1);
	struct pool_limits none = POOL_UNLIMITED;

	start(&options);
	submit(&running, "FAKE sleep=3s");
	ck_assert(EVENTUALLY(encodes()));
	submit(&waiting, "");
	none.encode = false;
	limit(none);
	collect(&waiting);
	ck_assert(!is_done(&running));
	submit(&later, "");
	collect(&later);
	ck_assert_int_eq(waiting.error, EBUSY);
	ck_assert_int_eq(later.error, EBUSY);
	ck_assert(later.transient);
	collect(&running);
	ck_assert_int_eq(running.error, 0);
	ck_assert_uint_eq(figures().busy, 2);
	limit(POOL_UNLIMITED);
	ck_assert_int_eq(run("").error, 0);
}
END_TEST

START_TEST(only_so_many_work_at_once)
{
	static struct job jobs[6];
	struct pool_options options = options_of(4);
	uint64_t most = 0;
	size_t done = 0;

	start(&options);
	limit(limits_of(2, 100));
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++)
		submit(&jobs[i], "FAKE sleep=50ms");
	while (done < ARRAY_SIZE(jobs)) {
		struct pool_stats now = figures();

		most = now.running > most ? now.running : most;
		done += is_done(&jobs[done]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(jobs); i++) {
		sem_post(&jobs[i].done);
		collect(&jobs[i]);
		ck_assert_int_eq(jobs[i].error, 0);
	}
	ck_assert_uint_eq(most, 2);
}
END_TEST

START_TEST(large_one_waits_for_the_limit_to_go_and_small_ones_pass)
{
	static struct job large, small;
	struct pool_options options = options_of(2);

	options.bounds.memory_bytes = UINT64_C(400) << 20;
	start(&options);
	ck_assert_int_eq(run("FAKE pixels=3000x3000").error, 0);
	limit(limits_of(0, 25));
	submit(&large, "FAKE pixels=3000x3000");
	ck_assert(EVENTUALLY(figures().memory_waiting == 1));
	for (int i = 0; i < 2 * ADMISSION_OVERTAKEN_MAX; i++) {
		submit(&small, "");
		collect(&small);
		ck_assert_int_eq(small.error, 0);
	}
	ck_assert(!is_done(&large));
	limit(POOL_UNLIMITED);
	collect(&large);
	ck_assert_int_eq(large.error, 0);
}
END_TEST

START_TEST(what_cannot_begin_waits_no_longer_than_a_deadline)
{
	struct pool_options options = options_of(1);
	struct job job;

	options.bounds.memory_bytes = UINT64_C(400) << 20;
	options.bounds.deadline_usec = 300 * USEC_PER_MSEC;
	start(&options);
	limit(limits_of(0, 25));
	job = run("FAKE pixels=3000x3000");
	ck_assert_int_eq(job.error, EBUSY);
	ck_assert(job.transient);
}
END_TEST

/* --- Bounds that change ------------------------------------------------------------------- */

START_TEST(more_encoders_or_fewer_work_from_now_on)
{
	static struct job jobs[6];
	struct pool_options options = options_of(1);

	start(&options);
	submit_all(jobs, 3, "FAKE sleep=20s");
	ck_assert(EVENTUALLY(figures().running == 1));
	options.bounds.workers = 3;
	pool_set_bounds(pool, &options.bounds);
	ck_assert(EVENTUALLY(figures().running == 3));
	/* What runs is left to end, and so those that come wait for all three. */
	options.bounds.workers = 1;
	pool_set_bounds(pool, &options.bounds);
	submit(&jobs[3], "FAKE sleep=20s");
	ck_assert(EVENTUALLY(figures().queued == 1));
	ck_assert_uint_eq(figures().running, 3);
	ck_assert(!is_done(&jobs[3]));
	pool_stop(pool);
	pool_free(pool);
	pool = NULL;
	collect_all(jobs, 4);
	ck_assert_int_eq(jobs[0].error, ESHUTDOWN);
	ck_assert_int_eq(jobs[3].error, ESHUTDOWN);
}
END_TEST

START_TEST(a_deadline_is_that_of_the_moment_a_job_begins)
{
	static struct job patient, hasty;
	struct pool_options options = options_of(2);

	start(&options);
	submit(&patient, "FAKE sleep=1s");
	ck_assert(EVENTUALLY(figures().running == 1));
	options.bounds.deadline_usec = 200 * USEC_PER_MSEC;
	pool_set_bounds(pool, &options.bounds);
	submit(&hasty, "FAKE sleep=20s");
	/* Before it is judged: what is said is the deadline it had. */
	ck_assert(EVENTUALLY(figures().running == 2));
	options.bounds.deadline_usec = PATIENCE_USEC;
	pool_set_bounds(pool, &options.bounds);
	collect(&hasty);
	ck_assert_int_eq(hasty.error, ETIMEDOUT);
	ck_assert_str_eq(hasty.reason, "not encoded within 0.2 seconds");
	collect(&patient);
	ck_assert_msg(patient.error == 0, "%s", patient.reason);
}
END_TEST

START_TEST(memory_is_bounded_anew_for_what_begins)
{
	struct pool_options options = options_of(1);

	options.bounds.memory_bytes = UINT64_C(100) << 20;
	start(&options);
	ck_assert_int_eq(run("FAKE pixels=3000x3000").error, EFBIG);
	options.bounds.memory_bytes = UINT64_C(400) << 20;
	pool_set_bounds(pool, &options.bounds);
	ck_assert_int_eq(run("FAKE pixels=3000x3000").error, 0);
	ck_assert_uint_eq(figures().memory_limit_bytes, options.bounds.memory_bytes);
	options.bounds.memory_bytes = UINT64_C(100) << 20;
	pool_set_bounds(pool, &options.bounds);
	ck_assert_int_eq(run("FAKE pixels=3000x3000").error, EFBIG);
}
END_TEST

START_TEST(idle_encoders_end_and_come_again)
{
	struct pool_options options = options_of(2);
	struct pool_limits limits = POOL_UNLIMITED;

	start(&options);
	ck_assert_int_eq(run("").error, 0);
	ck_assert(EVENTUALLY(figures().encoders == 1));
	ck_assert_uint_gt(figures().resident_bytes, 0);
	limits.keep_idle = false;
	limit(limits);
	ck_assert(EVENTUALLY(figures().encoders == 0));
	ck_assert_int_eq(run("").error, 0);
	ck_assert(EVENTUALLY(figures().encoders == 0));
	ck_assert(EVENTUALLY(figures().resident_bytes == 0));
	limit(POOL_UNLIMITED);
	ck_assert_int_eq(run("").error, 0);
	ck_assert_uint_eq(figures().encoders, 1);
}
END_TEST

START_TEST(prefetch_is_cancelled_and_goes_on)
{
	static struct job ahead;
	struct pool_options options = options_of(1);
	struct pool_limits limits = POOL_UNLIMITED;

	start(&options);
	limits.prefetch = false;
	limit(limits);
	ahead.base.class = JOB_PREFETCH;
	submit(&ahead, "");
	collect(&ahead);
	ck_assert_int_eq(ahead.error, ECANCELED);
	ck_assert(ahead.transient);
	ck_assert_uint_eq(figures().cancelled, 1);
	ck_assert_int_eq(run("").error, 0);
	limit(POOL_UNLIMITED);
	submit(&ahead, "");
	collect(&ahead);
	ck_assert_int_eq(ahead.error, 0);
}
END_TEST

/* --- What the machine has ------------------------------------------------------------------ */

static void put_available(int mib)
{
	char path[300], text[100];

	snprintf(path, sizeof(path), "%s/proc/meminfo", machine);
	snprintf(text, sizeof(text), "MemTotal: %d kB\nMemAvailable: %d kB\n", 1000 << 10,
		mib << 10);
	file_write(path, text, strlen(text));
}

START_TEST(nothing_begins_that_the_machine_cannot_carry)
{
	static struct job large, small;
	struct pool_options options = options_of(2);

	options.machine = machine;
	options.heed_machine = true;
	put_available(160); /* of which 80 are left alone */
	start(&options);
	submit(&large, "FAKE pixels=3000x3000");
	ck_assert(EVENTUALLY(figures().memory_waiting == 1));
	submit(&small, "FAKE pixels=100x100");
	collect(&small);
	ck_assert_int_eq(small.error, 0);
	ck_assert(!is_done(&large));
	put_available(900);
	collect(&large);
	ck_assert_int_eq(large.error, 0);
}
END_TEST

/* --- Want of memory ----------------------------------------------------------------------- */

static void kill_for_memory(int kills)
{
	pid_t pid = encoder_pid();

	put_kills(kills);
	kill(pid, SIGKILL);
}

START_TEST(starved_job_is_run_again_alone)
{
	static struct job starved, other;
	struct pool_options options = options_of(1);

	options.machine = machine;
	start(&options);
	submit(&starved, "FAKE sleep=2s");
	ck_assert(EVENTUALLY(encodes()));
	kill_for_memory(8);
	submit(&other, "");
	collect(&starved);
	collect(&other);
	ck_assert_int_eq(starved.error, 0);
	ck_assert_int_eq(other.error, 0);
	ck_assert_uint_eq(figures().starved, 1);
	ck_assert_uint_eq(figures().crashes, 0);
}
END_TEST

START_TEST(job_starved_alone_is_too_large_and_others_are_put_off)
{
	static struct job starved, other;
	struct pool_options options = options_of(2);

	options.machine = machine;
	start(&options);
	submit(&starved, "FAKE sleep=20s");
	ck_assert(EVENTUALLY(encodes()));
	kill_for_memory(8);
	ck_assert(EVENTUALLY(figures().starved == 1 && encodes()));
	/* One at a time, while it is tried. */
	submit(&other, "");
	ck_assert(EVENTUALLY(figures().queued == 1));
	kill_for_memory(9);
	collect(&starved);
	ck_assert_int_eq(starved.error, EFBIG);
	ck_assert(!starved.transient);
	ck_assert_msg(strstr(starved.reason, "memory"), "%s", starved.reason);
	collect(&other);
	ck_assert_int_eq(other.error, EBUSY);
	ck_assert_int_eq(run("").error, EBUSY);
	/* Until it is tried again, by itself. */
	ck_assert(EVENTUALLY(run("").error == 0));
}
END_TEST

/* Whose first attempt happens to be the trial that another one made necessary. */
START_TEST(job_starved_once_is_put_off_and_not_condemned)
{
	static struct job first, second;
	struct pool_options options = options_of(1);

	options.machine = machine;
	start(&options);
	submit(&first, "FAKE sleep=1s");
	ck_assert(EVENTUALLY(encodes()));
	limit((struct pool_limits){
		.prefetch = true, .keep_idle = true, .memory_percent = 100 });
	collect(&first);
	limit(POOL_UNLIMITED);
	submit(&second, "FAKE sleep=20s");
	ck_assert(EVENTUALLY(encodes()));
	kill_for_memory(8);
	collect(&second);
	ck_assert_int_eq(second.error, EBUSY);
	ck_assert(second.transient);
	ck_assert_uint_eq(figures().starved, 1);
	ck_assert_int_eq(run("").error, EBUSY);
}
END_TEST

START_TEST(killed_by_another_it_is_a_crash)
{
	static struct job job;
	struct pool_options options = options_of(1);

	options.machine = machine;
	start(&options);
	submit(&job, "FAKE sleep=2s");
	ck_assert(EVENTUALLY(encodes()));
	kill_for_memory(7); /* which is no more than there were */
	collect(&job);
	ck_assert_int_eq(job.error, 0);
	ck_assert_uint_eq(figures().starved, 0);
	ck_assert_uint_eq(figures().crashes, 1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		critical_refuses_what_waits_and_what_comes_and_lets_run_what_runs,
		only_so_many_work_at_once,
		large_one_waits_for_the_limit_to_go_and_small_ones_pass,
		what_cannot_begin_waits_no_longer_than_a_deadline,
		more_encoders_or_fewer_work_from_now_on,
		a_deadline_is_that_of_the_moment_a_job_begins,
		memory_is_bounded_anew_for_what_begins,
		idle_encoders_end_and_come_again,
		prefetch_is_cancelled_and_goes_on,
		nothing_begins_that_the_machine_cannot_carry,
		starved_job_is_run_again_alone,
		job_starved_alone_is_too_large_and_others_are_put_off,
		job_starved_once_is_put_off_and_not_condemned,
		killed_by_another_it_is_a_crash,
	};

	return suite_run(&(struct suite_list){ "pool_limits", tests, ARRAY_SIZE(tests),
		setup_machine, teardown_machine, CK_FORK });
}
