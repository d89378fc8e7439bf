/* SPDX-License-Identifier: MIT
 *
 * How a picture comes into its box, sample by sample against the libvips calls that are meant,
 * made here; and what is refused for what it would become.
 */
#include <stdio.h>

#include "encoder_picture.h"
#include "fixture.h"
#include "raster.h"
#include "util/clock.h"

static VipsImage *picture_grain(int width, int height, int bands)
{
	VipsImage *soft, *out;

	ck_assert_int_eq(
		vips_gaussblur(picture_noise(width, height, bands), &soft, 1.0, NULL), 0);
	ck_assert_int_eq(
		vips_copy(soft, &out, "interpretation",
			bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB, NULL),
		0);
	return vips_image_copy_memory(out);
}

static VipsImage *resized(VipsImage *image, int width, int height)
{
	VipsImage *out;

	ck_assert_int_eq(vips_resize(image, &out, (double)width / image->Xsize, "vscale",
				 (double)height / image->Ysize, NULL),
		0);
	return out;
}

static struct raster encoded(struct rig *rig, const char *view, int in)
{
	struct encode_reply reply;
	int out = encode(rig, view, FORMAT_PNG, in, &reply);
	struct raster r = raster_of(picture_load(out));

	ck_assert_uint_eq(reply.width, (uint32_t)r.width);
	ck_assert_uint_eq(reply.height, (uint32_t)r.height);
	close(out);
	return r;
}

/* Of a picture of 90 x 60. */
static const struct {
	const char *view;
	int width, height;                    /* resized to */
	int left, top, cut_width, cut_height; /* and cut */
} boxes[] = {
	{ "w30", 30, 20, 0, 0, 30, 20 },
	{ "h30", 45, 30, 0, 0, 45, 30 },
	{ "w45-h20", 30, 20, 0, 0, 30, 20 },
	{ "w200", 90, 60, 0, 0, 90, 60 },
	{ "w180-up", 180, 120, 0, 0, 180, 120 },
	{ "h90-up", 135, 90, 0, 0, 135, 90 },
	{ "w100-h200-up", 100, 67, 0, 0, 100, 67 },
	{ "w30-h30-cover", 45, 30, 7, 0, 30, 30 },
	{ "w30-h30-cover-east", 45, 30, 15, 0, 30, 30 },
	{ "w30-h10-cover-south", 30, 20, 0, 10, 30, 10 },
	{ "w30-h10-cover-northwest", 30, 20, 0, 0, 30, 10 },
	{ "w120-h120-cover-up", 180, 120, 30, 0, 120, 120 },
	{ "w120-h120-cover", 90, 60, 15, 0, 60, 60 },
	{ "w20-h40-fill", 20, 40, 0, 0, 20, 40 },
	{ "w200-h40-fill", 90, 40, 0, 0, 90, 40 },
	{ "w200-h40-fill-up", 200, 40, 0, 0, 200, 40 },
	{ "w30-h90-fill-up", 30, 90, 0, 0, 30, 90 },
	{ "w1-h1-fill", 1, 1, 0, 0, 1, 1 },
};

START_TEST(box_is_what_libvips_makes_of_it)
{
	VipsImage *image, *want;
	struct rig rig;
	char view[64];

	rig_start(&rig);
	image = picture_grain(90, 60, 3);
	ck_assert_int_eq(vips_extract_area(resized(image, boxes[_i].width, boxes[_i].height),
				 &want, boxes[_i].left, boxes[_i].top, boxes[_i].cut_width,
				 boxes[_i].cut_height, NULL),
		0);
	snprintf(view, sizeof(view), "png-%s", boxes[_i].view);
	raster_expect(encoded(&rig, view, picture_file(image, ".png")), raster_of(want), 0,
		"%s", view);
	rig_stop(&rig);
}
END_TEST

START_TEST(crop_comes_before_the_box)
{
	VipsImage *image, *part;
	struct rig rig;
	int in;

	rig_start(&rig);
	image = picture_grain(90, 60, 3);
	in = picture_file(image, ".png");
	ck_assert_int_eq(vips_extract_area(image, &part, 20, 10, 40, 30, NULL), 0);
	raster_expect(encoded(&rig, "png-crop20_10_40_30-w20", in),
		raster_of(resized(part, 20, 15)), 0, "made smaller");
	raster_expect(encoded(&rig, "png-crop20_10_40_30-w80-up", in),
		raster_of(resized(part, 80, 60)), 0, "made larger");
	raster_expect(encoded(&rig, "png-crop20_10_40_30-w80", in), raster_of(part), 0,
		"not made larger");
	rig_stop(&rig);
}
END_TEST

