/* SPDX-License-Identifier: MIT
 *
 * Estimates against measurements: real encoders, each new for its one job, over a grid of
 * pictures and views, with the memory limit in force that the estimate gives. None may take more
 * than was estimated, and no estimate may be so high that it says nothing. With LENSFS_SHOW set,
 * prints the table from which the figures of src/encode/estimate.c were read; LENSFS_SIDE is the
 * width of the pictures in it.
 */
#include <inttypes.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <vips/vips.h>

#include "encode/pool.h"
#include "encoder_picture.h"
#include "fixture.h"
#include "util/sanitizer.h"

#define MIB (1 << 20)
/* An estimate is of the worst picture of its kind. */
#define FACTOR_MAX 2
#define EXCESS_MAX (48 * MIB)

struct job {
	struct pool_job base;
	sem_t done;
	int error;
	struct encode_reply reply;
	char reason[POOL_REASON_MAX];
};

static void on_done(struct pool_job *base, const struct pool_result *result)
{
	struct job *job = container_of(base, struct job, base);

	job->error = result->error;
	if (result->reply)
		job->reply = *result->reply;
	snprintf(job->reason, sizeof(job->reason), "%s", result->reason);
	sem_post(&job->done);
}

/* --- Sources ------------------------------------------------------------------------------ */

static const struct source {
	const char *name;
	enum format format;
	const char *suffix; /* for libvips */
	int bands;
	bool deep, animated;
	int orientation;
} sources[] = {
	{ "jpeg", FORMAT_JPEG, ".jpg[Q=90]", 3 },
	{ "jpeg-444", FORMAT_JPEG, ".jpg[Q=95,subsample_mode=off]", 3 },
	{ "jpeg-prog", FORMAT_JPEG, ".jpg[Q=90,interlace]", 3 },
	{ "jpeg-turned", FORMAT_JPEG, ".jpg[Q=90]", 3, .orientation = 6 },
	{ "jpeg-grey", FORMAT_JPEG, ".jpg[Q=90]", 1 },
	{ "png", FORMAT_PNG, ".png", 3 },
	{ "png-alpha", FORMAT_PNG, ".png", 4 },
	{ "png-deep", FORMAT_PNG, ".png", 3, .deep = true },
	{ "png-adam7", FORMAT_PNG, ".png[interlace]", 3 },
	{ "png-turned", FORMAT_PNG, ".png", 3, .orientation = 8 },
	{ "webp", FORMAT_WEBP, ".webp[Q=80]", 3 },
	{ "webp-alpha", FORMAT_WEBP, ".webp[Q=80]", 4 },
	{ "webp-exact", FORMAT_WEBP, ".webp[lossless,effort=1]", 4 },
	{ "webp-anim", FORMAT_WEBP, ".webp[Q=80]", 3, .animated = true },
	{ "avif", FORMAT_AVIF, ".avif[effort=0]", 3 },
	{ "avif-alpha", FORMAT_AVIF, ".avif[effort=0]", 4 },
	{ "gif", FORMAT_GIF, ".gif[effort=1]", 3 },
	{ "gif-anim", FORMAT_GIF, ".gif[effort=1]", 3, .animated = true },
	{ "tiff", FORMAT_TIFF, ".tif", 3 },
	{ "tiff-deep", FORMAT_TIFF, ".tif[compression=deflate]", 4, .deep = true },
	{ "tiff-tiles", FORMAT_TIFF, ".tif[tile,tile_width=256,tile_height=256]", 3 },
};

#define FRAMES 6

/* Something between a photograph and noise: smooth, with grain. */
static VipsImage *picture_grain(int width, int height, int bands)
{
	VipsImage *noise = picture_noise(width, height, bands), *out;

	ck_assert_int_eq(vips_gaussblur(noise, &out, 1.0, NULL), 0);
	g_object_unref(noise);
	ck_assert_int_eq(
		vips_copy(out, &noise, "interpretation",
			bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB, NULL),
		0);
	g_object_unref(out);
	return noise;
}

static VipsImage *picture_deepen(VipsImage *image_consume)
{
	VipsImage *scaled, *out;

	ck_assert_int_eq(vips_linear1(image_consume, &scaled, 257, 0, NULL), 0);
	ck_assert_int_eq(vips_cast_ushort(scaled, &out, NULL), 0);
	g_object_unref(image_consume);
	g_object_unref(scaled);
	ck_assert_int_eq(
		vips_copy(out, &scaled, "interpretation", VIPS_INTERPRETATION_RGB16, NULL), 0);
	g_object_unref(out);
	return scaled;
}

