/* SPDX-License-Identifier: MIT
 *
 * Pictures that are decoded smaller than they are: what comes out is what would have come out of
 * a full decode, within what two ways of averaging differ.
 */
#include <stdio.h>

#include "encoder_picture.h"
#include "fixture.h"
#include "raster.h"

#define MUST(call) ck_assert_msg((call) == 0, "%s", vips_error_buffer())
#define WIDTH      1603
#define HEIGHT     1205

/* Slopes of one level a pixel, up and down, in both directions: what a result differs by is how
 * far it was moved, in pixels of the source. */
static int slope(int at)
{
	return 28 + abs(at % 400 - 200);
}

static VipsImage *picture_slopes(void)
{
	struct raster r = raster_new(WIDTH, HEIGHT, 3);

	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			uint8_t *p = raster_at(r, x, y);

			p[0] = (uint8_t)slope(x);
			p[1] = (uint8_t)slope(y);
			p[2] = (uint8_t)slope(x + 100);
		}
	}
	return raster_image(r);
}

static const char *const views[] = { "w100", "w90", "h70", "w64-h64-cover",
	"w64-h64-cover-southeast", "w60-h100-fill", "crop3_5_1200_900-w60",
	"crop401_203_1001_901-w57", "crop399_1_1203_1204-w64-h64-cover-north",
	"crop7_301_1590_897-w50-rot90", "w30", "crop801_601_801_603-w20" };

/* How far the result is from that of the same pixels decoded whole, by way of a PNG. What has
 * all of the picture may be moved by a quarter of its pixels, where the last block of a JPEG is
 * not full, and a part by an eighth; and rounding. */
static void expect_near(struct rig *rig, const char *view, enum format source, int in)
{
	struct encode_reply reply;
	struct raster got, want;
	double distance, pixel;

	got = raster_of(picture_load(encode(rig, view, source, in, &reply)));
	pixel = (double)MIN(reply.area.width, reply.area.height) /
	        MAX(reply.width, reply.height);
	want = raster_of(picture_load(
		encode(rig, view, FORMAT_PNG, picture_file(picture_load(in), ".png"), &reply)));
	distance = raster_distance(got, want);
	if (getenv("LENSFS_SHOW"))
		printf("%s %s: %g of %g\n", format_info(source)->name, view, distance, pixel);
	ck_assert_msg(distance < pixel / (strstr(view, "crop") ? 8 : 4) + 1, "%s differs by %g",
		view, distance);
}

static void compare(const char *view, enum format source, int in, bool is_shrunk)
{
	struct encode_request request;
	struct encode_facts facts;
	struct encode_reply reply;
	struct rig rig;
	char text[100];

	rig_start(&rig);
	snprintf(text, sizeof(text), "png-%s", view);
	request = request_of(text, source);
	job_send(&rig.encoder, &request, in, memory_file("", 0));
	ck_assert(job_header(&rig.encoder, &request, &facts, &reply));
	job_drop(&rig.encoder, &request);
	ck_assert_msg((facts.decoded_width < facts.width) == is_shrunk, "%s: %u of %u", view,
		facts.decoded_width, facts.width);
	expect_near(&rig, text, source, in);
	rig_stop(&rig);
}

START_TEST(shrunk_jpeg_is_the_whole_one)
{
	int in = picture_file(picture_slopes(), ".jpg[Q=95,subsample_mode=off]");

	compare(views[_i], FORMAT_JPEG, in, true);
}
END_TEST

START_TEST(shrunk_webp_is_the_whole_one)
{
	int in = picture_file(picture_slopes(), ".webp[Q=95,effort=0]");

	compare(views[_i], FORMAT_WEBP, in, true);
}
END_TEST

/* 1603 x 1205 to 300 is decoded at a half; a part of it would be moved by too much. A border is
 * looked for in every pixel. */
START_TEST(what_must_not_be_shrunk_is_not)
{
	int in = picture_file(picture_slopes(), ".jpg[Q=95,subsample_mode=off]");

	compare("w300", FORMAT_JPEG, in, true);
	compare("crop3_5_1200_900-w200", FORMAT_JPEG, in, false);
	compare("w500", FORMAT_JPEG, in, false);
	compare("trim-w60", FORMAT_JPEG, in, false);
}
END_TEST

START_TEST(turned_picture_is_shrunk_as_it_is_stored)
{
	VipsImage *image = picture_slopes(), *tagged;
	struct encode_reply reply;
	struct raster got, want;
	struct rig rig;
	int in;

	rig_start(&rig);
	MUST(vips_copy(image, &tagged, NULL));
	vips_image_set_int(tagged, VIPS_META_ORIENTATION, 6);
	in = picture_file(tagged, ".jpg[Q=95,subsample_mode=off]");
	got = raster_of(picture_load(
		encode(&rig, "png-crop7_301_1100_1200-w64", FORMAT_JPEG, in, &reply)));
	/* Stored it is at (301, 1205 - 7 - 1100). */
	want = raster_of(picture_load(encode(&rig, "png-crop301_98_1200_1100-rot90-w64",
		FORMAT_PNG, picture_file(image, ".png"), &reply)));
	ck_assert_double_lt(raster_distance(got, want), 1100.0 / 64 / 8 + 1);
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_must_not_be_shrunk_is_not,
		turned_picture_is_shrunk_as_it_is_stored,
	};
	const struct suite_loop loops[] = {
		{ shrunk_jpeg_is_the_whole_one, 0, ARRAY_SIZE(views) },
		{ shrunk_webp_is_the_whole_one, 0, ARRAY_SIZE(views) },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder_shrink",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
