/* SPDX-License-Identifier: MIT
 *
 * Blur, sharpen, grey and background, sample by sample against the libvips calls that are meant
 * or what is computed here; and all of it frame by frame where there are frames.
 */
#include <math.h>
#include <stdio.h>

#include "encoder_picture.h"
#include "fixture.h"
#include "raster.h"

#define MUST(call) ck_assert_msg((call) == 0, "%s", vips_error_buffer())

static struct raster encoded_from(struct rig *rig, const char *view, enum format source, int in)
{
	struct encode_reply reply;
	int out = encode(rig, view, source, in, &reply);
	struct raster r = raster_of(picture_load(out));

	close(out);
	return r;
}

static struct raster encoded(struct rig *rig, const char *view, int in)
{
	return encoded_from(rig, view, FORMAT_PNG, in);
}

/* All of the cube of colours, coarsely, and its corners. */
static struct raster raster_colours(void)
{
	struct raster r = raster_new(48, 36, 3);

	for (int y = 0; y < r.height; y++) {
		for (int x = 0; x < r.width; x++) {
			uint8_t *p = raster_at(r, x, y);

			p[0] = (uint8_t)(x % 12 * 255 / 11);
			p[1] = (uint8_t)(y % 12 * 255 / 11);
			p[2] = (uint8_t)((x / 12 * 3 + y / 12) * 255 / 11);
		}
	}
	return r;
}

/* A disc that is opaque in the middle and clear at the edge, over colours of which those outside
 * must not show. */
static struct raster raster_glass(void)
{
	struct raster r = raster_new(40, 40, 4);

	for (int y = 0; y < r.height; y++) {
		for (int x = 0; x < r.width; x++) {
			uint8_t *p = raster_at(r, x, y);
			double d = 600 - 32 * hypot(x - 19.5, y - 19.5);

			p[3] = (uint8_t)(d < 0 ? 0 : d > 255 ? 255 : d);
			p[0] = p[3] ? 200 : 0;
			p[1] = p[3] ? (uint8_t)(100 + x) : 255;
			p[2] = p[3] ? 50 : 0;
		}
	}
	return r;
}

START_TEST(grey_is_luma_in_one_band)
{
	struct raster colours = raster_colours(), want, got;
	struct rig rig;
	int in;

	rig_start(&rig);
	want = raster_new(colours.width, colours.height, 1);
	for (int y = 0; y < want.height; y++) {
		for (int x = 0; x < want.width; x++) {
			const uint8_t *p = raster_at(colours, x, y);

			*raster_at(want, x, y) =
				(uint8_t)lround(0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]);
		}
	}
	in = picture_file(raster_image(colours), ".png");
	got = encoded(&rig, "png-grey", in);
	raster_expect(got, want, 0, "png-grey");
	/* Of grey it makes nothing else. */
	in = picture_file(raster_image(want), ".png");
	raster_expect(encoded(&rig, "png-grey", in), want, 0, "grey of grey");
	ck_assert_int_eq(encoded(&rig, "jpeg-grey", in).bands, 1);
	rig_stop(&rig);
}
END_TEST

START_TEST(grey_keeps_transparency_and_sixteen_bits)
{
	struct raster glass = raster_glass(), got;
	struct encode_reply reply;
	VipsImage *deep, *image;
	struct rig rig;
	double *pixel;
	int n, in;

	rig_start(&rig);
	got = encoded(&rig, "png-grey", picture_file(raster_image(glass), ".png"));
	ck_assert_int_eq(got.bands, 2);
	for (int x = 0; x < got.width; x++)
		ck_assert_int_eq(raster_at(got, x, 20)[1], raster_at(glass, x, 20)[3]);
	MUST(vips_colourspace(
		raster_image(raster_colours()), &deep, VIPS_INTERPRETATION_RGB16, NULL));
	in = picture_file(deep, ".png");
	image = picture_load(encode(&rig, "png-grey", FORMAT_PNG, in, &reply));
	ck_assert_int_eq(image->BandFmt, VIPS_FORMAT_USHORT);
	ck_assert_int_eq(image->Bands, 1);
	MUST(vips_getpoint(deep, &pixel, &n, 7, 5, NULL));
	ck_assert_int_eq(n, 3);
	n = (int)lround(0.2126 * pixel[0] + 0.7152 * pixel[1] + 0.0722 * pixel[2]);
	MUST(vips_getpoint(image, &pixel, &in, 7, 5, NULL));
	ck_assert_int_eq((int)pixel[0], n);
	rig_stop(&rig);
}
END_TEST

