/* SPDX-License-Identifier: MIT
 *
 * One byte is read of each view: that has it encoded and kept, and leaves the machine's page
 * cache to those who will really read it.
 */
#include "cli/ctl/warm_run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/ctl/mount_place.h"
#include "cli/ctl/output.h"
#include "cli/ctl/waiting_name.h"
#include "cli/ctl/warm_progress.h"
#include "cli/ctl/warm_signals.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/lock.h"
#include "util/log.h"

#define FAILURES_SAID 50   /* by name, on stderr */
#define FAILURES_KEPT 1000 /* for JSON */
#define BUSY_USEC     (500 * USEC_PER_MSEC)
#define BUSY_TRIES    120 /* memory that is critical for a minute is a failure */
/* Names in line: who lists a whole library waits, and is not held in memory. The time that is left is
 * told when all are listed. */
#define LINE_BYTES_MAX ((size_t)64 << 20)

struct name {
	struct name *next;
	enum warm_name kind;
	char path[];
};

static size_t name_bytes(const struct name *name)
{
	return sizeof(*name) + strlen(name->path) + 1;
}

struct warm {
	/* fixed after warm_begin() */
	struct warm_options options;
	pthread_t *readers; /* owned */
	unsigned n_readers;
	struct warm_signals signals;
	usec_t began;

	/* A leaf. */
	struct lock lock;
	pthread_cond_t changed;
	struct name *first, **last; /* owned: in line */
	size_t line_bytes;
	bool complete;      /* nothing more comes */
	unsigned n_reading; /* readers that have not ended */
	struct warm_counts counts;
	uint64_t done;
	json_t *missing, *failures; /* owned */

	/* owned by the thread that lists */
	usec_t ended_at;
	struct warm_progress progress;
};

/* --- Progress ----------------------------------------------------------------------------- */

static void clear_line(const struct warm *warm)
{
	if (warm->options.progress)
		warm_progress_clear();
}

static void draw(struct warm *warm)
{
	struct warm_counts counts;
	uint64_t done;
	bool complete;

	if (!warm->options.progress || !warm_progress_is_due(&warm->progress))
		return;
	lock_take(&warm->lock);
	counts = warm->counts;
	done = warm->done;
	complete = warm->complete;
	lock_drop(&warm->lock);
	warm_progress_draw(&warm->progress, &counts, done, complete);
}

/* --- One name ----------------------------------------------------------------------------- */

static void fail_locked(struct warm *warm, const char *path, const char *reason)
{
	warm->counts.failed++;
	if (json_array_size(warm->failures) < FAILURES_KEPT)
		json_array_append_new(
			warm->failures, json_pack("{s:o, s:o}", "path", output_string(path),
						"reason", output_string(reason)));
	if (warm->options.quiet)
		return;
	clear_line(warm);
	if (warm->counts.failed <= FAILURES_SAID)
		log_error("'%s': %s", LOG_QUOTE(path + warm->options.unsaid),
			LOG_VISIBLE(reason));
	if (warm->counts.failed == FAILURES_SAID + 1)
		log_error("and more that fail");
}

static void note_failure(struct warm *warm, const char *path, const char *reason)
{
	LOCK_SCOPE(&warm->lock);

	fail_locked(warm, path, reason);
}

static bool get_attribute(const char *path, const char *name, char *out, size_t size)
{
	ssize_t n = lgetxattr(path, name, out, size - 1);

	out[n < 0 ? 0 : n] = '\0';
	return n >= 0;
}

/* As the mount knows it, or words for the errno. `at` is the name it is read by. */
static void note_errno(struct warm *warm, const char *path, const char *at, int error)
{
	char reason[1024];

	if (!get_attribute(at, "system.lensfs.error", reason, sizeof(reason)))
		snprintf(reason, sizeof(reason), "%s", strerror(error));
	note_failure(warm, path, reason);
}

/* The kernel may still have pages of what the cache has not any more: those would be read
 * without anybody being asked. */
static bool read_byte(int fd)
{
	char byte;

	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return pread(fd, &byte, 1, 0) >= 0;
}

/* 0 with its size, or -errno. -EINTR when it was stopped. */
static int read_view(const char *path, uint64_t *ret_bytes)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	for (unsigned tries = 0;; tries++) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && fstat(fd, &st) == 0 && read_byte(fd))
			break;
		if (warm_signals_stopped())
			return -EINTR;
		if (errno != EINTR && (errno != EBUSY || tries >= BUSY_TRIES))
			return -errno;
		if (errno == EBUSY)
			clock_sleep(BUSY_USEC);
		close_fd(&fd);
	}
	*ret_bytes = (uint64_t)st.st_size;
	return 0;
}

