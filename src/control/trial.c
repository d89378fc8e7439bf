/* SPDX-License-Identifier: MIT
 *
 * Through the pool, and not as a view of some file: nothing has to be there to be encoded, and
 * nothing of it goes into the cache. The job outlives who asked for it, when patience ends first.
 */
#include "control/trial.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "source/sniff.h"
#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/lock.h"

/* Eight grey pixels in eight rows, as PNG: the one format that every libvips reads. */
static const uint8_t picture[] = {
	0x89,
	0x50,
	0x4e,
	0x47,
	0x0d,
	0x0a,
	0x1a,
	0x0a,
	0x00,
	0x00,
	0x00,
	0x0d,
	0x49,
	0x48,
	0x44,
	0x52,
	0x00,
	0x00,
	0x00,
	0x08,
	0x00,
	0x00,
	0x00,
	0x08,
	0x08,
	0x00,
	0x00,
	0x00,
	0x00,
	0xe1,
	0x64,
	0xe1,
	0x57,
	0x00,
	0x00,
	0x00,
	0x0e,
	0x49,
	0x44,
	0x41,
	0x54,
	0x78,
	0xda,
	0x63,
	0x68,
	0x80,
	0x02,
	0x06,
	0xca,
	0x18,
	0x00,
	0x80,
	0x84,
	0x20,
	0x01,
	0x10,
	0xe8,
	0x6a,
	0x17,
	0x00,
	0x00,
	0x00,
	0x00,
	0x49,
	0x45,
	0x4e,
	0x44,
	0xae,
	0x42,
	0x60,
	0x82,
};

struct trial {
	struct pool_job job;
	int source_fd, output_fd; /* owned */

	/* A leaf. */
	struct lock lock;
	pthread_cond_t ended_or_left;
	unsigned refs; /* who asks, and the pool */
	bool ended;
	struct trial_result result;
};

static void trial_unref(struct trial *trial)
{
	bool last;

	lock_take(&trial->lock);
	last = --trial->refs == 0;
	lock_drop(&trial->lock);
	if (!last)
		return;
	close_fd(&trial->source_fd);
	close_fd(&trial->output_fd);
	pthread_cond_destroy(&trial->ended_or_left);
	lock_done(&trial->lock);
	free(trial);
}

static int memory_file(const void *bytes, size_t size)
{
	_cleanup_close_ int fd = memfd_create("lensfs-trial", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : fdio_pwrite_full(fd, bytes, size, 0);

	return r < 0 ? r : TAKE_FD(fd);
}

static struct trial *trial_new(void)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	pthread_condattr_t attr;

	if (!trial)
		return NULL;
	lock_init(&trial->lock);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&trial->ended_or_left, &attr);
	pthread_condattr_destroy(&attr);
	trial->refs = 1;
	trial->source_fd = memory_file(picture, sizeof(picture));
	trial->output_fd = memory_file("", 0);
	if (trial->source_fd >= 0 && trial->output_fd >= 0)
		return trial;
	trial_unref(trial);
	return NULL;
}

/* What an encoder says is believed of no other job either. */
static void judge(
	const struct trial *trial, const struct pool_result *result, struct trial_result *ret)
{
	enum format format = FORMAT_NONE;

	*ret = (struct trial_result){ .error = result->error, .usec = result->wall_usec };
	snprintf(ret->reason, sizeof(ret->reason), "%s", result->reason);
	if (ret->error || (sniff_fd(trial->output_fd, &format) == 0 && format == FORMAT_JPEG))
		return;
	ret->error = EIO;
	snprintf(ret->reason, sizeof(ret->reason), "what the encoder made is no JPEG");
}

static void on_done(struct pool_job *job, const struct pool_result *result)
{
	struct trial *trial = container_of(job, struct trial, job);

	lock_take(&trial->lock);
	judge(trial, result, &trial->result);
	trial->ended = true;
	pthread_cond_signal(&trial->ended_or_left);
	lock_drop(&trial->lock);
	trial_unref(trial);
}

static void submit(struct pool *pool, struct trial *trial)
{
	struct view view = { .format = FORMAT_JPEG };

	view_resolve(&view, FORMAT_PNG, &view, NULL);
	trial->job = (struct pool_job){
		.request = {
			.max_pixels = 1000,
			.max_frames = 1,
			.max_output_bytes = 1 << 20,
			.source_format = FORMAT_PNG,
			.view = view,
		},
		.source_fd = trial->source_fd,
		.output_fd = trial->output_fd,
		.class = JOB_INTERACTIVE,
		.done = on_done,
	};
	trial->refs++;
	pool_submit(pool, &trial->job);
}

/* False when patience ended first. */
static bool wait_for(struct trial *trial, usec_t patience, struct trial_result *ret)
{
	usec_t until = now_monotonic() + patience;
	struct timespec ts = {
		.tv_sec = (time_t)(until / USEC_PER_SEC),
		.tv_nsec = (long)(until % USEC_PER_SEC) * 1000,
	};
	LOCK_SCOPE(&trial->lock);

	while (!trial->ended) {
		if (pthread_cond_timedwait(&trial->ended_or_left, &trial->lock.mutex, &ts) ==
			ETIMEDOUT)
			break;
	}
	if (trial->ended)
		*ret = trial->result;
	return trial->ended;
}

int trial_run(struct pool *pool, usec_t patience, struct trial_result *ret)
{
	struct trial *trial = trial_new();

	if (!trial)
		return -ENOMEM;
	submit(pool, trial);
	if (!wait_for(trial, patience, ret)) {
		*ret = (struct trial_result){ .error = ETIMEDOUT, .usec = patience };
		snprintf(ret->reason, sizeof(ret->reason),
			"no encoder had time for it, or none answers");
	}
	trial_unref(trial);
	return 0;
}