/* vips_gaussblur(); of large sigmas, which are made of a smaller picture, in floats, and within
 * rounding. */
static struct raster gaussian(VipsImage *image, int sigma)
{
	VipsImage *out, *floats;

	if (sigma < 8) {
		MUST(vips_gaussblur(image, &out, sigma, "min_ampl", 0.025, NULL));
		return raster_of(out);
	}
	MUST(vips_cast_float(image, &floats, NULL));
	MUST(vips_gaussblur(floats, &out, sigma, "min_ampl", 0.0025, "precision",
		VIPS_PRECISION_FLOAT, NULL));
	MUST(vips_rint(out, &floats, NULL));
	MUST(vips_cast_uchar(floats, &out, NULL));
	return raster_of(out);
}

/* Of the picture in its final size. */
START_TEST(blur_is_a_gaussian_of_the_result)
{
	static const int sigmas[] = { 1, 3, 7, 8, 20, 53, 100 };
	int sigma = sigmas[_i], near = sigma < 8 ? 0 : 1;
	VipsImage *image, *small;
	struct rig rig;
	char view[64];
	int in;

	rig_start(&rig);
	image = picture_noise(90, 60, 3);
	in = picture_file(image, ".png");
	snprintf(view, sizeof(view), "png-blur%d", sigma);
	raster_expect(encoded(&rig, view, in), gaussian(image, sigma), near, "%s", view);
	MUST(vips_resize(image, &small, 0.5, NULL));
	snprintf(view, sizeof(view), "png-w45-blur%d", sigma);
	raster_expect(encoded(&rig, view, in), gaussian(small, sigma), near, "%s", view);
	rig_stop(&rig);
}
END_TEST