START_TEST(turn_comes_before_the_box)
{
	VipsImage *image;
	struct rig rig;
	int in;

	rig_start(&rig);
	image = picture_grain(90, 60, 3);
	in = picture_file(image, ".png");
	/* 60 x 90 when it comes to the box. */
	raster_expect(encoded(&rig, "png-rot90-w20", in),
		raster_turn(raster_of(resized(image, 30, 20)), 1), 0, "rot90-w20");
	raster_expect(encoded(&rig, "png-rot90-w20-h20-cover-north", in),
		raster_crop(raster_turn(raster_of(resized(image, 30, 20)), 1), 0, 0, 20, 20), 0,
		"rot90-cover-north");
	rig_stop(&rig);
}
END_TEST

START_TEST(margins_are_clear_or_white_or_the_background)
{
	static const struct {
		const char *view;
		int bands;
		uint8_t ink[4];
	} margins[] = {
		{ "png-w40-h40-pad", 4, { 0, 0, 0, 0 } },
		{ "png-w40-h40-pad-bg336699", 3, { 0x33, 0x66, 0x99 } },
		{ "tiff-w40-h40-pad", 4, { 0, 0, 0, 0 } },
	};
	VipsImage *image, *joined;
	struct raster want, jpeg;
	struct rig rig;
	int in;

	rig_start(&rig);
	image = picture_grain(90, 60, 3);
	in = picture_file(image, ".png");
	for (size_t i = 0; i < ARRAY_SIZE(margins); i++) {
		joined = resized(image, 40, 27);
		if (margins[i].bands == 4)
			ck_assert_int_eq(vips_bandjoin_const1(
						 resized(image, 40, 27), &joined, 255, NULL),
				0);
		want = raster_put(raster_of(joined), 0, 6, 40, 40, margins[i].ink);
		raster_expect(
			encoded(&rig, margins[i].view, in), want, 0, "%s", margins[i].view);
	}
	jpeg = encoded(&rig, "jpeg-q95-w40-h40-pad", in);
	ck_assert_int_eq(jpeg.bands, 3);
	/* Blocks of a JPEG reach from the noise into the margin. */
	ck_assert_int_ge(raster_at(jpeg, 20, 1)[0], 240);
	ck_assert_int_ge(raster_at(jpeg, 20, 38)[2], 240);
	rig_stop(&rig);
}
END_TEST

START_TEST(grey_pictures_get_coloured_margins)
{
	static const uint8_t red[] = { 255, 0, 0 }, grey[] = { 0x80 };
	VipsImage *image, *colour;
	struct rig rig;
	int in;

	rig_start(&rig);
	image = picture_grain(30, 20, 1);
	in = picture_file(image, ".png");
	ck_assert_int_eq(vips_colourspace(image, &colour, VIPS_INTERPRETATION_sRGB, NULL), 0);
	raster_expect(encoded(&rig, "png-w40-h40-pad-bgff0000", in),
		raster_put(raster_of(colour), 5, 10, 40, 40, red), 0, "red");
	raster_expect(encoded(&rig, "png-w40-h40-pad-bg808080", in),
		raster_put(raster_of(image), 5, 10, 40, 40, grey), 0, "grey");
	rig_stop(&rig);
}
END_TEST