static void note_made(struct warm *warm, const char *path, const char *at, uint64_t bytes)
{
	char state[64];
	bool kept = get_attribute(at, "system.lensfs.state", state, sizeof(state)) &&
	            strcmp(state, "present") == 0;
	LOCK_SCOPE(&warm->lock);

	if (kept) {
		warm->counts.made++;
		warm->counts.made_bytes += bytes;
		return;
	}
	warm->counts.unkept++;
	fail_locked(warm, path,
		"it can be read, but the cache does not have it: it is larger than the cache "
		"keeps, its folder is in trouble, or it is still open since it was evicted");
}

static void note_missing(struct warm *warm, const char *path)
{
	LOCK_SCOPE(&warm->lock);

	warm->counts.missing++;
	if (warm->options.json) {
		json_array_append_new(warm->missing, output_string(path));
		return;
	}
	clear_line(warm);
	printf("%s%c", path, warm->options.separator);
}

static void add_to(struct warm *warm, uint64_t *count)
{
	LOCK_SCOPE(&warm->lock);

	(*count)++;
}

/* What has no state, or is no view. */
static void note_no_view(struct warm *warm, const struct name *name, int error)
{
	bool is_none = error == 0 || error == ENOENT || error == ENODATA;

	if (is_none && name->kind == WARM_FOUND)
		add_to(warm, &warm->counts.passed_over);
	else if (error == 0)
		note_failure(warm, name->path,
			"it is no view: say which with --view, or name it with an '@'");
	else if (error == ENODATA || error == EOPNOTSUPP)
		note_failure(warm, name->path, "it is not in a lensfs mount");
	else if (error == ENOENT)
		note_failure(
			warm, name->path, "no such view or file; lensctl explain says why");
	else
		note_failure(warm, name->path, strerror(error));
}

static void handle(struct warm *warm, const struct name *name)
{
	_cleanup_free_ char *waiting =
		warm->options.impatient ? waiting_name(name->path) : NULL;
	const char *at = waiting ? waiting : name->path;
	char state[64];
	uint64_t bytes = 0;
	int r;

	if (!get_attribute(at, "system.lensfs.state", state, sizeof(state))) {
		note_no_view(warm, name, errno);
		return;
	}
	if (!mount_place_is_picture_view(at)) {
		note_no_view(warm, name, 0);
		return;
	}
	if (strcmp(state, "present") == 0) {
		add_to(warm, &warm->counts.there);
		return;
	}
	if (warm->options.check) {
		if (strcmp(state, "failed") == 0)
			note_errno(warm, name->path, at, EIO);
		else
			note_missing(warm, name->path);
		return;
	}
	r = read_view(at, &bytes);
	if (r == 0)
		note_made(warm, name->path, at, bytes);
	else if (r != -EINTR)
		note_errno(warm, name->path, at, -r);
}

/* --- Readers ------------------------------------------------------------------------------ */

/* NULL: there is nothing more, or it was stopped. */
static struct name *take(struct warm *warm)
{
	LOCK_SCOPE(&warm->lock);
	struct name *name;

	while (!warm->first && !warm->complete)
		pthread_cond_wait(&warm->changed, &warm->lock.mutex);
	name = warm_signals_stopped() ? NULL : warm->first;
	if (!name)
		return NULL;
	warm->first = name->next;
	if (!warm->first)
		warm->last = &warm->first;
	warm->line_bytes -= name_bytes(name);
	pthread_cond_signal(&warm->changed);
	return name;
}

static void *reader_main(void *arg)
{
	struct warm *warm = arg;
	struct name *name;

	pthread_setname_np(pthread_self(), "lensctl-reader");
	while ((name = take(warm))) {
		handle(warm, name);
		free(name);
		add_to(warm, &warm->done);
	}
	LOCK_SCOPE(&warm->lock);
	warm->n_reading--;
	pthread_cond_broadcast(&warm->changed);
	return NULL;
}

/* They are woken by SIGUSR1. */
static unsigned start_readers(struct warm *warm)
{
	for (unsigned i = 0; i < warm->options.readers; i++) {
		if (pthread_create(&warm->readers[i], NULL, reader_main, warm) != 0)
			break;
		warm->n_readers++;
		lock_take(&warm->lock);
		warm->n_reading++;
		lock_drop(&warm->lock);
	}
	return warm->n_readers;
}

