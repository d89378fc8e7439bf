/* SPDX-License-Identifier: MIT
 *
 * A pool of fake encoders, which do what their source says, and jobs that count how often they
 * ended. Every test ends by stopping the pool and looking for descriptors and processes left.
 */
#ifndef TESTS_POOL_FIXTURE_H
#define TESTS_POOL_FIXTURE_H

#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "encode/pool.h"
#include "processes.h"

struct job {
	struct pool_job base;
	sem_t done;
	atomic_int calls;
	int order; /* of all that ended */
	int error;
	bool transient, answered;
	uint32_t encoder;
	struct encode_reply reply;
	char reason[POOL_REASON_MAX];
	void (*hook)(void); /* on the pool's thread */
};

static struct pool *pool;
static size_t descriptors;
static atomic_int n_ended;

static inline void on_done(struct pool_job *base, const struct pool_result *result)
{
	struct job *job = container_of(base, struct job, base);

	job->error = result->error;
	job->transient = result->transient;
	job->answered = result->reply != NULL;
	job->encoder = result->encoder;
	if (result->reply)
		job->reply = *result->reply;
	snprintf(job->reason, sizeof(job->reason), "%s", result->reason);
	job->order = n_ended++;
	if (job->hook)
		job->hook();
	job->calls++;
	sem_post(&job->done);
}

static inline void submit(struct job *job, const char *directives)
{
	struct view view;
	char text[512];
	int n = snprintf(text, sizeof(text), "\xff\xd8\xff\xe0\n%s", directives);

	ck_assert_int_eq(view_parse("webp", 4, NULL, &view, NULL), 0);
	*job = (struct job){
		.base = {
			.request = {
				.max_pixels = 1000 * 1000 * 1000,
				.max_frames = 1000,
				.source_format = FORMAT_JPEG,
			},
			.class = job->base.class,
			.source_fd = memfd_create("source", MFD_CLOEXEC),
			.output_fd = memfd_create("output", MFD_CLOEXEC),
			.done = on_done,
		},
		.hook = job->hook,
	};
	ck_assert_int_eq(view_resolve(&view, FORMAT_JPEG, &job->base.request.view, NULL), 0);
	ck_assert_int_eq(fdio_write_full(job->base.source_fd, text, (size_t)n), 0);
	/* What an attempt before this one left behind. */
	ck_assert_int_eq(ftruncate(job->base.output_fd, 12345), 0);
	sem_init(&job->done, 0, 0);
	pool_submit(pool, &job->base);
}

static inline bool is_done(struct job *job)
{
	return sem_trywait(&job->done) == 0;
}

static inline void collect(struct job *job)
{
	ck_assert_msg(EVENTUALLY(is_done(job)), "the job never ended");
	ck_assert_int_eq(job->calls, 1);
	close(job->base.source_fd);
	close(job->base.output_fd);
}

/* One that was seen to be done: is_done() takes what collect() waits for. */
static inline void collect_done(struct job *job)
{
	sem_post(&job->done);
	collect(job);
}

static inline void submit_all(struct job *jobs, size_t n, const char *directives)
{
	for (size_t i = 0; i < n; i++)
		submit(&jobs[i], directives);
}

static inline void collect_all(struct job *jobs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		collect(&jobs[i]);
}

/* Each must have become a variant. */
static inline void collect_sound(struct job *jobs, size_t n)
{
	collect_all(jobs, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(jobs[i].error == 0, "%s", jobs[i].reason);
}

static inline off_t output_size(const struct job *job)
{
	struct stat st;

	ck_assert_int_eq(fstat(job->base.output_fd, &st), 0);
	return st.st_size;
}

static inline struct job run(const char *directives)
{
	struct job *job = calloc(1, sizeof(*job)), copy;

	submit(job, directives);
	collect(job);
	copy = *job;
	free(job);
	return copy;
}

static inline struct pool_options options_of(unsigned workers)
{
	return (struct pool_options){
		.encoder_path = getenv("LENSFS_ENCODER_FAKE"),
		.bounds.workers = workers,
		.jobs_per_encoder = 1000,
		.growth_bytes = UINT64_C(64) << 20,
		.bounds.memory_bytes = UINT64_C(4) << 30,
		.idle_usec = PATIENCE_USEC,
		.keep_stderr = true,
		.bounds.deadline_usec = PATIENCE_USEC,
	};
}

static inline void start(const struct pool_options *options)
{
	char reason[POOL_REASON_MAX] = "";

	ck_assert_msg(options->encoder_path, "LENSFS_ENCODER_FAKE is not set");
	descriptors = count_descriptors();
	ck_assert_msg(pool_new(options, &pool, reason) == 0, "%s", reason);
}

static inline struct pool_stats figures(void)
{
	struct pool_stats stats;

	pool_stats(pool, &stats);
	return stats;
}

static inline void setup(void)
{
	pool = NULL;
	n_ended = 0;
	adopt_orphans();
}

static inline void teardown(void)
{
	if (pool) {
		pool_stop(pool);
		pool = pool_free(pool);
		ck_assert_uint_eq(count_descriptors(), descriptors);
	}
	ck_assert(nobody_is_left());
}

static inline pid_t zygote_pid(void)
{
	pid_t pid = 0;

	/* One that was lost may be on its way out, its encoders ours for a moment, and the next
	 * one on its way in. A zygote leads its process group. */
	ck_assert(EVENTUALLY(children_of(getpid(), &pid) == 1 && getpgid(pid) == pid));
	return pid;
}

static inline pid_t encoder_pid(void)
{
	pid_t pid = 0;

	ck_assert(EVENTUALLY(children_of(zygote_pid(), &pid) > 0));
	return pid;
}

#endif
