/* SPDX-License-Identifier: MIT
 *
 * What `trim` cuts off, to the pixel, and what the encoder says of it.
 */
#include <stdio.h>

#include "encoder_picture.h"
#include "fixture.h"
#include "raster.h"

#define MUST(call) ck_assert_msg((call) == 0, "%s", vips_error_buffer())

static const uint8_t paper[] = { 240, 235, 230, 255 };

/* A picture of 20 x 10 at (left, top) of a sheet of 50 x 40. */
static struct raster sheet(int left, int top, int bands)
{
	struct raster inner = raster_new(20, 10, bands);

	for (int n = 0; n < 20 * 10; n++) {
		uint8_t samples[] = { (uint8_t)(n % 20 * 5), 60, (uint8_t)(n / 20 * 10), 255 };

		memcpy(inner.data + n * bands, samples, (size_t)bands);
	}
	return raster_put(inner, left, top, 50, 40, paper);
}

static struct raster encoded_from(
	struct rig *rig, const char *view, enum format source, int in, struct encode_reply *ret)
{
	int out = encode(rig, view, source, in, ret);
	struct raster r = raster_of(picture_load(out));

	ck_assert_uint_eq(ret->width, (uint32_t)r.width);
	ck_assert_uint_eq(ret->height, (uint32_t)(r.height / (int)ret->frames));
	close(out);
	return r;
}

static void expect_area(
	const struct encode_reply *reply, uint32_t left, uint32_t top, uint32_t w, uint32_t h)
{
	const struct view_area *a = &reply->area;

	ck_assert_msg(a->left == left && a->top == top && a->width == w && a->height == h,
		"%u x %u at (%u, %u) instead of %u x %u at (%u, %u)", a->width, a->height,
		a->left, a->top, w, h, left, top);
}

/* The border is told by its upright corner, and the area is upright. */
START_TEST(border_is_found_in_every_orientation)
{
	struct raster all = sheet(7, 13, 3), upright = raster_upright(all, _i), want;
	VipsImage *image = raster_image(all);
	struct encode_reply reply;
	struct rig rig;

	rig_start(&rig);
	vips_image_set_int(image, VIPS_META_ORIENTATION, _i);
	want = raster_upright(raster_crop(all, 7, 13, 20, 10), _i);
	raster_expect(encoded_from(&rig, "png-trim", FORMAT_TIFF, picture_file(image, ".tif"),
			      &reply),
		want, 0, "orientation %d", _i);
	for (int y = 0; y < upright.height; y++) {
		for (int x = 0; x < upright.width; x++) {
			if (memcmp(raster_at(upright, x, y), paper, 3) == 0)
				continue;
			expect_area(&reply, (uint32_t)x, (uint32_t)y, (uint32_t)want.width,
				(uint32_t)want.height);
			y = upright.height;
			break;
		}
	}
	rig_stop(&rig);
}
END_TEST

/* Stored, another corner may be the picture's. */
START_TEST(border_is_told_by_the_upright_corner)
{
	static const int inverses[] = { 0, 1, 2, 3, 4, 5, 8, 7, 6 };
	struct raster upright = sheet(30, 30, 3);
	VipsImage *image = raster_image(raster_upright(upright, inverses[_i]));
	struct encode_reply reply;
	struct rig rig;

	rig_start(&rig);
	vips_image_set_int(image, VIPS_META_ORIENTATION, _i);
	raster_expect(encoded_from(&rig, "png-trim", FORMAT_TIFF, picture_file(image, ".tif"),
			      &reply),
		raster_crop(upright, 30, 30, 20, 10), 0, "orientation %d", _i);
	expect_area(&reply, 30, 30, 20, 10);
	rig_stop(&rig);
}
END_TEST

START_TEST(trim_comes_after_crop_and_before_the_rest)
{
	struct raster all = sheet(7, 13, 3), inner = raster_crop(all, 7, 13, 20, 10);
	struct encode_reply reply;
	VipsImage *resized;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(raster_image(all), ".png");
	raster_expect(encoded_from(&rig, "png-trim-crop2_2_15_30", FORMAT_PNG, in, &reply),
		raster_crop(inner, 0, 0, 10, 10), 0, "crop");
	expect_area(&reply, 7, 13, 10, 10);
	raster_expect(encoded_from(&rig, "png-trim-rot90-flip", FORMAT_PNG, in, &reply),
		raster_turn(raster_flip(inner), 1), 0, "turned");
	expect_area(&reply, 7, 13, 20, 10);
	MUST(vips_resize(raster_image(inner), &resized, 0.5, NULL));
	raster_expect(encoded_from(&rig, "png-trim-w10", FORMAT_PNG, in, &reply),
		raster_of(resized), 0, "resized");
	MUST(vips_resize(raster_image(inner), &resized, 2.0, NULL));
	raster_expect(encoded_from(&rig, "png-trim-w40-up", FORMAT_PNG, in, &reply),
		raster_of(resized), 0, "enlarged");
	raster_expect(encoded_from(&rig, "png-trim-w4-h40-cover-east", FORMAT_PNG, in, &reply),
		raster_crop(inner, 19, 0, 1, 10), 0, "covered");
	rig_stop(&rig);
}
END_TEST

