/* SPDX-License-Identifier: MIT
 *
 * The steps of one job. Each runs on a render thread, except on_encoded() on the pool's, which
 * only takes notes. A job trusts neither the source, which may change under it, nor the
 * encoder, whose result is checked before it is published (verdict.h).
 */
#include "render/job.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "render/expect.h"
#include "render/verdict.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

/* How long a failure is remembered. Damage stays damage while the bytes are the same; what took
 * too long may pass on an idle machine; a limit costs milliseconds to find again and may have
 * been raised; memory may be there again soon, but what asks for more than it may have must not
 * cost an encode per request. A lie is told by an encoder, so the next one may do better; but a picture may
 * have made it lie, and must not cost an encoder per request. */
#define DAMAGED_TTL_USEC   (24 * 3600 * USEC_PER_SEC)
#define TIMED_OUT_TTL_USEC (600 * USEC_PER_SEC)
#define TOO_LARGE_TTL_USEC (60 * USEC_PER_SEC)
#define NO_MEMORY_TTL_USEC (10 * USEC_PER_SEC)
#define LIE_TTL_USEC       (60 * USEC_PER_SEC)

void job_id_fill(struct job_id *id, const struct stamp *stamp, const struct view *view)
{
	memset(id, 0, sizeof(*id));
	id->stamp = *stamp;
	id->view = *view;
}

struct render_job *job_new(
	struct render *render, struct render_source *source, const struct job_id *id)
{
	struct render_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->render = render;
	job->source = source;
	source->ops->ref(source);
	job->id = *id;
	job->begun_at = now_monotonic();
	job->step = job_prepare;
	job->source_fd = job->watermark_fd = -1;
	return job;
}

void job_free(struct render_job *job)
{
	cache_blob_free(job->blob);
	close_fd(&job->source_fd);
	close_fd(&job->watermark_fd);
	job->source->ops->unref(job->source);
	free(job);
}

static void finish_error(
	struct render_job *job, enum render_way way, int error, const char *reason)
{
	struct render_result result = {
		.way = way, .error = error, .reason = reason, .fd = -1
	};

	render_finish(job, &result);
}

/* That no quality keeps a budget is true as long as the bytes, and took many encodes to find. */
static usec_t failure_ttl(int error, enum encode_result result)
{
	return result == ENCODE_OVER_BUDGET ? DAMAGED_TTL_USEC
	       : error == EFBIG             ? TOO_LARGE_TTL_USEC
	       : error == ETIMEDOUT         ? TIMED_OUT_TTL_USEC
	       : error == ENOMEM            ? NO_MEMORY_TTL_USEC
	                                    : DAMAGED_TTL_USEC;
}

static void tell_cost(struct render_job *job, const char *view, int error, uint64_t bytes)
{
	const struct render_options *options = &job->render->options;
	char path[PATH_MAX];

	if (!options->on_cost)
		return;
	job->source->ops->describe(job->source, path, sizeof(path));
	options->on_cost(options->context,
		&(struct render_cost){
			.source = path,
			.view = view,
			.error = error,
			.usec = job->outcome.wall_usec,
			.waited_usec = job->outcome.waited_usec,
			.ahead = job->begun_ahead,
			.format = error ? job->id.view.format : job->outcome.reply.format,
			.source_bytes = error ? 0 : job->id.stamp.size_bytes,
			.bytes = bytes,
		});
}

/* A failure that nobody has heard of yet: tell it once, and remember it for `ttl`, 0 for what
 * will pass. */
static void finish_failure(struct render_job *job, int error, usec_t ttl, const char *reason)
{
	const struct render_options *options = &job->render->options;
	char path[PATH_MAX], text[VIEW_TEXT_MAX];

	/* What will pass is no failure before somebody meets it. */
	if (ttl == 0 && render_drop_ahead(job))
		return;
	view_print(&job->id.view, text);
	if (error != ESHUTDOWN) {
		job->source->ops->describe(job->source, path, sizeof(path));
		options->on_failure(options->context, path, text, error, reason);
		tell_cost(job, text, error, 0);
		RENDER_COUNT(job->render, encode_failures, 1);
		RENDER_COUNT(job->render, too_large, error == EFBIG);
	}
	if (ttl > 0)
		cache_put_failure(options->cache, &job->key,
			&(struct cache_failure){
				.content = &job->content,
				.view = text,
				.error = error,
				.reason = reason,
				.ttl_usec = ttl,
			});
	finish_error(job, RENDER_ENCODED, error, reason);
}

