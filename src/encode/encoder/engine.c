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
#include <inttypes.h>
#include <malloc.h>
#include <string.h>
#include <sys/stat.h>

#include "encode/encoder/background.h"
#include "encode/encoder/fingerprint.h"
#include "encode/encoder/image.h"
#include "encode/encoder/job.h"
#include "encode/encoder/load.h"
#include "encode/encoder/original.h"
#include "encode/encoder/output.h"
#include "encode/encoder/reach.h"
#include "encode/encoder/save.h"
#include "encode/encoder/search.h"
#include "encode/encoder/shape.h"
#include "encode/encoder/transform.h"
#include "encode/encoder/watermark.h"
#include "view/trial.h"

#define DISC_NEVER "1000000g"

/* Bytes that are free in an encoder while it has jobs: about what one thumbnail takes. Nobody has
 * promised them to it, so no more. */
#define KEPT_BETWEEN_JOBS_MAX (64u << 20)

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
	{ "maximum supported image dimension", ENCODE_TOO_LARGE }, /* libjpeg */
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

struct codec_job {
	const struct encode_request *request; /* borrowed */
	int source_fd;                        /* borrowed */
	int watermark_fd;                     /* borrowed; -1: none */
	struct load load;
	struct transform transform;
	bool alpha; /* of the source */
	bool original_may_serve;
};

/* Of the result; a watermark may have colours. */
static int bands_most(const struct codec_job *job)
{
	const struct view *view = &job->request->view;
	const struct geometry *g = &job->transform.geometry;
	VipsImage *header = job->load.header;
	bool alpha = vips_image_hasalpha(header);
	int bands = header->Bands + (!alpha && background_is_clear(view, g, alpha));

	if (image_is_grey(header) &&
		(view->watermark.name[0] || background_is_coloured(view, g, alpha)))
		bands += 2;
	return MIN(bands, 4);
}

static void facts_fill(const struct codec_job *job, struct encode_facts *ret)
{
	const struct load *load = &job->load;
	const struct transform *t = &job->transform;
	VipsImage *header = load->header;
	struct size decoded = load_decoded(load, t->taken, t->scaled);
	uint32_t sample = (uint32_t)VIPS_IMAGE_SIZEOF_ELEMENT(header);
	bool alpha = vips_image_hasalpha(header);
	bool clear = background_is_clear(&job->request->view, &t->geometry, alpha);

	*ret = (struct encode_facts){
		.width = load->stored.width,
		.height = load->stored.height,
		.decoded_width = decoded.width,
		.decoded_height = decoded.height,
		.scaled_width = t->geometry.scaled.width,
		.scaled_height = t->geometry.scaled.height,
		.result_width = t->geometry.result.width,
		.result_height = t->geometry.result.height,
		.frames = load->frames,
		.bytes_pixel = (uint32_t)header->Bands * sample,
		.result_pixel = (uint32_t)bands_most(job) * (t->deep && sample > 1 ? 2 : 1),
		.interlaced = image_field(header, "interlaced", 0) ||
		              image_field(header, "jpeg-multiscan", 0),
		.turned = shape_turn_keeps(t->turn),
		.alpha = alpha || clear,
		.reshaped = t->reshaped,
		.source_bytes = load->source_bytes,
	};
}

/* What the saver can do of the result's size, once it is known. */
static int result_check(const struct codec_job *job, struct encode_reply *reply)
{
	const struct transform *t = &job->transform;

	reply->area = t->area;
	return save_check(t->view->format, t->geometry.result, t->frames,
		background_is_clear(t->view, &t->geometry, job->alpha), reply);
}

/* Returns an enum encode_result that stands in `reply`, or -1 with libvips' error set. */
static int header_open(struct codec_job *job, int source_fd, struct encode_reply *reply)
{
	const struct view *view = &job->request->view;
	int r = load_open(&job->load, job->request, source_fd, reply);

	if (r)
		return r;
	if (!transform_plan(view, &job->load, &job->transform))
		return job_refuse(reply, ENCODE_MEANINGLESS,
			"the crop lies outside the picture, which is %" PRIu32 " x %" PRIu32,
			reply->source_width, reply->source_height);
	job->alpha = vips_image_hasalpha(job->load.header);
	r = view->trim ? 0 : result_check(job, reply);
	job->original_may_serve =
		r == 0 && original_may_serve(view, &job->load, &job->transform);
	return r;
}

static void engine_close(struct codec_job *job)
{
	if (job) {
		load_done(&job->load);
		free(job);
	}
	vips_error_clear();
	vips_thread_shutdown();
	if (mallinfo2().fordblks > KEPT_BETWEEN_JOBS_MAX)
		malloc_trim(0);
}

