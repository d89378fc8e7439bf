/* SPDX-License-Identifier: MIT
 *
 * libvips is used with everything off that a server does not want: no operation cache (each
 * job is another picture), no loader but those of our formats (reach), no environment variable,
 * at most two malloc arenas (with one per thread, freed memory stays with threads that idle),
 * no temporary file for what must be decoded whole: the sandbox would refuse it, and memory is
 * where limits see it.
 */
#include "encode/encoder/engine.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <sys/stat.h>

#include "encode/encoder/fingerprint.h"
#include "encode/encoder/image.h"
#include "encode/encoder/job.h"
#include "encode/encoder/load.h"
#include "encode/encoder/output.h"
#include "encode/encoder/reach.h"
#include "encode/encoder/save.h"
#include "encode/encoder/transform.h"

#define DISC_NEVER "1000000g"

const char *engine_vips_version(void)
{
	return vips_version_string();
}

/* Warnings about odd but readable files are no news for a daemon's log. */
static void log_drop(const char *domain, GLogLevelFlags level, const char *message, void *data)
{
	if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
		g_log_default_handler(domain, level, message, data);
}

static int engine_init(struct zygote_hello *hello)
{
	mallopt(M_ARENA_MAX, 2);
	g_log_set_default_handler(log_drop, NULL);
	/* Asked for once, and remembered. The loaders of today's libvips for our formats decode
	 * as they are read or into memory; one that does not must not want a file. */
	setenv("VIPS_DISC_THRESHOLD", DISC_NEVER, 1);
	if (VIPS_INIT("lensfs-encoder"))
		return -ELIBACC;
	vips_get_disc_threshold();
	clearenv();
	vips_cache_set_max(0);
	vips_cache_set_max_mem(0);
	vips_cache_set_max_files(0);
	reach_restrict();

	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		if (load_available((enum format)f))
			hello->readable |= 1u << f;
		if (save_available((enum format)f))
			hello->writable |= 1u << f;
	}
	fingerprint_print(hello->fingerprint, sizeof(hello->fingerprint));
	return 0;
}

static const struct {
	const char *words;
	enum encode_result result;
} meanings[] = {
	{ "security limit",
		ENCODE_TOO_LARGE }, /* libheif; its kind of error is one of memory */
	{ "maximum image size", ENCODE_TOO_LARGE },
	{ "out of memory", ENCODE_NO_MEMORY },
	{ "insufficient memory", ENCODE_NO_MEMORY },
	{ "memory allocation", ENCODE_NO_MEMORY },
	{ "unable to allocate", ENCODE_NO_MEMORY },
};

/* libvips has one error, its text. Whether writing failed is known where it happened (output);
 * the rest is recognised by the words that libvips and its codecs have for it. */
static int engine_fail(struct encode_reply *reply, const struct output *output)
{
	const char *text = vips_error_buffer();

	if (output->error) {
		reply->error = output->error;
		return job_refuse(
			reply, ENCODE_OUTPUT, "cannot write: %s", strerror(output->error));
	}
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		if (strcasestr(text, meanings[i].words))
			return job_refuse(reply, meanings[i].result, "%s", text);
	}
	return job_refuse(reply, ENCODE_DAMAGED, "%s", *text ? text : "cannot be decoded");
}

/* Returns an enum encode_result that stands in `reply`, or -1 with libvips' error set. */
static int pipeline_run(const struct encode_request *request, int source_fd,
	struct output *output, struct encode_reply *reply)
{
	_cleanup_(load_done) struct load load = LOAD_INIT;
	_cleanup_object_ VipsImage *image = NULL;
	struct transform transform;
	int r;

	r = load_open(&load, request, source_fd, reply);
	if (r)
		return r;
	transform = transform_plan(&request->view, &load);
	r = save_check(request->view.format, transform.geometry.result, load.frames, reply);
	if (r)
		return r;
	r = load_pixels(&load, transform.geometry.scaled, &image);
	if (r)
		return r;
	if (transform_run(&transform, &image))
		return -1;
	return save_run(&request->view, image, output);
}

static void engine_run(const struct encode_request *request, int source_fd, int output_fd,
	struct encode_reply *reply)
{
	struct output output = { .fd = output_fd };
	struct stat st;
	int r;

	vips_concurrency_set((int)request->threads);
	r = pipeline_run(request, source_fd, &output, reply);
	if (r < 0) {
		engine_fail(reply, &output);
	} else if (r == 0 && fstat(output_fd, &st) < 0) {
		reply->error = errno;
		job_refuse(reply, ENCODE_OUTPUT, "cannot stat the output");
	} else if (r == 0) {
		reply->size_bytes = (uint64_t)st.st_size;
	}

	vips_error_clear();
	vips_thread_shutdown();
	/* The peak of a job is many times what an idle encoder needs. */
	malloc_trim(0);
}

const struct codec engine_codec = { .init = engine_init, .run = engine_run };