/* --- Prepare: from the version to the key ------------------------------------------------ */

/* Hashes all bytes of the source, and remembers the hash where the stamp vouches for it. */
static int hash_content(struct render_job *job)
{
	struct cache *cache = job->render->options.cache;
	const struct stamp *stamp = &job->id.stamp;
	usec_t settle = stamp_settle_usec(stamp, (int64_t)now_real() * 1000);
	struct stamp after;
	uint64_t bytes;
	int r;

	if (settle > 0 && settle <= 50 * USEC_PER_MSEC) {
		clock_sleep(settle);
		settle = 0;
	}
	r = hash128_of_fd(cache_secret(cache), job->source_fd, &job->content, &bytes);
	if (r == 0)
		r = stamp_of_fd(job->source_fd, &after);
	if (r < 0)
		return r;
	if (bytes != stamp->size_bytes || !stamp_equal(stamp, &after))
		return -ESTALE;
	/* Times too coarse to vouch for the bytes: they are looked at again afterwards. */
	job->unsettled = settle > 0;
	if (job->unsettled)
		return 0;
	r = cache_content_put(cache, stamp, &job->content);
	if (r < 0)
		log_debug("content not remembered: %s", strerror(-r));
	return 0;
}

/* A source that changed is nobody's failure: the program looks the name up again. */
static void finish_source_error(struct render_job *job, int error)
{
	if (error == ESTALE)
		finish_error(job, RENDER_REFUSED, error, "the source changed meanwhile");
	else
		finish_failure(job, error, 0, "the source cannot be read");
}

/* Known before a byte is read. Not remembered, because there is no key without a hash, and
 * because it costs nothing to find again. */
static bool source_is_too_large(struct render_job *job)
{
	uint64_t bytes = job->id.stamp.size_bytes;
	uint64_t limit = render_limits(job->render).max_source_bytes;
	char reason[POOL_REASON_MAX];

	if (bytes <= limit)
		return false;
	snprintf(reason, sizeof(reason), "%" PRIu64 " bytes are over the limit of %" PRIu64,
		bytes, limit);
	finish_failure(job, EFBIG, 0, reason);
	return true;
}

void job_prepare(struct render_job *job)
{
	struct cache *cache = job->render->options.cache;
	char text[VIEW_IDENTITY_MAX];
	int r;

	if (render_is_stopping(job->render)) {
		finish_error(job, RENDER_REFUSED, ESHUTDOWN, "lensfs is stopping");
		return;
	}
	if (source_is_too_large(job))
		return;
	job->source_fd = job->source->ops->open(job->source);
	if (job->source_fd < 0) {
		finish_source_error(job, -job->source_fd);
		return;
	}
	r = cache_content_get(cache, &job->id.stamp, &job->content);
	if (r != 0)
		r = hash_content(job);
	if (r < 0) {
		finish_source_error(job, -r);
		return;
	}
	view_identity(&job->id.view, text);
	job->key = cache_key(cache, &job->content, text);
	job_resume(job);
}

/* --- Resume: from the key to the pool ---------------------------------------------------- */

static bool finish_from_cache(struct render_job *job)
{
	struct cache *cache = job->render->options.cache;
	struct render_result result = { .way = RENDER_CACHED, .reason = "", .fd = -1 };
	_cleanup_close_ int fd = -1;
	int r = cache_open(cache, &job->key, &result.entry, &result.fd);

	if (r == CACHE_E_FAILED) {
		RENDER_COUNT(job->render, remembered_failures, !job->ahead);
		finish_error(job, RENDER_REMEMBERED, result.entry.error, result.entry.reason);
		return true;
	}
	if (r == 0) {
		ahead_note_served(job);
		fd = result.fd;
		render_finish(job, &result);
		return true;
	}
	if (r < 0)
		log_debug("catalog: %s", strerror(-r));
	return false;
}

