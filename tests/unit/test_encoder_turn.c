/* SPDX-License-Identifier: MIT
 *
 * Orientation, crop, mirrors, turns and places together, to the pixel: pictures without two
 * equal pixels, nothing resized, nothing lost by the format, and what must come out is looked up
 * pixel by pixel (raster.h).
 */
#include <stdio.h>

#include "encoder_picture.h"
#include "fixture.h"
#include "raster.h"

#define WIDTH  12
#define HEIGHT 8

/* Without loss, and with an orientation. */
static int oriented_file(struct raster r, int orientation, const char *suffix)
{
	VipsImage *image = raster_image(r);

	vips_image_set_int(image, VIPS_META_ORIENTATION, orientation);
	return picture_file(image, suffix);
}

static struct raster encoded(struct rig *rig, const char *view, int in)
{
	struct encode_reply reply;
	int out = encode(rig, view, FORMAT_TIFF, in, &reply);
	struct raster r = raster_of(picture_load(out));

	ck_assert_uint_eq(reply.width, (uint32_t)r.width);
	ck_assert_uint_eq(reply.height, (uint32_t)r.height);
	close(out);
	return r;
}

static const char *const rotations[] = { "", "-rot90", "-rot180", "-rot270" };

START_TEST(every_orientation_mirror_turn_and_crop)
{
	struct raster stored = raster_distinct(WIDTH, HEIGHT, 3);
	struct raster upright = raster_upright(stored, _i), want;
	int in = oriented_file(stored, _i, ".tif");
	struct rig rig;
	char view[100];

	rig_start(&rig);
	for (int n = 0; n < 32; n++) {
		bool crop = n & 1, flop = n & 2, flip = n & 4;
		int quarters = n >> 3;

		want = crop ? raster_crop(upright, 2, 1, 5, 4) : upright;
		want = flop ? raster_flop(want) : want;
		want = flip ? raster_flip(want) : want;
		want = raster_turn(want, quarters);
		snprintf(view, sizeof(view), "png%s%s%s%s", crop ? "-crop2_1_5_4" : "",
			flop ? "-flop" : "", flip ? "-flip" : "", rotations[quarters]);
		raster_expect(
			encoded(&rig, view, in), want, 0, "%s of orientation %d", view, _i);
	}
	rig_stop(&rig);
}
END_TEST

static const struct {
	const char *name;
	int x, y; /* halves */
} places[] = {
	{ "centre", 1, 1 },
	{ "north", 1, 0 },
	{ "northeast", 2, 0 },
	{ "east", 2, 1 },
	{ "southeast", 2, 2 },
	{ "south", 1, 2 },
	{ "southwest", 0, 2 },
	{ "west", 0, 1 },
	{ "northwest", 0, 0 },
};