/* Paper is never of one colour. */
static struct raster sheet_noisy(int left, int top)
{
	struct raster all = sheet(left, top, 3);

	for (int y = 0; y < 40; y++) {
		for (int x = 0; x < 50; x++) {
			uint8_t *p = raster_at(all, x, y);

			if (memcmp(p, paper, 3) == 0 && (x || y))
				p[1] = (uint8_t)(p[1] + (x * 7 + y * 3) % 11 - 5);
		}
	}
	return all;
}

START_TEST(noise_and_specks_are_border)
{
	struct raster all = sheet_noisy(7, 13);
	struct encode_reply reply;
	struct rig rig;

	rig_start(&rig);
	memset(raster_at(all, 45, 35), 0, 3);
	encoded_from(
		&rig, "png-trim", FORMAT_PNG, picture_file(raster_image(all), ".png"), &reply);
	expect_area(&reply, 7, 13, 20, 10);
	rig_stop(&rig);
}
END_TEST

START_TEST(picture_of_one_colour_stays_whole)
{
	static const int sizes[][2] = { { 50, 40 }, { 1, 1 }, { 2, 40 }, { 3, 3 } };
	struct encode_reply reply;
	struct raster blank;
	struct rig rig;

	rig_start(&rig);
	blank = raster_new(sizes[_i][0], sizes[_i][1], 3);
	memset(blank.data, 77, (size_t)blank.width * (size_t)blank.height * 3);
	raster_expect(encoded_from(&rig, "png-trim", FORMAT_PNG,
			      picture_file(raster_image(blank), ".png"), &reply),
		blank, 0, "blank");
	expect_area(&reply, 0, 0, (uint32_t)blank.width, (uint32_t)blank.height);
	rig_stop(&rig);
}
END_TEST

/* Clear corner: the alpha alone decides, whatever lies under it. Opaque corner: what is clear is
 * border as well. */
START_TEST(transparency_is_border)
{
	struct raster all = sheet(7, 13, 4);
	struct encode_reply reply;
	struct rig rig;

	rig_start(&rig);
	for (int y = 0; y < 40; y++) {
		for (int x = 0; x < 50; x++) {
			uint8_t *p = raster_at(all, x, y);

			if (memcmp(p, paper, 4) == 0) {
				p[0] = (uint8_t)(x * 5);
				p[3] = _i && x < 25 ? 255 : 0;
				if (_i && x < 25)
					memcpy(p, paper, 3);
			}
		}
	}
	raster_expect(encoded_from(&rig, "png-trim", FORMAT_PNG,
			      picture_file(raster_image(all), ".png"), &reply),
		raster_crop(all, 7, 13, 20, 10), 0, "glass");
	expect_area(&reply, 7, 13, 20, 10);
	rig_stop(&rig);
}
END_TEST

/* Nothing but its alpha tells it from what is around it. */
START_TEST(shape_of_one_colour_is_found_by_its_alpha)
{
	struct encode_reply reply;
	struct raster all = raster_new(50, 40, 4);
	struct rig rig;

	rig_start(&rig);
	for (int y = 0; y < 40; y++) {
		for (int x = 0; x < 50; x++) {
			uint8_t ink[] = { 0, 0, 0, x >= 7 && x < 27 && y >= 13 && y < 23 };

			ink[3] = (uint8_t)(ink[3] * 255);
			memcpy(raster_at(all, x, y), ink, 4);
		}
	}
	encoded_from(
		&rig, "png-trim", FORMAT_PNG, picture_file(raster_image(all), ".png"), &reply);
	expect_area(&reply, 7, 13, 20, 10);
	rig_stop(&rig);
}
END_TEST