static void on_encoded(struct pool_job *pool_job, const struct pool_result *result)
{
	struct render_job *job = container_of(pool_job, struct render_job, pool_job);

	job->outcome.error = result->error;
	job->outcome.transient = result->transient;
	job->outcome.output_failed = result->output_failed;
	job->outcome.wall_usec = result->wall_usec;
	if (pool_job->handed_at)
		job->outcome.waited_usec = pool_job->handed_at - pool_job->submitted_at;
	job->outcome.encoder = result->encoder;
	snprintf(job->outcome.reason, sizeof(job->outcome.reason), "%s", result->reason);
	if (result->reply)
		job->outcome.reply = *result->reply;
	render_requeue(job, job_publish);
}

static struct encode_watermark describe_watermark(const struct watermark *watermark)
{
	if (!watermark)
		return (struct encode_watermark){ 0 };
	return (struct encode_watermark){
		.format = watermark->format,
		.width = watermark->size.width,
		.height = watermark->size.height,
		.look = watermark->look,
	};
}

static void submit(struct render_job *job)
{
	struct render *render = job->render;
	struct render_limits limits = render_limits(render);

	job->pool_job = (struct pool_job){
		.request = {
			.max_pixels = limits.max_pixels,
			.max_frames = limits.max_frames,
			.max_output_bytes = cache_blob_limit(job->blob),
			.source_format = job->source->format,
			.view = job->id.view,
			.watermark = describe_watermark(job->source->watermark),
		},
		.source_fd = job->source_fd,
		.watermark_fd = job->watermark_fd,
		.output_fd = cache_blob_fd(job->blob),
		.done = on_encoded,
	};
	render_enter_pool(job);
	pool_submit(render->options.pool, &job->pool_job);
}

void job_resume(struct render_job *job)
{
	/* In this order: a leader that ended in between has left its result in the cache. */
	if (!render_lead_or_follow(job) || finish_from_cache(job))
		return;
	if (render_is_stopping(job->render))
		finish_error(job, RENDER_REFUSED, ESHUTDOWN, "lensfs is stopping");
	else
		job_begin(job);
}

/* False: it cannot be, and the job has ended. */
static bool open_watermark(struct render_job *job)
{
	struct watermark *watermark = job->source->watermark;
	int r;

	if (!watermark || job->watermark_fd >= 0)
		return true;
	r = watermark_open(watermark);
	if (r < 0)
		finish_failure(job, -r, 0, "the watermark cannot be opened");
	else
		job->watermark_fd = r;
	return r >= 0;
}

void job_begin(struct render_job *job)
{
	uint64_t bytes = expect_bytes(
		job->source_fd, job->source->format, job->id.stamp.size_bytes, &job->id.view);
	int r;

	if (!ahead_may_begin(job) && render_drop_ahead(job))
		return;
	if (!open_watermark(job))
		return;
	r = cache_blob_new(job->render->options.cache, bytes, &job->blob);
	/* In memory, because it may be too large for the room there is: it might not be kept. */
	if (r == 0 && bytes != UINT64_MAX && cache_blob_limit(job->blob) == 0 &&
		render_drop_ahead(job))
		return;
	if (r < 0)
		finish_failure(job, -r, 0, "no place to write the variant to");
	else
		submit(job);
}

/* --- Publish: from the encoder's bytes to the cache --------------------------------------- */

/* The bytes that were hashed must be the bytes that were encoded. A stamp that moved may only
 * mean a chmod, or a rename over the file: then the content still decides. */
static int check_source(struct render_job *job)
{
	struct cache *cache = job->render->options.cache;
	struct hash128 content;
	struct stamp now;
	uint64_t bytes;
	int r = stamp_of_fd(job->source_fd, &now);

	if (r < 0 || (!job->unsettled && stamp_equal(&now, &job->id.stamp)))
		return r;
	r = hash128_of_fd(cache_secret(cache), job->source_fd, &content, &bytes);
	if (r < 0)
		return r;
	return hash128_equal(&content, &job->content) ? 0 : -ESTALE;
}