/* An edge becomes the bell's integral: half way at the edge, 0.84 one sigma beside it. */
START_TEST(blur_has_the_sigma_it_says)
{
	struct raster edge, got;
	struct rig rig;

	rig_start(&rig);
	edge = raster_new(120, 20, 3);
	for (int y = 0; y < 20; y++)
		memset(raster_at(edge, 60, y), 200, 60 * 3);
	got = encoded(&rig, "png-blur10", picture_file(raster_image(edge), ".png"));
	for (int x = 30; x < 90; x++) {
		double want = 100 * (1 + erf((x - 59.5) / 10 / sqrt(2)));

		ck_assert_msg(fabs(raster_at(got, x, 10)[0] - want) < 4, "%d: %d for %g", x,
			raster_at(got, x, 10)[0], want);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(colours_under_glass_do_not_bleed)
{
	static const char *const views[] = { "png-blur3", "png-w20", "png-w80-up" };
	struct raster got;
	struct rig rig;

	rig_start(&rig);
	got = encoded(&rig, views[_i], picture_file(raster_image(raster_glass()), ".png"));
	ck_assert_int_eq(got.bands, 4);
	for (int y = 0; y < got.height; y++) {
		for (int x = 0; x < got.width; x++) {
			const uint8_t *p = raster_at(got, x, y);

			/* The disc has red 200 everywhere; under the glass it is 0. */
			if (p[3] > 8)
				ck_assert_msg(abs(p[0] - 200) <= 255 / p[3] + 1,
					"(%d, %d): red %d under alpha %d", x, y, p[0], p[3]);
		}
	}
	ck_assert_int_eq(raster_at(got, got.width / 2, got.height / 2)[3], 255);
	rig_stop(&rig);
}
END_TEST

START_TEST(sharpen_is_mild_and_of_the_result)
{
	struct raster glass = raster_glass(), got;
	VipsImage *noise, *image, *small, *want;
	struct rig rig;
	int in;

	rig_start(&rig);
	noise = picture_noise(90, 60, 3);
	MUST(vips_gaussblur(noise, &image, 1.0, NULL));
	in = picture_file(image, ".png");
	MUST(vips_resize(image, &small, 0.5, NULL));
	MUST(vips_sharpen(small, &want, NULL));
	got = encoded(&rig, "png-sharpen-w45", in);
	raster_expect(got, raster_of(want), 0, "png-sharpen-w45");
	ck_assert_double_gt(raster_distance(got, raster_of(small)), 1);
	got = encoded(&rig, "png-sharpen", picture_file(raster_image(glass), ".png"));
	for (int x = 0; x < got.width; x++)
		ck_assert_int_eq(raster_at(got, x, 20)[3], raster_at(glass, x, 20)[3]);
	rig_stop(&rig);
}
END_TEST

/* Blurred, then sharpened, then grey, then put on its background. */
START_TEST(steps_are_done_in_their_order)
{
	static const uint8_t ink[] = { 0, 0, 255 };
	VipsImage *image, *blurred, *sharp;
	struct raster grey, want;
	struct rig rig;

	rig_start(&rig);
	image = picture_noise(30, 20, 3);
	MUST(vips_gaussblur(image, &blurred, 2, "min_ampl", 0.025, NULL));
	MUST(vips_sharpen(blurred, &sharp, NULL));
	grey = raster_of(sharp);
	for (int y = 0; y < 20; y++) {
		for (int x = 0; x < 30; x++) {
			uint8_t *p = raster_at(grey, x, y);

			memset(p, (int)lround(0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]),
				3);
		}
	}
	want = raster_put(grey, 5, 0, 40, 20, ink);
	raster_expect(encoded(&rig, "bg0000ff-grey-sharpen-blur2-pad-h20-w40-png",
			      picture_file(image, ".png")),
		want, 0, "all of them");
	rig_stop(&rig);
}
END_TEST

START_TEST(background_goes_under_what_is_transparent)
{
	static const int ink[] = { 0, 128, 255 };
	struct raster glass = raster_glass(), got;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(raster_image(glass), ".png");
	got = encoded(&rig, "png-bg0080ff", in);
	ck_assert_int_eq(got.bands, 3);
	for (int y = 0; y < got.height; y++) {
		for (int x = 0; x < got.width; x++) {
			const uint8_t *p = raster_at(glass, x, y);

			for (int b = 0; b < 3; b++) {
				double want = (p[b] * p[3] + ink[b] * (255 - p[3])) / 255.0;

				ck_assert_double_le(fabs(raster_at(got, x, y)[b] - want), 1);
			}
		}
	}
	/* What is opaque has nothing to do with it. */
	in = picture_file(raster_image(raster_colours()), ".png");
	raster_expect(
		encoded(&rig, "png-bg0080ff", in), raster_colours(), 0, "opaque png-bg0080ff");
	in = picture_file(raster_image(glass), ".png");
	got = encoded(&rig, "jpeg-q100-444-bg0080ff", in);
	ck_assert_int_le(abs(raster_at(got, 0, 0)[0] - 0), 4);
	ck_assert_int_le(abs(raster_at(got, 0, 0)[2] - 255), 4);
	got = encoded(&rig, "jpeg-q100-444", in);
	ck_assert_int_ge(raster_at(got, 0, 0)[0], 252);
	rig_stop(&rig);
}
END_TEST

/* --- Frames ----------------------------------------------------------------------------- */

#define FRAMES 3

/* Frames that have nothing in common, so that one row of another would show. */
static int animation_file(struct raster frames[FRAMES])
{
	static const uint8_t inks[FRAMES][3] = { { 250, 10, 10 }, { 10, 10, 250 },
		{ 240, 240, 240 } };
	int delays[] = { 50, 120, 200 };
	VipsImage *images[FRAMES], *all;

	for (int i = 0; i < FRAMES; i++) {
		frames[i] = raster_new(24, 16, 3);
		for (int n = 0; n < 24 * 16; n++)
			memcpy(frames[i].data + 3 * n, inks[i], 3);
		/* Where it is up. */
		memset(raster_at(frames[i], 0, 0), 0, 3 * 12);
		memset(raster_at(frames[i], 0, 1), 0, 3 * 6);
		images[i] = raster_image(frames[i]);
	}
	MUST(vips_arrayjoin(images, &all, FRAMES, "across", 1, NULL));
	vips_image_set_int(all, VIPS_META_PAGE_HEIGHT, 16);
	vips_image_set_int(all, "loop", 5);
	vips_image_set_array_int(all, "delay", delays, FRAMES);
	return picture_file(all, ".webp[lossless]");
}

static struct raster raster_opaque(struct raster r)
{
	VipsImage *image;

	if (r.bands == 2 || r.bands == 4)
		return r;
	MUST(vips_bandjoin_const1(raster_image(r), &image, 255, NULL));
	return raster_of(image);
}

/* What a still picture gives is what each frame must. libwebp reads animations with alpha, and
 * then pixels are mixed as floats; so the still ones have alpha, too. */
START_TEST(frames_are_worked_on_one_by_one)
{
	static const char *const steps[] = { "flop", "flip", "rot90", "rot180", "rot270",
		"crop2_1_10_9", "w12", "w48-up", "w12-h4-cover", "w12-h4-cover-south",
		"w30-h30-pad", "w30-h30-pad-bg00ff00", "w10-h40-fill", "blur2", "sharpen",
		"grey", "crop1_1_20_14-rot90-w7-blur1-grey" };
	struct raster frames[FRAMES], got, want, still;
	struct encode_reply reply;
	VipsImage *image;
	struct rig rig;
	char view[100];
	int in, *delays, n;

	rig_start(&rig);
	in = animation_file(frames);
	snprintf(view, sizeof(view), "webp-lossless-%s", steps[_i]);
	image = picture_load(encode(&rig, view, FORMAT_WEBP, in, &reply));
	ck_assert_uint_eq(reply.frames, FRAMES);
	ck_assert_int_eq(vips_image_get_page_height(image), (int)reply.height);
	MUST(vips_image_get_array_int(image, "delay", &delays, &n));
	ck_assert(n == FRAMES && delays[0] == 50 && delays[1] == 120 && delays[2] == 200);
	got = raster_of(image);
	for (int i = 0; i < FRAMES; i++) {
		want = raster_crop(
			got, 0, i * (int)reply.height, (int)reply.width, (int)reply.height);
		still = encoded(&rig, view,
			picture_file(raster_image(raster_opaque(frames[i])), ".png"));
		raster_expect(
			raster_opaque(want), raster_opaque(still), 0, "%s, frame %d", view, i);
	}
	rig_stop(&rig);
}
END_TEST

/* Dull, with a spot at column `x`. */
static struct raster raster_spot(int x)
{
	struct raster r = raster_new(64, 16, 3);

	memset(r.data, 100, (size_t)64 * 16 * 3);
	for (int y = 4; y < 12; y++) {
		for (int i = 0; i < 8; i++)
			memcpy(raster_at(r, x + i, y),
				(i + y) & 1 ? "\xff\x30\x10" : "\0\x40\xff", 3);
	}
	return r;
}

/* The column at which `part` was cut out of `whole`. */
static int column_of(struct raster part, struct raster whole)
{
	for (int x = 0; x <= whole.width - part.width; x++) {
		struct raster cut = raster_crop(whole, x, 0, part.width, part.height);

		if (raster_distance(part, raster_opaque(cut)) == 0)
			return x;
	}
	ck_abort_msg("no such part");
	return -1;
}

/* Where to look is decided once, or the picture would jump about. */
START_TEST(smart_cuts_all_frames_as_the_first)
{
	static const char view[] = "webp-lossless-w16-h16-cover-smart";
	struct raster frames[] = { raster_spot(4), raster_spot(50) }, got;
	VipsImage *images[2], *all;
	int first, second, alone;
	struct rig rig;

	rig_start(&rig);
	for (int i = 0; i < 2; i++)
		images[i] = raster_image(frames[i]);
	MUST(vips_arrayjoin(images, &all, 2, "across", 1, NULL));
	vips_image_set_int(all, VIPS_META_PAGE_HEIGHT, 16);
	got = raster_opaque(
		encoded_from(&rig, view, FORMAT_WEBP, picture_file(all, ".webp[lossless]")));
	first = column_of(raster_crop(got, 0, 0, 16, 16), frames[0]);
	ck_assert_double_eq(raster_distance(raster_crop(got, 0, 16, 16, 16),
				    raster_opaque(raster_crop(frames[1], first, 0, 16, 16))),
		0);
	alone = column_of(
		raster_opaque(encoded(&rig, view, picture_file(images[1], ".png"))), frames[1]);
	second = column_of(raster_crop(got, 0, 16, 16, 16), frames[1]);
	ck_assert_int_ne(second, alone);
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		grey_is_luma_in_one_band,
		grey_keeps_transparency_and_sixteen_bits,
		blur_has_the_sigma_it_says,
		sharpen_is_mild_and_of_the_result,
		steps_are_done_in_their_order,
		background_goes_under_what_is_transparent,
		smart_cuts_all_frames_as_the_first,
	};
	const struct suite_loop loops[] = {
		{ blur_is_a_gaussian_of_the_result, 0, 7 },
		{ colours_under_glass_do_not_bleed, 0, 3 },
		{ frames_are_worked_on_one_by_one, 0, 17 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder_filter",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