static int source_file(const struct source *source, int width)
{
	int height = width * 2 / 3;
	VipsImage *image;

	if (source->animated) {
		width /= 2;
		height = height / 4 * FRAMES;
	}
	image = picture_grain(width, height, source->bands);
	if (source->deep)
		image = picture_deepen(image);
	if (source->animated)
		vips_image_set_int(image, VIPS_META_PAGE_HEIGHT, height / FRAMES);
	if (source->orientation)
		vips_image_set_int(image, VIPS_META_ORIENTATION, source->orientation);
	return picture_file(image, source->suffix);
}

/* --- Running ------------------------------------------------------------------------------ */

static struct pool *pool;
static int width = 1000;
static bool show;

static void pool_begin(unsigned workers)
{
	struct pool_options options = {
		.encoder_path = getenv("LENSFS_ENCODER"),
		.bounds.workers = workers,
		.jobs_per_encoder = 1,
		.growth_bytes = UINT64_MAX / 2,
		.bounds.memory_bytes = UINT64_MAX / 2,
		.keep_stderr = true,
		.bounds.deadline_usec = 120 * USEC_PER_SEC,
		.idle_usec = USEC_PER_SEC,
	};
	char reason[POOL_REASON_MAX];

	show = getenv("LENSFS_SHOW");
	if (getenv("LENSFS_SIDE"))
		width = atoi(getenv("LENSFS_SIDE"));
	ck_assert_msg(pool_new(&options, &pool, reason) == 0, "%s", reason);
}

static void pool_end(void)
{
	if (pool)
		pool_stop(pool);
	pool = pool_free(pool);
}

/* What is laid on every result, if its format is set. */
static struct encode_watermark mark;
static int mark_fd = -1;

static void encode_one(struct job *job, enum format format, int source_fd, const char *view)
{
	*job = (struct job){
		.base = {
			.request = {
				.max_pixels = 100 * 1000 * 1000,
				.max_frames = 1000,
				.source_format = format,
				.view = view_of(view, format),
			},
			.source_fd = source_fd,
			.watermark_fd = mark_fd,
			.output_fd = memory_file("", 0),
			.done = on_done,
		},
	};
	job->base.request.watermark = mark;
	if (mark.format)
		strcpy(job->base.request.view.watermark.name, "mark");
	sem_init(&job->done, 0, 0);
	pool_submit(pool, &job->base);
	while (sem_wait(&job->done) < 0)
		;
	close(job->base.output_fd);
	sem_destroy(&job->done);
}

static void check_one(const struct source *source, int source_fd, const char *view)
{
	struct job job;
	uint64_t promised;

	encode_one(&job, source->format, source_fd, view);
	promised = job.base.promised_bytes;
	if (show)
		printf("%-12s %-20s %6.1f MP %4" PRIu64 " MiB, estimate %4" PRIu64
		       ", %5.2f times  %s\n",
			source->name, view,
			(double)job.reply.source_width * job.reply.source_height / 1e6,
			job.reply.maxrss_bytes / MIB, promised / MIB,
			(double)promised / (double)job.reply.maxrss_bytes, job.reason);
	if (show)
		return;
	ck_assert_msg(job.error == 0, "%s as %s: %s", source->name, view, job.reason);
	ck_assert_msg(job.reply.maxrss_bytes <= promised,
		"%s as %s took %" PRIu64 " MiB, %" PRIu64 " were estimated", source->name, view,
		job.reply.maxrss_bytes / MIB, promised / MIB);
	ck_assert_msg(promised <= FACTOR_MAX * job.reply.maxrss_bytes + EXCESS_MAX,
		"%s as %s took %" PRIu64 " MiB of an estimate of %" PRIu64, source->name, view,
		job.reply.maxrss_bytes / MIB, promised / MIB);
}

static const struct source *source_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		if (strcmp(sources[i].name, name) == 0)
			return &sources[i];
	}
	ck_abort_msg("no source '%s'", name);
	return NULL;
}