/* A box that is larger in one direction is covered by a cut, and nothing is resized. */
START_TEST(every_orientation_and_place_of_a_cut)
{
	struct raster stored = raster_distinct(WIDTH, HEIGHT, 3), upright, want;
	int in = oriented_file(stored, _i, ".tif");
	struct rig rig;
	char view[100];

	rig_start(&rig);
	for (size_t p = 0; p < ARRAY_SIZE(places); p++) {
		for (int n = 0; n < 4; n++) {
			bool tall = n & 1, turned = n & 2;
			int w, h;

			upright = raster_turn(raster_upright(stored, _i), turned);
			/* 3 : 40 and 40 : 3, of whatever the sides are. */
			w = tall ? (upright.height * 3 + 20) / 40 : upright.width;
			h = tall ? upright.height : (upright.width * 3 + 20) / 40;
			want = raster_crop(upright, (upright.width - w) * places[p].x / 2,
				(upright.height - h) * places[p].y / 2, w, h);
			snprintf(view, sizeof(view), "png-%s-cover-%s%s",
				tall ? "w3-h40" : "w40-h3", places[p].name,
				turned ? "-rot90" : "");
			raster_expect(encoded(&rig, view, in), want, 0, "%s of orientation %d",
				view, _i);
		}
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(every_orientation_and_place_of_a_margin)
{
	static const uint8_t ink[] = { 250, 200, 100 };
	struct raster stored = raster_distinct(WIDTH, HEIGHT, 3), upright, want;
	int in = oriented_file(stored, _i, ".tif");
	struct rig rig;
	char view[100];

	rig_start(&rig);
	for (size_t p = 0; p < ARRAY_SIZE(places); p++) {
		for (int turned = 0; turned < 2; turned++) {
			upright = raster_turn(raster_upright(stored, _i), turned);
			want = raster_put(upright, (17 - upright.width) * places[p].x / 2,
				(14 - upright.height) * places[p].y / 2, 17, 14, ink);
			snprintf(view, sizeof(view), "png-w17-h14-pad-bgfac864-%s%s",
				places[p].name, turned ? "-rot270-flip-flop" : "");
			raster_expect(encoded(&rig, view, in), want, 0, "%s of orientation %d",
				view, _i);
		}
	}
	rig_stop(&rig);
}
END_TEST

/* A resized picture is turned after, not before; the same but for rounding. */
START_TEST(every_orientation_resized_is_the_upright_one_resized)
{
	VipsImage *noise, *image, *resized;
	struct raster stored, want;
	struct rig rig;
	int in;

	rig_start(&rig);
	noise = picture_noise(90, 60, 3);
	ck_assert_int_eq(vips_gaussblur(noise, &image, 1.0, NULL), 0);
	stored = raster_of(image);
	in = oriented_file(stored, _i, ".tif");
	image = raster_image(raster_upright(stored, _i));
	ck_assert_int_eq(vips_resize(image, &resized, 30.0 / image->Xsize, "vscale",
				 (_i < 5 ? 20.0 : 45.0) / image->Ysize, NULL),
		0);
	want = raster_of(resized);
	raster_expect(encoded(&rig, "png-w30", in), want, 2, "orientation %d", _i);
	raster_expect(encoded(&rig, "png-w30-flop", in), raster_flop(want), 2,
		"mirrored orientation %d", _i);
	raster_expect(encoded(&rig, "png-h30-rot90", in), raster_turn(want, 1), 2,
		"turned orientation %d", _i);
	rig_stop(&rig);
}
END_TEST

START_TEST(reply_says_what_was_taken)
{
	static const struct {
		const char *view;
		struct view_area area; /* of 8 x 12 */
	} cases[] = {
		{ "png", { 0, 0, 8, 12 } },
		{ "png-crop1_2_3_4", { 1, 2, 3, 4 } },
		{ "png-crop1_2_3_4-rot90-w2", { 1, 2, 3, 4 } },
		{ "png-crop6_10_300_400", { 6, 10, 2, 2 } },
	};
	int in = oriented_file(raster_distinct(WIDTH, HEIGHT, 3), 6, ".tif");
	struct encode_reply reply;
	struct rig rig;

	rig_start(&rig);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		close(encode(&rig, cases[i].view, FORMAT_TIFF, in, &reply));
		ck_assert_mem_eq(&reply.area, &cases[i].area, sizeof(reply.area));
	}
	rig_stop(&rig);
}
END_TEST

/* Told by the header: no pixel of this one can be read. */
START_TEST(crop_of_nothing_is_refused_by_the_header)
{
	struct encode_reply reply;
	struct rig rig;
	int in = oriented_file(raster_distinct(120, 80, 3), 6, ".jpg");

	rig_start(&rig);
	ck_assert_int_eq(ftruncate(in, lseek(in, 0, SEEK_END) - 40), 0);
	encode_fails(&rig, "png", FORMAT_JPEG, in, ENCODE_DAMAGED);
	/* Upright it is 80 wide and 120 high. */
	reply = encode_fails(&rig, "png-crop80_0_4_4", FORMAT_JPEG, in, ENCODE_MEANINGLESS);
	ck_assert_str_eq(reply.reason, "the crop lies outside the picture, which is 80 x 120");
	encode_fails(&rig, "webp-w10-crop0_120_4_4", FORMAT_JPEG, in, ENCODE_MEANINGLESS);
	encode_fails(&rig, "png-crop0_0_4_4", FORMAT_JPEG, in, ENCODE_DAMAGED);
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		reply_says_what_was_taken,
		crop_of_nothing_is_refused_by_the_header,
	};
	const struct suite_loop loops[] = {
		{ every_orientation_mirror_turn_and_crop, 1, 9 },
		{ every_orientation_and_place_of_a_cut, 1, 9 },
		{ every_orientation_and_place_of_a_margin, 1, 9 },
		{ every_orientation_resized_is_the_upright_one_resized, 1, 9 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder_turn",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
