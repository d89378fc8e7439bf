/* SPDX-License-Identifier: MIT
 *
 * Every step with every kind of picture, alone and all together: it is done, and the result is of
 * the size, depth and bands that it must have.
 */
#include <stdio.h>

#include "encoder_picture.h"
#include "fixture.h"

#define MUST(call) ck_assert_msg((call) == 0, "%s", vips_error_buffer())

static const struct kind {
	const char *name;
	VipsInterpretation space;
	bool alpha, deep, grey;
} kinds[] = {
	{ "grey", VIPS_INTERPRETATION_B_W, .grey = true },
	{ "grey with alpha", VIPS_INTERPRETATION_B_W, .alpha = true, .grey = true },
	{ "deep grey", VIPS_INTERPRETATION_GREY16, .deep = true, .grey = true },
	{ "deep grey with alpha", VIPS_INTERPRETATION_GREY16, .alpha = true, .deep = true,
		.grey = true },
	{ "colour", VIPS_INTERPRETATION_sRGB },
	{ "colour with alpha", VIPS_INTERPRETATION_sRGB, .alpha = true },
	{ "deep colour", VIPS_INTERPRETATION_RGB16, .deep = true },
	{ "deep colour with alpha", VIPS_INTERPRETATION_RGB16, .alpha = true, .deep = true },
	{ "CMYK", VIPS_INTERPRETATION_CMYK },
	/* libvips writes it as floats, which have more than eight bits */
	{ "Lab", VIPS_INTERPRETATION_LAB, .deep = true },
};

static const struct step {
	const char *tokens;
	int width, height; /* of 60 x 40 */
	bool grey, clear, opaque, coloured;
} steps[] = {
	{ "blur2", 60, 40 },
	{ "sharpen", 60, 40 },
	{ "grey", 60, 40, .grey = true },
	{ "w30-h30-cover-smart", 30, 30 },
	{ "w30-h30-cover-entropy", 30, 30 },
	{ "trim", 60, 40 },
	{ "w90-h90-pad", 90, 90, .clear = true },
	{ "w90-h90-pad-bgff8000", 90, 90, .opaque = true, .coloured = true },
	{ "w90-h90-pad-bg808080", 90, 90, .opaque = true },
	{ "bgff8000", 60, 40, .opaque = true },
	{ "w120-up", 120, 80 },
	{ "w30-h80-fill-up", 30, 80 },
	{ "rot90-flip", 40, 60 },
	{ "crop1_2_50_30", 50, 30 },
	{ "crop1_2_50_30-trim-flop-rot270-w60-h60-cover-up-smart-blur1-sharpen-grey-bg102030",
		60, 60, .grey = true, .opaque = true, .coloured = true },
};

/* Colours to the very edge, so that nothing is border. */
static int kind_file(const struct kind *kind)
{
	VipsImage *image = picture_quadrants(60, 40), *out;

	MUST(vips_colourspace(image, &out, kind->space, NULL));
	if (kind->alpha)
		MUST(vips_bandjoin_const1(out, &image, kind->deep ? 40000 : 150, NULL));
	else
		image = out;
	return picture_file(image, ".tif");
}

static void expect_kind(
	const char *what, VipsImage *image, const struct kind *kind, const struct step *step)
{
	bool alpha = (kind->alpha && !step->opaque) || step->clear;
	/* Only what has room for a coloured ground needs it. */
	bool ground = step->coloured || (kind->alpha && strstr(step->tokens, "bgff"));
	bool grey = (kind->grey || step->grey) && !ground;

	if (step->grey && step->coloured && !kind->alpha)
		grey = true;
	ck_assert_msg(image->Xsize == step->width && image->Ysize == step->height,
		"%s: %d x %d", what, image->Xsize, image->Ysize);
	ck_assert_msg(
		image->Bands == (grey ? 1 : 3) + alpha, "%s: %d bands", what, image->Bands);
	ck_assert_msg(image->BandFmt == (kind->deep ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR),
		"%s: %s", what, vips_enum_nick(VIPS_TYPE_BAND_FORMAT, image->BandFmt));
}

START_TEST(every_step_of_every_kind_of_picture)
{
	const struct kind *kind = &kinds[_i];
	struct encode_reply reply;
	struct rig rig;
	char view[120], what[200];
	int in, out;

	rig_start(&rig);
	in = kind_file(kind);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		snprintf(view, sizeof(view), "png-%s", steps[i].tokens);
		snprintf(what, sizeof(what), "%s of %s", view, kind->name);
		out = encode(&rig, view, FORMAT_TIFF, in, &reply);
		expect_kind(what, picture_load(out), kind, &steps[i]);
		close(out);
		snprintf(view, sizeof(view), "jpeg-%s", steps[i].tokens);
		close(encode(&rig, view, FORMAT_TIFF, in, &reply));
		snprintf(view, sizeof(view), "webp-%s", steps[i].tokens);
		close(encode(&rig, view, FORMAT_TIFF, in, &reply));
	}
	rig_stop(&rig);
}
END_TEST

/* One pixel has a side of each, and nothing around it. */
START_TEST(every_step_of_a_single_pixel)
{
	struct encode_reply reply;
	VipsImage *pixel;
	struct rig rig;
	char view[120];
	int in;

	rig_start(&rig);
	MUST(vips_black(&pixel, 1, 1, "bands", 3, NULL));
	in = picture_file(pixel, ".png");
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if (strstr(steps[i].tokens, "crop1"))
			continue;
		snprintf(view, sizeof(view), "png-%s", steps[i].tokens);
		close(encode(&rig, view, FORMAT_PNG, in, &reply));
	}
	close(encode(&rig, "png-w300-h1-fill-up-blur100", FORMAT_PNG, in, &reply));
	ck_assert_uint_eq(reply.width, 300);
	close(encode(&rig, "png-w30-h20-cover-up-smart-trim-rot90", FORMAT_PNG, in, &reply));
	ck_assert_uint_eq(reply.width, 30);
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { every_step_of_a_single_pixel };
	const struct suite_loop loops[] = {
		{ every_step_of_every_kind_of_picture, 0, ARRAY_SIZE(kinds) },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder_steps",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