/* The encoder that said it is not asked again, whatever made it say so. */
static void finish_lie(struct render_job *job, const char *reason)
{
	RENDER_COUNT(job->render, lies, 1);
	pool_condemn(job->render->options.pool, job->outcome.encoder);
	finish_failure(job, EIO, LIE_TTL_USEC, reason);
}

static void publish_success(struct render_job *job)
{
	struct render *render = job->render;
	struct render_result result = {
		.way = RENDER_ENCODED,
		.reason = "",
		.fd = cache_blob_fd(job->blob),
		.entry =
			{
				.width = job->outcome.reply.width,
				.height = job->outcome.reply.height,
				.format = (uint8_t)job->outcome.reply.format,
				.quality = (uint8_t)job->outcome.reply.quality,
				.encode_usec = job->outcome.wall_usec,
			},
	};
	char text[VIEW_TEXT_MAX];
	int r;

	view_print(&job->id.view, text);
	cache_blob_describe(job->blob, &job->content, text);
	unread_add(job);
	r = cache_blob_commit(job->blob, &job->key, &result.entry);
	unread_settle(job, r, result.entry.size_bytes);
	if (r < 0) {
		finish_failure(job, -r, 0, "the variant cannot be read back");
		return;
	}
	lock_take(&render->lock);
	render->stats.encodes++;
	render->stats.source_bytes += job->id.stamp.size_bytes;
	render->stats.variant_bytes += result.entry.size_bytes;
	render->stats.encode_usec += job->outcome.wall_usec;
	lock_drop(&render->lock);
	tell_cost(job, text, 0, result.entry.size_bytes);
	render_finish(job, &result);
}

/* The disk took no more bytes, or they are more than was expected: once more into memory, from
 * where it is served. */
static bool retry_in_memory(struct render_job *job)
{
	if (!job->outcome.output_failed || job->in_memory)
		return false;
	if (render_drop_ahead(job))
		return true;
	job->blob = cache_blob_free(job->blob);
	if (cache_blob_new_memory(job->render->options.cache, &job->blob) < 0)
		return false;
	job->in_memory = true;
	submit(job);
	return true;
}

/* The encoder has done what it could: is it what it says, and what was asked for? */
static void publish(struct render_job *job)
{
	char reason[VERDICT_REASON_MAX];
	int r = cache_blob_seal(job->blob);

	if (r == CACHE_E_SHARED) {
		finish_lie(job, "the encoder kept a way to change its result");
		return;
	}
	if (r == 0)
		r = verdict(&job->pool_job.request, &job->outcome.reply, job->source_fd,
			cache_blob_fd(job->blob), reason);
	if (r == VERDICT_E_LIE)
		finish_lie(job, reason);
	else if (r < 0)
		finish_failure(job, -r, 0, "the variant cannot be read back");
	else
		publish_success(job);
}

/* The pool gave up a job of prefetch, for which somebody may wait by now. */
static void begin_again(struct render_job *job)
{
	if (render_drop_ahead(job))
		return;
	job->blob = cache_blob_free(job->blob);
	job_begin(job);
}

void job_publish(struct render_job *job)
{
	int error = job->outcome.error, r = 0;

	if (error == ECANCELED) {
		begin_again(job);
		return;
	}
	/* Before anything else: a source that was being written can make an encode fail, too,
	 * and that failure is not one of the bytes that were hashed. */
	if (error != ESHUTDOWN)
		r = check_source(job);
	if (r == 0 && retry_in_memory(job))
		return;
	if (r < 0)
		finish_error(
			job, RENDER_ENCODED, -r, "the source changed while it was encoded");
	else if (error)
		finish_failure(job, error,
			job->outcome.transient ? 0
					       : failure_ttl(error, job->outcome.reply.result),
			job->outcome.reason);
	else
		publish(job);
}
