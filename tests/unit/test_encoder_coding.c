/* SPDX-License-Identifier: MIT
 *
 * The coding tokens, each looked for in the bytes that the codec wrote; and the limits of formats.
 */
#include <stdlib.h>
#include <string.h>

#include "encoder_picture.h"
#include "fixture.h"

static VipsImage *picture_coloured(int width, int height)
{
	VipsImage *bands[3], *out;

	for (int i = 0; i < 3; i++)
		bands[i] = picture_noise(width, height, 1);
	ck_assert_int_eq(vips_bandjoin(bands, &out, 3, NULL), 0);
	ck_assert_int_eq(
		vips_copy(out, &bands[0], "interpretation", VIPS_INTERPRETATION_sRGB, NULL), 0);
	return bands[0];
}

/* AV1 in ISOBMFF, 2.3.3: the subsampling bits of the third byte of av1C. */
static int avif_subsampling(const char *bytes, size_t size)
{
	const uint8_t *box = memmem(bytes, size, "av1C", 4);

	ck_assert_ptr_nonnull(box);
	return box[6] >> 2 & 3;
}

START_TEST(chroma_is_as_the_view_says)
{
	static const struct {
		const char *view;
		const char *jpeg;
		int avif; /* both directions halved: 3 */
	} cases[] = {
		{ "jpeg-420-q95", "4:2:0", 0 },
		{ "jpeg-444-q50", "4:4:4", 0 },
		{ "jpeg-q50", "4:2:0", 0 },
		{ "jpeg-q95", "4:4:4", 0 },
		{ "avif-420-q95-e0", NULL, 3 },
		{ "avif-444-q50-e0", NULL, 0 },
		{ "avif-q50-e0", NULL, 3 },
		{ "avif-q95-e0", NULL, 0 },
		{ "avif-lossless-e0", NULL, 0 },
	};
	struct encode_reply reply;
	const char *chroma;
	struct rig rig;
	size_t size;
	char *bytes;
	int in, out;

	rig_start(&rig);
	in = picture_file(picture_coloured(64, 48), ".png");
	out = encode(&rig, cases[_i].view, FORMAT_PNG, in, &reply);
	if (cases[_i].jpeg) {
		ck_assert_int_eq(vips_image_get_string(
					 picture_load(out), "jpeg-chroma-subsample", &chroma),
			0);
		ck_assert_str_eq(chroma, cases[_i].jpeg);
	} else {
		bytes = memory_bytes(out, &size);
		ck_assert_int_eq(avif_subsampling(bytes, size), cases[_i].avif);
		free(bytes);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(alpha_quality_reaches_the_codec)
{
	VipsImage *image, *alpha, *joined;
	struct encode_reply poor, middling, full;
	struct rig rig;
	int in;

	rig_start(&rig);
	image = picture_quadrants(160, 120);
	alpha = picture_noise(160, 120, 1);
	ck_assert_int_eq(vips_bandjoin2(image, alpha, &joined, NULL), 0);
	in = picture_file(joined, ".png");
	encode(&rig, "webp-aq0", FORMAT_PNG, in, &poor);
	encode(&rig, "webp-aq50", FORMAT_PNG, in, &middling);
	encode(&rig, "webp", FORMAT_PNG, in, &full);
	ck_assert_uint_lt(poor.size_bytes, middling.size_bytes);
	ck_assert_uint_lt(middling.size_bytes, full.size_bytes);
	encode(&rig, "webp-aq100", FORMAT_PNG, in, &middling);
	ck_assert_uint_eq(middling.size_bytes, full.size_bytes);
	rig_stop(&rig);
}
END_TEST

/* Behind the global table and the extensions stands the image's descriptor (GIF89a, 20). */
static int gif_interlaced(const uint8_t *gif)
{
	size_t at = 13 + (gif[10] & 0x80 ? 3u << ((gif[10] & 7) + 1) : 0);

	while (gif[at] == 0x21) {
		for (at += 2; gif[at]; at += gif[at] + 1u)
			;
		at++;
	}
	ck_assert_int_eq(gif[at], 0x2c);
	return gif[at + 9] >> 6 & 1;
}

START_TEST(prog_interlaces_gif)
{
	struct encode_reply reply;
	struct rig rig;
	size_t size;
	void *bytes;
	int in;

	rig_start(&rig);
	in = picture_file(picture_quadrants(64, 48), ".png");
	for (int prog = 0; prog < 2; prog++) {
		bytes = memory_bytes(
			encode(&rig, prog ? "gif-prog" : "gif", FORMAT_PNG, in, &reply), &size);
		ck_assert_int_eq(gif_interlaced(bytes), prog);
		free(bytes);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(quality_that_was_used_is_said)
{
	static const struct {
		const char *view;
		unsigned quality;
	} cases[] = { { "jpeg-q37", 37 }, { "webp", 79 }, { "webp-lossless", 0 },
		{ "png", 0 } };
	struct encode_reply reply;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(picture_quadrants(64, 48), ".tif");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		encode(&rig, cases[i].view, FORMAT_TIFF, in, &reply);
		ck_assert_uint_eq(reply.quality, cases[i].quality);
	}
	rig_stop(&rig);
}
END_TEST

/* One pixel over is refused from the header, with the limit; the limit itself is written. */
START_TEST(limits_of_formats_are_refused_with_a_reason)
{
	static const struct {
		const char *view;
		int most;
	} cases[] = {
		{ "jpeg", 65500 },
		{ "webp", 16383 },
		{ "avif-e0", 16384 },
		{ "gif", 65535 },
	};
	int most = cases[_i].most;
	struct encode_reply reply;
	VipsImage *image, *mask;
	char number[16];
	struct rig rig;

	rig_start(&rig);
	ck_assert_int_eq(vips_black(&image, most + 1, 3, "bands", 3, NULL), 0);
	ck_assert_int_eq(
		vips_copy(image, &mask, "interpretation", VIPS_INTERPRETATION_sRGB, NULL), 0);
	reply = encode_fails(
		&rig, cases[_i].view, FORMAT_PNG, picture_file(mask, ".png"), ENCODE_TOO_LARGE);
	snprintf(number, sizeof(number), "%d", most);
	ck_assert_msg(strstr(reply.reason, number), "%s", reply.reason);
	ck_assert_int_eq(vips_extract_area(mask, &image, 0, 0, most, 3, NULL), 0);
	encode(&rig, cases[_i].view, FORMAT_PNG, picture_file(image, ".png"), &reply);
	ck_assert_uint_eq(reply.width, most);
	rig_stop(&rig);
}
END_TEST

/* They have a limit that no source of ours reaches. */
START_TEST(other_formats_take_what_is_over_those_limits)
{
	static const char *const views[] = { "png", "tiff", "jxl-e3" };
	struct encode_reply reply;
	VipsImage *image, *wide;
	struct rig rig;
	int in;

	rig_start(&rig);
	vips_black(&image, 70000, 3, "bands", 3, NULL);
	vips_copy(image, &wide, "interpretation", VIPS_INTERPRETATION_sRGB, NULL);
	in = picture_file(wide, ".tif");
	for (size_t i = 0; i < ARRAY_SIZE(views); i++)
		encode(&rig, views[i], FORMAT_TIFF, in, &reply);
	rig_stop(&rig);
}
END_TEST

/* The smallest picture and the narrowest: codecs have minimal sizes of their own. */
START_TEST(one_pixel_becomes_every_format)
{
	static const char *const views[] = { "jpeg", "webp", "avif", "jxl", "png", "gif",
		"tiff", "auto" };
	struct encode_reply reply;
	VipsImage *image;
	struct rig rig;
	int in;

	rig_start(&rig);
	for (int height = 1; height < 40; height += 38) {
		vips_extract_area(picture_quadrants(64, 64), &image, 0, 0, 1, height, NULL);
		in = picture_file(image, ".png");
		for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
			encode(&rig, views[i], FORMAT_PNG, in, &reply);
			ck_assert_uint_eq(reply.height, height);
		}
	}
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		alpha_quality_reaches_the_codec,
		prog_interlaces_gif,
		quality_that_was_used_is_said,
		other_formats_take_what_is_over_those_limits,
		one_pixel_becomes_every_format,
	};
	const struct suite_loop loops[] = {
		{ chroma_is_as_the_view_says, 0, 9 },
		{ limits_of_formats_are_refused_with_a_reason, 0, 4 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder_coding",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