static void check_views(const struct source *source, const char *const *views, size_t n)
{
	int fd = source_file(source, width);

	for (size_t i = 0; i < n; i++)
		check_one(source, fd, views[i]);
	close(fd);
}

START_TEST(every_way_of_reading_is_within_its_estimate)
{
	static const char *const views[] = { "webp-w400", "jpeg" };

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		check_views(&sources[i], views, ARRAY_SIZE(views));
}
END_TEST

static const char *const writing[] = { "jpeg-q95", "jpeg-444", "jpeg-prog", "webp", "webp-e6",
	"webp-lossless-e1", "avif-e0", "avif-e0-q100", "avif-e0-444", "avif-lossless-e1",
	"jxl-e3", "jxl-e7", "jxl-lossless-e3", "png", "png-prog", "gif-e1", "tiff" };

START_TEST(every_way_of_writing_is_within_its_estimate)
{
	check_views(source_named("jpeg"), writing, ARRAY_SIZE(writing));
}
END_TEST

/* The most that codecs can do, of a small picture, or it would take minutes. */
START_TEST(much_effort_is_within_its_estimate)
{
	static const char *const views[] = { "avif-e5", "avif-lossless-e4", "jxl-e9",
		"jxl-lossless-e9", "webp-lossless-e6" };

	width = 500;
	check_views(source_named("jpeg"), views, ARRAY_SIZE(views));
}
END_TEST

START_TEST(every_way_of_writing_alpha_is_within_its_estimate)
{
	static const char *const views[] = { "jpeg-q95", "png-prog", "webp", "webp-lossless-e1",
		"avif-e0", "jxl-e3", "gif-e1", "tiff" };

	check_views(source_named("png-alpha"), views, ARRAY_SIZE(views));
	check_views(source_named("tiff-deep"), views, 2);
}
END_TEST

START_TEST(every_way_of_writing_16_bits_is_within_its_estimate)
{
	static const char *const views[] = { "png-prog", "tiff", "jxl-e3", "jxl-e7",
		"jxl-lossless-e3" };

	check_views(source_named("png-deep"), views, ARRAY_SIZE(views));
	check_views(source_named("tiff-deep"), views, ARRAY_SIZE(views));
}
END_TEST

START_TEST(animations_are_within_their_estimate)
{
	static const char *const views[] = { "webp", "gif-e1", "webp-w300", "webp-lossless-e1",
		"png" };

	check_views(source_named("gif-anim"), views, ARRAY_SIZE(views));
	check_views(source_named("webp-anim"), views, ARRAY_SIZE(views));
}
END_TEST

/* What our own steps keep whole. */
START_TEST(every_step_is_within_its_estimate)
{
	static const char *const views[] = { "webp-rot90", "webp-flip", "png-trim",
		"webp-trim-w300", "png-w600-h300-cover-smart", "png-w300-h300-cover-entropy",
		"png-blur20", "png-w400-blur100", "png-sharpen-grey", "png-w1500-up",
		"png-w2000-h2000-pad", "webp-w1200-h1200-pad", "png-w3000-h100-fill-up",
		"webp-crop100_100_300_300", "png-crop300_300_600_300-w400-rot270-blur3" };

	check_views(source_named("jpeg"), views, ARRAY_SIZE(views));
	check_views(source_named("png-alpha"), views, ARRAY_SIZE(views));
	check_views(source_named("png-deep"), views, ARRAY_SIZE(views));
}
END_TEST

START_TEST(colours_under_grey_are_within_their_estimate)
{
	static const char *const views[] = { "jpeg-q95-w3000-h3000-pad-bgff0000" };

	width = 3000;
	check_views(source_named("jpeg-grey"), views, ARRAY_SIZE(views));
}
END_TEST

START_TEST(every_step_of_frames_is_within_its_estimate)
{
	static const char *const views[] = { "webp-flop", "webp-rot90", "gif-e1-blur3",
		"webp-trim", "webp-w300-h300-cover-smart", "webp-w600-h600-pad",
		"gif-grey-e1" };

	check_views(source_named("gif-anim"), views, ARRAY_SIZE(views));
	check_views(source_named("webp-anim"), views, ARRAY_SIZE(views));
}
END_TEST

