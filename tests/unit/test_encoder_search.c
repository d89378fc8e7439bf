/* SPDX-License-Identifier: MIT
 *
 * Results found by trial: budgets and auto. What is found is held against single encodes of the
 * same encoder, quality by quality and format by format.
 */
#include <stdlib.h>
#include <string.h>

#include "encoder_picture.h"
#include "fixture.h"

/* Smooth with grain: bytes grow with quality at every step. */
static VipsImage *picture_grain(int width, int height)
{
	VipsImage *bands[3], *noise, *out;

	for (int i = 0; i < 3; i++)
		bands[i] = picture_noise(width, height, 1);
	ck_assert_int_eq(vips_bandjoin(bands, &noise, 3, NULL), 0);
	ck_assert_int_eq(vips_gaussblur(noise, &out, 1.0, NULL), 0);
	ck_assert_int_eq(
		vips_copy(out, &noise, "interpretation", VIPS_INTERPRETATION_sRGB, NULL), 0);
	return noise;
}

static uint64_t size_at(struct rig *rig, const char *format, unsigned quality, int in)
{
	struct encode_reply reply;
	char view[64];

	snprintf(view, sizeof(view), "%s-q%u", format, quality);
	close(encode(rig, view, FORMAT_PNG, in, &reply));
	return reply.size_bytes;
}

static const char *const budgeted[] = { "jpeg", "webp", "avif-e0", "jxl-e3" };