START_TEST(margins_of_sixteen_bits_are_as_light)
{
	VipsImage *deep, *image;
	struct encode_reply reply;
	struct rig rig;
	double *pixel;
	int n, in;

	rig_start(&rig);
	ck_assert_int_eq(vips_colourspace(picture_grain(30, 20, 3), &deep,
				 VIPS_INTERPRETATION_RGB16, NULL),
		0);
	in = picture_file(deep, ".png");
	image = picture_load(encode(&rig, "png-w40-h40-pad-bgff8000", FORMAT_PNG, in, &reply));
	ck_assert_int_eq(image->BandFmt, VIPS_FORMAT_USHORT);
	ck_assert_int_eq(vips_getpoint(image, &pixel, &n, 0, 0, NULL), 0);
	ck_assert_int_eq(n, 3);
	ck_assert(pixel[0] == 65535 && pixel[1] == 128 * 257 && pixel[2] == 0);
	image = picture_load(encode(&rig, "png-w40-h40-pad", FORMAT_PNG, in, &reply));
	ck_assert_int_eq(vips_getpoint(image, &pixel, &n, 20, 20, NULL), 0);
	ck_assert_int_eq(n, 4);
	ck_assert_double_eq(pixel[3], 65535);
	rig_stop(&rig);
}
END_TEST

/* A picture that is dull but for one place, twice as wide as its box. */
static VipsImage *picture_with_a_spot(int left)
{
	VipsImage *image = picture_grain(200, 100, 3), *dull, *noise, *out;

	ck_assert_int_eq(vips_linear1(image, &dull, 0.1, 100, "uchar", TRUE, NULL), 0);
	noise = picture_quadrants(40, 40);
	ck_assert_int_eq(vips_insert(dull, noise, &out, left, 30, NULL), 0);
	return vips_image_copy_memory(out);
}

START_TEST(smart_and_entropy_are_smartcrop_of_the_scaled_picture)
{
	static const struct {
		const char *view;
		VipsInteresting interesting;
		int turned;
	} cuts[] = {
		{ "png-w50-h50-cover-smart", VIPS_INTERESTING_ATTENTION, 0 },
		{ "png-w50-h50-cover-entropy", VIPS_INTERESTING_ENTROPY, 0 },
		{ "png-w50-h50-cover-smart-rot90", VIPS_INTERESTING_ATTENTION, 1 },
	};
	VipsImage *image, *scaled, *want, *centre;
	struct rig rig;
	int in;

	rig_start(&rig);
	image = picture_with_a_spot(_i < 3 ? 150 : 10);
	in = picture_file(image, ".png");
	scaled = raster_image(
		raster_turn(raster_of(resized(image, 100, 50)), cuts[_i % 3].turned));
	ck_assert_int_eq(vips_smartcrop(scaled, &want, 50, 50, "interesting",
				 cuts[_i % 3].interesting, NULL),
		0);
	raster_expect(encoded(&rig, cuts[_i % 3].view, in), raster_of(want), 0, "%s",
		cuts[_i % 3].view);
	/* The spot is away from the centre, so that would have been another cut. */
	ck_assert_int_eq(vips_smartcrop(scaled, &centre, 50, 50, "interesting",
				 VIPS_INTERESTING_CENTRE, NULL),
		0);
	ck_assert_double_gt(raster_distance(raster_of(want), raster_of(centre)), 5);
	rig_stop(&rig);
}
END_TEST

/* Sixteen bits and transparency are looked at as what they show. */
START_TEST(focus_is_the_same_in_every_kind_of_picture)
{
	static const char *const views[] = { "webp-lossless-w100-h100-cover-smart",
		"webp-lossless-w100-h100-cover-entropy" };
	VipsImage *image, *deep, *clear;
	struct raster want;
	struct rig rig;

	rig_start(&rig);
	image = picture_with_a_spot(150);
	ck_assert_int_eq(vips_colourspace(image, &deep, VIPS_INTERPRETATION_RGB16, NULL), 0);
	ck_assert_int_eq(vips_bandjoin_const1(image, &clear, 255, NULL), 0);
	want = encoded(&rig, views[_i], picture_file(image, ".png"));
	raster_expect(encoded(&rig, views[_i], picture_file(deep, ".png")), want, 0, "deep");
	raster_expect(encoded(&rig, views[_i], picture_file(clear, ".png")), want, 0, "clear");
	rig_stop(&rig);
}
END_TEST