/* The peak of a job is many times what an idle encoder needs. Not at once: pages that go back and
 * come again for the next job cost 7 % of the processor time of thumbnails. */
static void engine_rest(void)
{
	malloc_trim(0);
}

static struct codec_job *engine_open(const struct encode_request *request, int source_fd,
	int watermark_fd, struct encode_facts *facts, struct encode_reply *reply)
{
	struct output none = { .fd = -1 };
	struct codec_job *job = malloc(sizeof(*job));
	int r;

	if (!job) {
		job_refuse(reply, ENCODE_NO_MEMORY, "out of memory");
		return NULL;
	}
	*job = (struct codec_job){
		.request = request,
		.source_fd = source_fd,
		.watermark_fd = watermark_fd,
		.load = LOAD_INIT,
	};
	r = header_open(job, source_fd, reply);
	if (r == 0) {
		facts_fill(job, facts);
		return job;
	}
	if (r < 0)
		engine_fail(reply, &none);
	engine_close(job);
	return NULL;
}

/* What is left of a trimmed picture may be a strip, and `up` make it a giant: no larger than the
 * daemon was told, and then allows for. */
static int settled_check(
	const struct codec_job *job, const struct geometry *most, struct encode_reply *reply)
{
	const struct geometry *g = &job->transform.geometry;

	if (g->scaled.width > most->scaled.width || g->scaled.height > most->scaled.height)
		return job_refuse(reply, ENCODE_TOO_LARGE,
			"what trim leaves, %" PRIu32 " x %" PRIu32 ", would become %" PRIu32
			" x %" PRIu32,
			job->transform.area.width, job->transform.area.height, g->scaled.width,
			g->scaled.height);
	return result_check(job, reply);
}

/* 0, an enum encode_result that stands in `reply`, or -1 with libvips' error set. */
static int pipeline_run(
	struct codec_job *job, struct output *output, struct encode_reply *reply)
{
	const struct view *view = &job->request->view;
	_cleanup_object_ VipsImage *image = NULL;
	struct transform *t = &job->transform;
	struct geometry most = t->geometry;
	int r;

	if (load_pixels(&job->load, t->taken, t->scaled, &image) || transform_settle(t, &image))
		return -1;
	r = view->trim ? settled_check(job, &most, reply) : 0;
	if (r)
		return r;
	if (transform_run(t, &job->load, &image) ||
		watermark_run(
			&job->request->watermark, job->watermark_fd, job->load.frames, &image))
		return -1;
	if (trial_is_needed(view))
		return search_run(view, image, t->frames, output, reply);
	return save_run(view, image, output);
}

/* Never larger: the source's bytes instead of more, or of a budget that none of ours keep. Fills
 * the size of the result. 0, an encode_result or -1, as above. */
static int original_step(
	struct codec_job *job, int r, struct output *output, struct encode_reply *reply)
{
	const struct view *view = &job->request->view;
	uint64_t bytes = job->load.source_bytes;
	struct stat st;

	if (fstat(output->fd, &st) < 0) {
		reply->error = errno;
		return job_refuse(reply, ENCODE_OUTPUT, "cannot stat the output");
	}
	reply->size_bytes = (uint64_t)st.st_size;
	if (!job->original_may_serve ||
		(r == 0 ? bytes > reply->size_bytes : bytes > view->max_bytes) ||
		!original_is_clean(view, job->load.format, job->source_fd))
		return r;
	if (original_copy(job->source_fd, bytes, output))
		return -1;
	reply->result = ENCODE_OK;
	reply->reason[0] = '\0';
	reply->width = job->transform.geometry.result.width;
	reply->height = job->transform.geometry.result.height;
	reply->frames = job->load.frames;
	reply->format = job->load.format;
	reply->quality = 0;
	reply->size_bytes = bytes;
	return 0;
}

static void engine_run(struct codec_job *job, const struct encode_verdict *go, int output_fd,
	struct encode_reply *reply)
{
	struct output output = { .fd = output_fd };
	int r;

	vips_concurrency_set((int)go->threads);
	r = pipeline_run(job, &output, reply);
	if (r == 0 || r == ENCODE_OVER_BUDGET)
		r = original_step(job, r, &output, reply);
	if (r < 0)
		engine_fail(reply, &output);
}

const struct codec engine_codec = {
	.init = engine_init,
	.open = engine_open,
	.run = engine_run,
	.close = engine_close,
	.rest = engine_rest,
};