/* Within 3 % under it; or as near as a step of quality comes: the next is over. */
START_TEST(budget_is_filled_as_far_as_quality_has_steps)
{
	const char *format = budgeted[_i];
	struct encode_reply reply;
	uint64_t least, most;
	char view[64];
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(picture_grain(200, 150), ".png");
	least = size_at(&rig, format, 1, in);
	most = size_at(&rig, format, 100, in);
	for (unsigned part = 1; part <= 4; part++) {
		uint64_t budget = least + (most - least) * part / 5;

		if (budget < 1000)
			continue;
		snprintf(view, sizeof(view), "%s-max%u", format, (unsigned)budget);
		close(encode(&rig, view, FORMAT_PNG, in, &reply));
		ck_assert_uint_le(reply.size_bytes, budget);
		ck_assert_uint_ge(reply.quality, 1);
		ck_assert_uint_eq(reply.size_bytes, size_at(&rig, format, reply.quality, in));
		if (reply.size_bytes * 100 < budget * 97)
			ck_assert_uint_gt(size_at(&rig, format, reply.quality + 1, in), budget);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(budget_does_not_raise_the_quality)
{
	struct encode_reply reply;
	char view[64];
	struct rig rig;
	uint64_t fit;
	int in;

	rig_start(&rig);
	in = picture_file(picture_grain(200, 150), ".png");
	fit = size_at(&rig, "webp", 40, in);
	encode(&rig, "webp-q40-max1m", FORMAT_PNG, in, &reply);
	ck_assert_uint_eq(reply.size_bytes, fit);
	ck_assert_uint_eq(reply.quality, 40);
	snprintf(view, sizeof(view), "webp-q40-max%u", (unsigned)(fit - 1));
	encode(&rig, view, FORMAT_PNG, in, &reply);
	ck_assert_uint_lt(reply.quality, 40);
	ck_assert_uint_lt(reply.size_bytes, fit);
	rig_stop(&rig);
}
END_TEST

START_TEST(budget_that_cannot_be_kept_is_refused_with_the_least)
{
	const char *format = budgeted[_i];
	struct encode_reply reply;
	uint64_t least;
	char text[64];
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(picture_noise(1200, 900, 3), ".png");
	least = size_at(&rig, format, 1, in);
	ck_assert_uint_gt(least, 1000);
	snprintf(text, sizeof(text), "%s-max1000", format);
	reply = encode_fails(&rig, text, FORMAT_PNG, in, ENCODE_OVER_BUDGET);
	snprintf(text, sizeof(text), "at quality 1 it takes %u", (unsigned)least);
	ck_assert_msg(strstr(reply.reason, text), "%s", reply.reason);
	rig_stop(&rig);
}
END_TEST

static int animation_file(const char *suffix)
{
	int delays[] = { 50, 120, 200 };
	VipsImage *all = picture_grain(120, 3 * 90);

	vips_image_set_int(all, VIPS_META_PAGE_HEIGHT, 90);
	vips_image_set_int(all, "loop", 5);
	vips_image_set_array_int(all, "delay", delays, 3);
	return picture_file(all, suffix);
}

START_TEST(animations_keep_a_budget_with_all_their_frames)
{
	struct encode_reply full, reply;
	VipsImage *image;
	int in, n, *delays;
	char view[64];
	struct rig rig;

	rig_start(&rig);
	in = animation_file(".gif");
	encode(&rig, "webp-q100", FORMAT_GIF, in, &full);
	snprintf(view, sizeof(view), "webp-max%u", (unsigned)full.size_bytes / 2);
	image = picture_load(encode(&rig, view, FORMAT_GIF, in, &reply));
	ck_assert_uint_le(reply.size_bytes, full.size_bytes / 2);
	ck_assert_uint_ge(reply.size_bytes, full.size_bytes / 4);
	ck_assert_uint_eq(reply.frames, 3);
	ck_assert_int_eq(image->Ysize, 270);
	ck_assert_int_eq(vips_image_get_array_int(image, "delay", &delays, &n), 0);
	ck_assert_int_eq(n, 3);
	ck_assert_int_eq(delays[1], 120);
	rig_stop(&rig);
}
END_TEST

/* --- auto --------------------------------------------------------------------------------- */

static uint64_t size_as(struct rig *rig, const char *view, enum format source, int in)
{
	struct encode_reply reply;

	close(encode(rig, view, source, in, &reply));
	return reply.size_bytes;
}

START_TEST(auto_is_the_smallest_that_each_format_makes)
{
	struct encode_reply reply;
	uint64_t sizes[FORMAT_COUNT] = { 0 };
	VipsImage *image;
	struct rig rig;
	int in;

	rig_start(&rig);
	image = _i == 0   ? picture_grain(200, 150)
	        : _i == 1 ? picture_quadrants(200, 150)
	                  : picture_noise(8, 8, 3);
	in = picture_file(image, ".png");
	encode(&rig, "auto", FORMAT_PNG, in, &reply);
	sizes[FORMAT_JPEG] = size_as(&rig, "jpeg", FORMAT_PNG, in);
	sizes[FORMAT_WEBP] = size_as(&rig, "webp", FORMAT_PNG, in);
	sizes[FORMAT_AVIF] = size_as(&rig, "avif", FORMAT_PNG, in);
	ck_assert_uint_eq(reply.size_bytes, sizes[reply.format]);
	for (enum format f = FORMAT_JPEG; f <= FORMAT_AVIF; f++)
		ck_assert_uint_le(reply.size_bytes, sizes[f]);
	ck_assert_uint_eq(reply.quality, format_info(reply.format)->quality);
	rig_stop(&rig);
}
END_TEST

/* Noise of 8 x 8 is smallest as JPEG, which would lose the transparency. */
START_TEST(auto_loses_no_transparency)
{
	VipsImage *alpha, *image = picture_noise(16, 16, 3), *joined;
	struct encode_reply reply;
	struct rig rig;

	rig_start(&rig);
	vips_black(&alpha, 16, 16, NULL);
	vips_linear1(alpha, &alpha, 1, _i, "uchar", TRUE, NULL);
	vips_bandjoin2(image, alpha, &joined, NULL);
	encode(&rig, "auto", FORMAT_PNG, picture_file(joined, ".png"), &reply);
	if (_i < 255) {
		ck_assert_int_ne(reply.format, FORMAT_JPEG);
	} else {
		uint64_t jpeg = reply.size_bytes;

		/* All opaque: as if there were none. */
		encode(&rig, "auto", FORMAT_PNG, picture_file(image, ".png"), &reply);
		ck_assert_uint_eq(reply.size_bytes, jpeg);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(auto_keeps_animations)
{
	struct encode_reply reply;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = animation_file(".gif");
	encode(&rig, "auto", FORMAT_GIF, in, &reply);
	ck_assert_uint_eq(reply.format, FORMAT_WEBP);
	ck_assert_uint_eq(reply.frames, 3);
	encode(&rig, "auto-still", FORMAT_GIF, in, &reply);
	ck_assert_uint_eq(reply.frames, 1);
	rig_stop(&rig);
}
END_TEST

/* A plain picture is smallest as AVIF, which takes longest. */
START_TEST(auto_does_without_avif_where_that_takes_long)
{
	struct encode_reply reply;
	VipsImage *image, *plain;
	struct rig rig;

	rig_start(&rig);
	vips_black(&image, _i ? 4001 : 1000, _i ? 4000 : 1000, "bands", 3, NULL);
	vips_copy(image, &plain, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
	encode(&rig, "auto", FORMAT_PNG, picture_file(plain, ".png[compression=1]"), &reply);
	ck_assert_int_eq(reply.format == FORMAT_AVIF, _i == 0);
	rig_stop(&rig);
}
END_TEST

START_TEST(auto_takes_what_only_one_format_takes)
{
	struct encode_reply reply;
	VipsImage *image, *wide, *alpha;
	struct rig rig;

	rig_start(&rig);
	vips_black(&image, 17000, 3, "bands", 3, NULL);
	vips_copy(image, &wide, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
	encode(&rig, "auto", FORMAT_PNG, picture_file(wide, ".png"), &reply);
	ck_assert_int_eq(reply.format, FORMAT_JPEG);
	vips_black(&alpha, 17000, 3, NULL);
	vips_bandjoin2(wide, alpha, &image, NULL);
	reply = encode_fails(
		&rig, "auto", FORMAT_PNG, picture_file(image, ".png"), ENCODE_TOO_LARGE);
	ck_assert_msg(strstr(reply.reason, "17000"), "%s", reply.reason);
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		budget_does_not_raise_the_quality,
		animations_keep_a_budget_with_all_their_frames,
		auto_keeps_animations,
		auto_takes_what_only_one_format_takes,
	};
	const struct suite_loop loops[] = {
		{ budget_is_filled_as_far_as_quality_has_steps, 0, 4 },
		{ budget_that_cannot_be_kept_is_refused_with_the_least, 0, 4 },
		{ auto_is_the_smallest_that_each_format_makes, 0, 3 },
		{ auto_loses_no_transparency, 254, 256 },
		{ auto_does_without_avif_where_that_takes_long, 0, 2 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder_search",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