/* By the header, so at once, whatever the result would have been made of. */
START_TEST(result_over_the_limit_is_refused_by_the_header)
{
	static const char *const bombs[] = { "w65535-h65535-up-pad", "w65535-h65535-pad",
		"w65535-h65535-fill-up", "w65535-up", "h65535-up", "w65535-h65535-cover-up",
		"w65535-h1-cover-up", "w1-h65535-cover-up-smart", "w65535-up-trim",
		"w65535-h65535-pad-trim", "w65535-h65535-pad-still" };
	static const enum format formats[] = { FORMAT_TIFF, FORMAT_PNG, FORMAT_JXL,
		FORMAT_WEBP };
	struct encode_reply reply;
	struct rig rig;
	usec_t before;
	char view[64];
	int in;

	rig_start(&rig);
	in = picture_file(picture_quadrants(60, 40), ".png");
	before = now_monotonic();
	for (size_t f = 0; f < ARRAY_SIZE(formats); f++) {
		snprintf(view, sizeof(view), "%s-%s", format_info(formats[f])->name, bombs[_i]);
		reply = encode_fails(&rig, view, FORMAT_PNG, in, ENCODE_TOO_LARGE);
		ck_assert_msg(
			strstr(reply.reason, "over the limit"), "%s: %s", view, reply.reason);
		ck_assert_uint_lt(reply.maxrss_bytes, 150 << 20);
	}
	ck_assert_uint_lt(now_monotonic() - before, 5 * USEC_PER_SEC);
	rig_stop(&rig);
}
END_TEST

/* A daemon of another mind; the grammar makes no such view. */
START_TEST(nonsense_of_a_view_is_refused)
{
	const struct view plain = view_of("png-w30-h20", FORMAT_PNG);
	struct view views[12];
	struct rig rig;
	int in;

	for (size_t i = 0; i < ARRAY_SIZE(views); i++)
		views[i] = plain;
	views[0].fit = VIEW_FIT_FILL + 1;
	views[1].fit = VIEW_FIT_PAD;
	views[1].height = 0;
	views[2].fit = VIEW_FIT_FILL;
	views[2].width = 0;
	views[3].place = VIEW_PLACE_ENTROPY + 1;
	views[4].place = VIEW_PLACE_SMART;
	views[5].rotate = 4;
	views[6].blur = VIEW_BLUR_MAX + 1;
	views[7].background = 0xffffff;
	views[8].background = VIEW_BACKGROUND_SET << 1 | VIEW_BACKGROUND_SET;
	views[9].crop = (struct view_area){ 0, 0, 10, 0 };
	views[10].crop = (struct view_area){ VIEW_CROP_MAX + 1, 0, 10, 10 };
	views[11].dpr = 2;
	rig_start(&rig);
	in = picture_file(picture_quadrants(60, 40), ".png");
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		struct encode_request request = request_of("png", FORMAT_PNG);
		struct encode_reply reply;

		request.view = views[i];
		reply = job_do(&rig.encoder, &request, in, memory_file("", 0));
		ck_assert_msg(reply.result == ENCODE_UNSUPPORTED, "%zu: %u", i, reply.result);
		ck_assert_str_eq(reply.reason, "the request is not a resolved view");
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(frames_count_against_the_limit_of_the_result)
{
	VipsImage *frames;
	struct rig rig;
	int in;

	rig_start(&rig);
	frames = picture_noise(30, 30 * 20, 3);
	vips_image_set_int(frames, VIPS_META_PAGE_HEIGHT, 30);
	in = picture_file(frames, ".gif");
	/* 9 million pixels a frame, and the limit is 100 million. */
	encode_fails(&rig, "webp-w3000-h3000-pad", FORMAT_GIF, in, ENCODE_TOO_LARGE);
	encode_fails(&rig, "gif-w3000-up", FORMAT_GIF, in, ENCODE_TOO_LARGE);
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		crop_comes_before_the_box,
		turn_comes_before_the_box,
		margins_are_clear_or_white_or_the_background,
		grey_pictures_get_coloured_margins,
		margins_of_sixteen_bits_are_as_light,
		nonsense_of_a_view_is_refused,
		frames_count_against_the_limit_of_the_result,
	};
	const struct suite_loop loops[] = {
		{ box_is_what_libvips_makes_of_it, 0, ARRAY_SIZE(boxes) },
		{ smart_and_entropy_are_smartcrop_of_the_scaled_picture, 0, 6 },
		{ focus_is_the_same_in_every_kind_of_picture, 0, 2 },
		{ result_over_the_limit_is_refused_by_the_header, 0, 11 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder_box",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