/* The same border in all of them: grey, 16 bits, CMYK, a lossy JPEG. */
START_TEST(border_is_seen_in_every_kind_of_picture)
{
	VipsImage *image = raster_image(sheet(8, 16, 3)), *other = NULL;
	struct encode_reply reply;
	enum format source = FORMAT_TIFF;
	const char *suffix = ".tif";
	struct rig rig;

	rig_start(&rig);
	switch (_i) {
	case 0:
		MUST(vips_colourspace(image, &other, VIPS_INTERPRETATION_B_W, NULL));
		break;
	case 1:
		/* 5 of 255 is 1285 of 65535. */
		MUST(vips_colourspace(raster_image(sheet_noisy(8, 16)), &other,
			VIPS_INTERPRETATION_RGB16, NULL));
		break;
	case 2:
		MUST(vips_icc_transform(image, &other, "cmyk", "input_profile", "srgb", NULL));
		break;
	default:
		other = image;
		source = FORMAT_JPEG;
		suffix = ".jpg[Q=98,subsample_mode=off]";
	}
	close(encode(&rig, "webp-trim", source, picture_file(other, suffix), &reply));
	expect_area(&reply, 8, 16, 20, 10);
	rig_stop(&rig);
}
END_TEST

START_TEST(frames_are_trimmed_by_what_any_of_them_shows)
{
	VipsImage *frames[3], *all;
	struct encode_reply reply;
	struct raster got, want;
	struct rig rig;
	int in;

	rig_start(&rig);
	frames[0] = raster_image(sheet(7, 13, 3));
	frames[1] = raster_image(sheet(20, 5, 3));
	frames[2] = raster_image(
		raster_put(raster_crop(sheet(7, 13, 3), 0, 0, 1, 1), 0, 0, 50, 40, paper));
	MUST(vips_arrayjoin(frames, &all, 3, "across", 1, NULL));
	vips_image_set_int(all, VIPS_META_PAGE_HEIGHT, 40);
	in = picture_file(all, ".webp[lossless]");
	got = encoded_from(&rig, "webp-lossless-trim", FORMAT_WEBP, in, &reply);
	ck_assert_uint_eq(reply.frames, 3);
	expect_area(&reply, 7, 5, 33, 18);
	/* libwebp reads animations with alpha. */
	for (int i = 0; i < 2; i++) {
		want = raster_crop(i ? sheet(20, 5, 4) : sheet(7, 13, 4), 7, 5, 33, 18);
		raster_expect(raster_crop(got, 0, i * 18, 33, 18), want, 0, "frame %d", i);
	}
	rig_stop(&rig);
}
END_TEST

/* A strip that `up` would make a giant of; and one that fits the format only when trimmed. */
START_TEST(what_trim_leaves_is_bounded)
{
	struct raster strip = raster_new(3, 36, 3), wide;
	struct encode_reply reply;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(raster_image(raster_put(strip, 10, 2, 400, 40, paper)), ".png");
	reply = encode_fails(&rig, "png-trim-w800-up", FORMAT_PNG, in, ENCODE_TOO_LARGE);
	ck_assert_str_eq(reply.reason, "what trim leaves, 3 x 36, would become 800 x 9600");
	close(encode(&rig, "png-trim-h80-up", FORMAT_PNG, in, &reply));
	ck_assert_uint_eq(reply.width, 7);
	wide = raster_put(raster_new(30, 20, 3), 10, 10, 17000, 40, paper);
	in = picture_file(raster_image(wide), ".png");
	encode_fails(&rig, "webp", FORMAT_PNG, in, ENCODE_TOO_LARGE);
	close(encode(&rig, "webp-trim", FORMAT_PNG, in, &reply));
	ck_assert_uint_eq(reply.width, 30);
	wide = raster_put(raster_new(16500, 20, 3), 10, 10, 17000, 40, paper);
	in = picture_file(raster_image(wide), ".png");
	reply = encode_fails(&rig, "webp-trim", FORMAT_PNG, in, ENCODE_TOO_LARGE);
	ck_assert_ptr_nonnull(strstr(reply.reason, "limit of webp"));
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		trim_comes_after_crop_and_before_the_rest,
		noise_and_specks_are_border,
		shape_of_one_colour_is_found_by_its_alpha,
		frames_are_trimmed_by_what_any_of_them_shows,
		what_trim_leaves_is_bounded,
	};
	const struct suite_loop loops[] = {
		{ border_is_found_in_every_orientation, 1, 9 },
		{ border_is_told_by_the_upright_corner, 1, 9 },
		{ picture_of_one_colour_stays_whole, 0, 4 },
		{ transparency_is_border, 0, 2 },
		{ border_is_seen_in_every_kind_of_picture, 0, 4 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder_trim",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
