/* SPDX-License-Identifier: MIT
 *
 * A render over a real cache and a pool of fake encoders; its sources are files that are opened
 * by path and count their references; its askers are threads that wait for one answer.
 */
#ifndef TESTS_RENDER_FIXTURE_H
#define TESTS_RENDER_FIXTURE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "processes.h"
#include "render/render.h"

struct source {
	struct render_source base;
	char path[300];
	atomic_int refs;
	int open_error; /* what open says; 0: the truth */
	struct source *next;
};

struct answer {
	struct render_waiter waiter;
	sem_t done;
	atomic_int calls;
	int error;
	char reason[CACHE_REASON_MAX];
	struct cache_entry entry;
	uint64_t fd_size;
};

struct asker {
	pthread_t thread;
	struct source *source;
	struct answer answer;
};

static char folder[256];
static struct cache *cache;
static struct pool *pool;
static struct render *render;
static struct source *sources;
static atomic_int n_unheld; /* uses of a source by who held no reference to it */
static size_t descriptors;
static uint64_t limit_bytes;
static usec_t deadline_usec;
static atomic_int n_told;
static int told_error;
static char told_path[512];

static inline uint64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* --- Sources --- */

/* A file system frees a source with its last reference, on whatever thread that is: whoever uses
 * one afterwards uses what is freed. Here it stays, and is counted. */
static inline struct source *source_held(struct render_source *base)
{
	struct source *source = container_of(base, struct source, base);

	n_unheld += source->refs <= 0;
	return source;
}