struct warm *warm_begin(const struct warm_options *options)
{
	struct warm *warm = calloc(1, sizeof(*warm));
	pthread_condattr_t attr;

	if (warm)
		warm->readers = calloc(options->readers, sizeof(*warm->readers));
	if (!warm || !warm->readers) {
		free(warm);
		log_error("out of memory");
		return NULL;
	}
	warm->options = *options;
	warm->last = &warm->first;
	warm->missing = json_array();
	warm->failures = json_array();
	warm->began = warm->progress.drawn_at = now_monotonic();
	lock_init(&warm->lock);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&warm->changed, &attr);
	pthread_condattr_destroy(&attr);
	warm_signals_watch(&warm->signals);
	if (start_readers(warm) > 0)
		return warm;
	warm_signals_leave(&warm->signals);
	log_error("cannot start threads");
	return warm_free(warm);
}

/* Or until it is time to draw. `lock` is held. */
static void wait_for_change_locked(struct warm *warm)
{
	usec_t until = now_monotonic() + WARM_PROGRESS_USEC;
	struct timespec ts = {
		.tv_sec = (time_t)(until / USEC_PER_SEC),
		.tv_nsec = (long)(until % USEC_PER_SEC) * 1000,
	};

	pthread_cond_timedwait(&warm->changed, &warm->lock.mutex, &ts);
}

/* After a while. */
static bool is_line_full(struct warm *warm)
{
	LOCK_SCOPE(&warm->lock);

	if (warm->line_bytes > LINE_BYTES_MAX && !warm_signals_stopped())
		wait_for_change_locked(warm);
	return warm->line_bytes > LINE_BYTES_MAX && !warm_signals_stopped();
}

bool warm_add(struct warm *warm, const char *path, enum warm_name kind)
{
	struct name *name = malloc(sizeof(*name) + strlen(path) + 1);

	if (!name) {
		warm_fail(warm, path, "out of memory");
		return false;
	}
	*name = (struct name){ .kind = kind };
	strcpy(name->path, path);
	while (is_line_full(warm))
		draw(warm);
	lock_take(&warm->lock);
	*warm->last = name;
	warm->last = &name->next;
	warm->line_bytes += name_bytes(name);
	warm->counts.names++;
	pthread_cond_signal(&warm->changed);
	lock_drop(&warm->lock);
	draw(warm);
	return !warm_signals_stopped();
}

void warm_fail(struct warm *warm, const char *path, const char *reason)
{
	note_failure(warm, path, reason);
}

/* Until all have ended; true while some have not. */
static bool wait_awhile(struct warm *warm)
{
	LOCK_SCOPE(&warm->lock);

	if (warm->n_reading > 0)
		wait_for_change_locked(warm);
	return warm->n_reading > 0;
}

bool warm_end(struct warm *warm)
{
	lock_take(&warm->lock);
	warm->complete = true;
	pthread_cond_broadcast(&warm->changed);
	lock_drop(&warm->lock);
	while (wait_awhile(warm)) {
		draw(warm);
		/* One that comes just before the wait that it should end is lost, so more
		 * follow. */
		for (unsigned i = 0; warm_signals_stopped() && i < warm->n_readers; i++)
			pthread_kill(warm->readers[i], SIGUSR1);
	}
	for (unsigned i = 0; i < warm->n_readers; i++)
		pthread_join(warm->readers[i], NULL);
	warm->n_readers = 0;
	clear_line(warm);
	warm->ended_at = now_monotonic();
	warm_signals_leave(&warm->signals);
	return !warm_signals_stopped();
}

void warm_count(const struct warm *warm, struct warm_counts *ret)
{
	*ret = warm->counts;
}

double warm_seconds(const struct warm *warm)
{
	return (double)(warm->ended_at - warm->began) / (double)USEC_PER_SEC;
}

json_t *warm_missing(const struct warm *warm)
{
	return warm->missing;
}

json_t *warm_failures(const struct warm *warm)
{
	return warm->failures;
}

struct warm *warm_free(struct warm *warm)
{
	if (!warm)
		return NULL;
	for (struct name *name = warm->first, *next; name; name = next) {
		next = name->next;
		free(name);
	}
	json_decref(warm->missing);
	json_decref(warm->failures);
	pthread_cond_destroy(&warm->changed);
	lock_done(&warm->lock);
	free(warm->readers);
	free(warm);
	return NULL;
}