/* The pixels are kept, and an encode or two, while codecs work. */
START_TEST(searches_are_within_their_estimate)
{
	static const char *const views[] = { "auto", "jpeg-max100k", "webp-max100k",
		"webp-max1m", "avif-e0-max100k", "jxl-e3-max100k" };
	static const char *const animated[] = { "auto", "webp-max200k", "webp-w300-max50k" };

	check_views(source_named("jpeg"), views, ARRAY_SIZE(views));
	check_views(source_named("jpeg-turned"), views, 2);
	check_views(source_named("png-alpha"), views, 1);
	check_views(source_named("gif-anim"), animated, ARRAY_SIZE(animated));
}
END_TEST

/* libvips makes its canvas with the header, and headers are read with little memory. */
START_TEST(large_webp_gets_past_its_header)
{
	int fd = picture_file(picture_quadrants(5000, 4500), ".webp[effort=0]");
	struct job job;

	encode_one(&job, FORMAT_WEBP, fd, "webp-w100");
	ck_assert_msg(job.error == 0, "%s", job.reason);
	close(fd);
}
END_TEST

/* A small one, and one that is larger than what it is laid on, by each of its formats. */
START_TEST(watermarks_are_within_their_estimate)
{
	static const struct {
		enum format format;
		const char *suffix;
		int bands, width;
	} marks[] = {
		{ FORMAT_PNG, ".png", 4, 300 },
		{ FORMAT_PNG, ".png", 4, 1200 },
		{ FORMAT_WEBP, ".webp[Q=80]", 4, 1200 },
		{ FORMAT_JPEG, ".jpg[Q=90]", 3, 1200 },
	};
	static const char *const views[] = { "png", "webp-w400" };
	static const char *const moving[] = { "webp" };
	/* A mark with colours makes colours of grey. */
	static const char *const grey[] = { "jpeg-444", "png-prog" };

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		int side = marks[i].width;

		mark = (struct encode_watermark){
			.format = marks[i].format,
			.width = (uint32_t)side,
			.height = (uint32_t)side * 2 / 3,
			.look = { .opacity = 50, .tile = i % 2, .scale = i % 2 ? 10 : 0 },
		};
		mark_fd = picture_file(
			picture_grain(side, side * 2 / 3, marks[i].bands), marks[i].suffix);
		if (show)
			printf("with a %s of %d x %d%s\n", format_info(mark.format)->name, side,
				side * 2 / 3, mark.look.tile ? ", tiled" : "");
		check_views(source_named("jpeg"), views, ARRAY_SIZE(views));
		check_views(source_named("png-deep"), views, 1);
		check_views(source_named("jpeg-grey"), grey, i == 0 ? ARRAY_SIZE(grey) : 0);
		check_views(source_named("gif-anim"), moving, ARRAY_SIZE(moving));
		close(mark_fd);
	}
	mark = (struct encode_watermark){ 0 };
	mark_fd = -1;
}
END_TEST

/* With all processors for the one job, which is what a lone job gets. */
START_TEST(threads_are_within_the_estimate)
{
	static const char *const views[] = { "webp-w400", "jpeg", "webp", "avif-e1", "jxl-e3",
		"png", "gif-e1" };

	pool_end();
	pool_begin(8);
	check_views(source_named("jpeg"), views, ARRAY_SIZE(views));
	check_views(source_named("avif"), views, 2);
}
END_TEST

static void setup(void)
{
	ck_assert_int_eq(vips_init("test"), 0);
	vips_cache_set_max(0);
	pool_begin(1);
}

int main(void)
{
	/* Sanitizers have memory of their own. */
	if (SANITIZER_SHADOW)
		return 77;
	const TTest *const tests[] = {
		every_way_of_reading_is_within_its_estimate,
		every_way_of_writing_is_within_its_estimate,
		much_effort_is_within_its_estimate,
		every_way_of_writing_alpha_is_within_its_estimate,
		every_way_of_writing_16_bits_is_within_its_estimate,
		animations_are_within_their_estimate,
		every_step_is_within_its_estimate,
		colours_under_grey_are_within_their_estimate,
		every_step_of_frames_is_within_its_estimate,
		searches_are_within_their_estimate,
		large_webp_gets_past_its_header,
		watermarks_are_within_their_estimate,
		threads_are_within_the_estimate,
	};

	return suite_run(&(struct suite_list){
		"estimate", tests, ARRAY_SIZE(tests), setup, pool_end, CK_FORK });
}