static inline int source_open(struct render_source *base)
{
	struct source *source = source_held(base);
	struct stamp stamp;
	int fd;

	if (source->open_error)
		return -source->open_error;
	fd = open(source->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (stamp_of_fd(fd, &stamp) == 0 && stamp_equal(&stamp, &base->stamp))
		return fd;
	close(fd);
	return -ESTALE;
}

static inline void source_describe(struct render_source *base, char *out, size_t out_size)
{
	snprintf(out, out_size, "%s", source_held(base)->path);
}

static inline void source_ref(struct render_source *base)
{
	container_of(base, struct source, base)->refs++;
}

static inline void source_unref(struct render_source *base)
{
	source_held(base)->refs--;
}

static const struct render_source_ops source_ops = {
	.open = source_open,
	.describe = source_describe,
	.ref = source_ref,
	.unref = source_unref,
};

/* Makes the version that is there now the one that is asked for. */
static inline void source_look(struct source *source)
{
	_cleanup_close_ int fd = open(source->path, O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(stamp_of_fd(fd, &source->base.stamp), 0);
}

/* A file that sniffs as JPEG and says what the fake encoder shall do. */
static inline struct source *source_new(const char *name, const char *directives)
{
	struct source *source = calloc(1, sizeof(*source));
	char text[512];
	int n = snprintf(text, sizeof(text), "\xff\xd8\xff\xe0\n%s", directives);

	snprintf(source->path, sizeof(source->path), "%s/%s", folder, name);
	file_write(source->path, text, (size_t)n);
	source->base.ops = &source_ops;
	source->base.format = FORMAT_JPEG;
	source_look(source);
	source->next = sources;
	sources = source;
	return source;
}

static inline struct source *source_new_numbered(size_t number, const char *directives)
{
	char name[32], text[300];

	snprintf(name, sizeof(name), "picture-%zu", number);
	for (struct source *s = sources; s; s = s->next) {
		if (strcmp(strrchr(s->path, '/') + 1, name) == 0)
			return s;
	}
	snprintf(text, sizeof(text), "%s", directives);
	return source_new(name, text);
}

static inline void source_append(struct source *source, const char *text)
{
	_cleanup_close_ int fd = open(source->path, O_WRONLY | O_APPEND | O_CLOEXEC);

	ck_assert_int_eq(fdio_write_full(fd, text, strlen(text)), 0);
}

/* --- Life --- */

static inline void on_failure(
	void *context, const char *path, const char *view, int error, const char *reason)
{
	(void)context, (void)view, (void)reason;
	snprintf(told_path, sizeof(told_path), "%s", path);
	told_error = error;
	n_told++;
}

/* Threads, bound and failure are filled in where they are zero. */
static inline void start(const struct render_options *wanted)
{
	struct render_options options = *wanted;
	struct pool_options pool_options = {
		.encoder_path = getenv("LENSFS_ENCODER_FAKE"),
		.bounds.workers = 3,
		.jobs_per_encoder = 100,
		.growth_bytes = UINT64_C(64) << 20,
		.bounds.memory_bytes = UINT64_C(4) << 30,
		.idle_usec = PATIENCE_USEC,
		.keep_stderr = true,
		.bounds.deadline_usec = deadline_usec,
	};
	char path[300], reason[512] = "";
	struct cache_options cache_options = {
		.folder = path, .limit_bytes = limit_bytes, .fingerprint = "test"
	};

	descriptors = count_descriptors();
	snprintf(path, sizeof(path), "%s/cache", folder);
	ck_assert_msg(pool_options.encoder_path, "LENSFS_ENCODER_FAKE is not set");
	ck_assert_msg(pool_new(&pool_options, &pool, reason) == 0, "%s", reason);
	ck_assert_msg(cache_new(&cache_options, &cache, reason) == 0, "%s", reason);
	options.cache = cache;
	options.pool = pool;
	options.threads = options.threads ? options.threads : 4;
	options.max_begun = options.max_begun ? options.max_begun : 64;
	options.limits.max_pixels = 1000 * 1000;
	options.limits.max_frames = 100;
	options.limits.max_source_bytes =
		options.limits.max_source_bytes ? options.limits.max_source_bytes : 1024 * 1024;
	options.on_failure = on_failure;
	ck_assert_int_eq(render_new(&options, &render), 0);
}

static inline void stop(void)
{
	if (!render)
		return;
	render_quiesce(render);
	pool_stop(pool);
	render = render_free(render);
	pool = pool_free(pool);
	cache = cache_free(cache);
	ck_assert_uint_eq(count_descriptors(), descriptors);
}

static inline void setup(void)
{
	limit_bytes = 10 * 1000 * 1000;
	deadline_usec = PATIENCE_USEC;
	sources = NULL;
	n_unheld = 0;
	n_told = 0;
	temp_folder_make(folder);
	adopt_orphans();
}

static inline void teardown(void)
{
	struct source *next;

	stop();
	ck_assert_int_eq(n_unheld, 0);
	for (struct source *s = sources; s; s = next) {
		next = s->next;
		ck_assert_int_eq(s->refs, 0);
		free(s);
	}
	ck_assert(nobody_is_left());
	temp_folder_remove(folder);
}

static inline struct render_stats figures(void)
{
	struct render_stats stats;

	render_stats(render, &stats);
	return stats;
}

static inline bool is_encoding(void)
{
	struct pool_stats stats;

	pool_stats(pool, &stats);
	return stats.running > 0;
}

/* --- Questions --- */

static inline struct view view_of(const char *text)
{
	struct view view;

	ck_assert_int_eq(view_parse(text, strlen(text), NULL, &view, NULL), 0);
	ck_assert_int_eq(view_resolve(&view, FORMAT_JPEG, &view, NULL), 0);
	return view;
}

static inline void on_answer(struct render_waiter *waiter, const struct render_result *result)
{
	struct answer *answer = container_of(waiter, struct answer, waiter);

	answer->error = result->error;
	snprintf(answer->reason, sizeof(answer->reason), "%s", result->reason);
	answer->entry = result->entry;
	answer->fd_size = result->error ? 0 : size_of(result->fd);
	answer->calls++;
	sem_post(&answer->done);
}

static inline void question_send(
	struct source *source, const struct view *view, struct answer *answer)
{
	*answer = (struct answer){ .waiter.done = on_answer };
	sem_init(&answer->done, 0, 0);
	render_get(render, &source->base, view, &answer->waiter);
}

static inline void answer_wait(struct answer *answer)
{
	ck_assert_msg(EVENTUALLY(sem_trywait(&answer->done) == 0), "nobody answers");
	ck_assert_int_eq(answer->calls, 1);
}

static inline struct answer ask_view(struct source *source, const char *text)
{
	struct view view = view_of(text);
	struct answer answer;

	question_send(source, &view, &answer);
	answer_wait(&answer);
	return answer;
}

static inline struct answer ask(struct source *source)
{
	return ask_view(source, "webp");
}

static inline void *asker_main(void *arg)
{
	struct asker *asker = arg;
	struct view view = view_of("webp");

	question_send(asker->source, &view, &asker->answer);
	answer_wait(&asker->answer);
	return NULL;
}

static inline void asker_start(struct asker *asker, struct source *source)
{
	asker->source = source;
	ck_assert_int_eq(pthread_create(&asker->thread, NULL, asker_main, asker), 0);
}

#endif
