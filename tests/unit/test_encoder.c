/* SPDX-License-Identifier: MIT
 *
 * What the real encoder makes of good pictures: formats, sizes, orientation, colour, frames,
 * metadata. Bad ones are in test_encoder_input.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encoder_picture.h"
#include "fixture.h"
#include "util/cleanup.h"

static const enum format sources[] = { FORMAT_JPEG, FORMAT_WEBP, FORMAT_AVIF, FORMAT_PNG,
	FORMAT_GIF, FORMAT_TIFF };
static const enum format targets[] = { FORMAT_JPEG, FORMAT_WEBP, FORMAT_AVIF, FORMAT_JXL,
	FORMAT_PNG, FORMAT_GIF, FORMAT_TIFF };

static void expect_size(
	VipsImage *image, const struct encode_reply *reply, uint32_t width, uint32_t height)
{
	ck_assert_int_eq(image->Xsize, (int)width);
	ck_assert_int_eq(image->Ysize, (int)(height * reply->frames));
	ck_assert_uint_eq(reply->width, width);
	ck_assert_uint_eq(reply->height, height);
}

START_TEST(hello_tells_what_is_there)
{
	struct rig rig;
	const struct zygote_hello *hello = &rig.client.hello;

	rig_start(&rig);
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		ck_assert_uint_ne(hello->readable & 1u << sources[i], 0);
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		ck_assert_uint_ne(hello->writable & 1u << targets[i], 0);
	ck_assert_uint_eq(hello->readable & 1u << FORMAT_JXL, 0);
	ck_assert_uint_eq(hello->writable & 1u << FORMAT_HEIC, 0);
	ck_assert_uint_eq((hello->readable | hello->writable) & 1u << FORMAT_NONE, 0);
	ck_assert_int_eq(strncmp(hello->fingerprint, "lensfs-", 7), 0);
	ck_assert_ptr_nonnull(strstr(hello->fingerprint, vips_version_string()));
	ck_assert_ptr_null(strstr(hello->fingerprint, "libs-0000000000000000"));
	rig_stop(&rig);
}
END_TEST

START_TEST(every_format_becomes_every_format)
{
	enum format source = sources[_i];
	struct encode_reply reply;
	struct rig rig;
	VipsImage *image;
	char view[64];
	int in;

	rig_start(&rig);
	image = picture_quadrants(160, 120);
	in = picture_file(image, picture_suffix(source));
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		for (int sized = 0; sized < 2; sized++) {
			int out;

			snprintf(view, sizeof(view), "%s%s", format_info(targets[i])->name,
				sized ? "-w80" : "");
			out = encode(&rig, view, source, in, &reply);
			image = picture_load(out);
			expect_size(image, &reply, sized ? 80 : 160, sized ? 60 : 120);
			expect_quadrants(image, "rgbw", 16);
			ck_assert_uint_eq(reply.source_width, 160);
			ck_assert_uint_eq(reply.source_height, 120);
			ck_assert_uint_eq(reply.frames, 1);
			g_object_unref(image);
			close(out);
		}
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(lossless_loses_nothing)
{
	static const char *const views[] = { "webp-lossless", "avif-lossless", "jxl-lossless",
		"png", "tiff", "png-prog-e9" };
	VipsImage *before, *after, *difference;
	struct encode_reply reply;
	struct rig rig;
	double max;

	rig_start(&rig);
	before = picture_quadrants(64, 48);
	after = picture_load(
		encode(&rig, views[_i], FORMAT_PNG, picture_file(before, ".png"), &reply));
	ck_assert_int_eq(vips_subtract(before, after, &difference, NULL), 0);
	ck_assert_int_eq(vips_abs(difference, &after, NULL), 0);
	ck_assert_int_eq(vips_max(after, &max, NULL), 0);
	/* libvips 8.14 lets libheif go through YCbCr even so (save_avif.c). */
	ck_assert_double_le(max, strstr(views[_i], "avif") ? 1 : 0);
	rig_stop(&rig);
}
END_TEST

START_TEST(options_reach_the_codec)
{
	/* Each pair: the first must give fewer bytes than the second. */
	static const char *const pairs[][2] = {
		{ "jpeg-q30", "jpeg-q90" },
		{ "webp-q30", "webp-q90" },
		{ "avif-q30", "avif-q90" },
		{ "jxl-q30", "jxl-q90" },
		{ "png-e9", "png-e0" },
		{ "webp-q50", "webp-lossless" },
		{ "jxl-q50", "jxl-lossless" },
		{ "avif-q50", "avif-lossless" },
		{ "jpeg-w50", "jpeg-w100" },
		{ "webp-e6", "webp-e0" },
		{ "avif-e6", "avif-e0" },
		{ "jpeg-420-q95", "jpeg-q95" },
		{ "jpeg-q50", "jpeg-q50-444" },
	};
	uint64_t sizes[2];
	struct rig rig;
	int in;

	rig_start(&rig);
	/* Of another format than any of them, or its own bytes could be the smaller ones. */
	in = picture_file(picture_noise(200, 150, 3), ".tif");
	for (int i = 0; i < 2; i++) {
		struct encode_reply reply;

		encode(&rig, pairs[_i][i], FORMAT_TIFF, in, &reply);
		sizes[i] = reply.size_bytes;
	}
	ck_assert_uint_lt(sizes[0], sizes[1]);
	rig_stop(&rig);
}
END_TEST

/* PNG says it in its header, JPEG by its frame marker, GIF in its image descriptor. */
START_TEST(prog_interlaces)
{
	struct encode_reply reply;
	struct rig rig;
	size_t size;
	char *bytes;
	int in;

	rig_start(&rig);
	in = picture_file(picture_quadrants(64, 48), ".png");
	for (int prog = 0; prog < 2; prog++) {
		bytes = memory_bytes(
			encode(&rig, prog ? "png-prog" : "png", FORMAT_PNG, in, &reply), &size);
		ck_assert_int_eq(bytes[28], prog);
		free(bytes);
		bytes = memory_bytes(
			encode(&rig, prog ? "jpeg-prog" : "jpeg", FORMAT_PNG, in, &reply),
			&size);
		ck_assert_int_eq(memmem(bytes, size, "\xff\xc2", 2) != NULL, prog);
		free(bytes);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(cover_fills_and_crops_the_centre)
{
	struct encode_reply reply;
	VipsImage *image;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(picture_quadrants(400, 200), ".png");
	image = picture_load(encode(&rig, "png-w50-h50-cover", FORMAT_PNG, in, &reply));
	expect_size(image, &reply, 50, 50);
	expect_quadrants(image, "rgbw", 4);
	image = picture_load(encode(&rig, "png-w1000-h1000-cover", FORMAT_PNG, in, &reply));
	expect_size(image, &reply, 200, 200);
	expect_quadrants(image, "rgbw", 4);
	image = picture_load(encode(&rig, "png-w1000-h1000", FORMAT_PNG, in, &reply));
	expect_size(image, &reply, 400, 200);
	rig_stop(&rig);
}
END_TEST

START_TEST(orientation_is_applied_once)
{
	/* What a viewer shows of "rgbw" stored, by EXIF 2.32, 4.6.4 A. */
	static const char *const upright[] = { "", "rgbw", "grwb", "wbgr", "bwrg", "rbgw",
		"brwg", "wgbr", "gwrb" };
	static const char *const views[] = { "webp", "png-w60", "jpeg-h30",
		"tiff-w40-h40-cover" };
	bool turned = _i >= 5;
	VipsImage *image, *tagged;
	struct encode_reply reply;
	struct rig rig;
	int in;

	rig_start(&rig);
	ck_assert_int_eq(vips_copy(picture_quadrants(800, 600), &tagged, NULL), 0);
	vips_image_set_int(tagged, VIPS_META_ORIENTATION, _i);
	in = picture_file(tagged, ".jpg[Q=95]");
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		image = picture_load(encode(&rig, views[i], FORMAT_JPEG, in, &reply));
		expect_quadrants(image, upright[_i], 16);
		ck_assert_int_eq(vips_image_get_orientation(image), 1);
		ck_assert_uint_eq(reply.source_width, turned ? 600 : 800);
		ck_assert_uint_eq(reply.source_height, turned ? 800 : 600);
		if (i == 0)
			expect_size(image, &reply, turned ? 600 : 800, turned ? 800 : 600);
		else if (i == 1)
			expect_size(image, &reply, 60, turned ? 80 : 45);
		else if (i == 2)
			expect_size(image, &reply, turned ? 23 : 40, 30);
		else
			expect_size(image, &reply, 40, 40);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(colour_comes_through_the_profile)
{
	/* libvips' built-in profiles; without its profile CMYK is still CMYK. */
	static const char *const cases[][2] = { { "p3", ".png" }, { "p3", ".jpg[Q=95]" },
		{ "cmyk", ".jpg[Q=95]" }, { "cmyk", ".jpg[Q=95,strip]" }, { "cmyk", ".tif" } };
	bool cmyk = strcmp(cases[_i][0], "cmyk") == 0;
	VipsImage *converted, *image;
	struct encode_reply reply;
	enum format source;
	struct rig rig;
	double *pixel;
	int in, n;

	rig_start(&rig);
	ck_assert_int_eq(
		vips_icc_transform(picture_quadrants(160, 120), &converted, cases[_i][0],
			"input_profile", "srgb", "intent", VIPS_INTENT_PERCEPTUAL, NULL),
		0);
	ck_assert_int_eq(vips_getpoint(converted, &pixel, &n, 120, 30, NULL), 0);
	ck_assert_int_gt(abs((int)pixel[0] - 30), 20);
	g_free(pixel);
	in = picture_file(converted, cases[_i][1]);
	source = cases[_i][1][1] == 'p'   ? FORMAT_PNG
	         : cases[_i][1][1] == 'j' ? FORMAT_JPEG
	                                  : FORMAT_TIFF;
	image = picture_load(encode(&rig, "png-w80", source, in, &reply));
	ck_assert_int_eq(image->Bands, 3);
	ck_assert_uint_eq(vips_image_get_typeof(image, VIPS_META_ICC_NAME), 0);
	/* Print has no such blue. */
	expect_quadrants(image, "rgbw", cmyk ? 70 : 8);
	rig_stop(&rig);
}
END_TEST

START_TEST(transparency_is_kept_or_put_on_white)
{
	VipsImage *image, *alpha, *joined, *half;
	struct encode_reply reply;
	struct rig rig;
	int in;

	rig_start(&rig);
	/* The right half is transparent; its colours must not bleed into the left. */
	image = picture_quadrants(160, 120);
	vips_black(&alpha, 80, 120, NULL);
	vips_linear1(alpha, &half, 1, 255, "uchar", TRUE, NULL);
	vips_join(half, alpha, &joined, VIPS_DIRECTION_HORIZONTAL, NULL);
	vips_bandjoin2(image, joined, &half, NULL);
	in = picture_file(half, ".png");

	image = picture_load(encode(&rig, "jpeg-q95-w80", FORMAT_PNG, in, &reply));
	ck_assert_int_eq(image->Bands, 3);
	expect_pixel(image, 20, 15, 220, 30, 30, 16);
	expect_pixel(image, 60, 15, 255, 255, 255, 8);
	image = picture_load(encode(&rig, "png-w80", FORMAT_PNG, in, &reply));
	ck_assert_int_eq(image->Bands, 4);
	expect_pixel(image, 39, 15, 220, 30, 30, 3);
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		if (targets[i] == FORMAT_JPEG)
			continue;
		image = picture_load(
			encode(&rig, format_info(targets[i])->name, FORMAT_PNG, in, &reply));
		ck_assert(vips_image_hasalpha(image));
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(sixteen_bits_stay_where_nothing_is_to_be_lost)
{
	VipsImage *deep, *image;
	struct encode_reply reply;
	struct rig rig;
	int in;

	rig_start(&rig);
	vips_colourspace(picture_quadrants(160, 120), &deep, VIPS_INTERPRETATION_RGB16, NULL);
	in = picture_file(deep, ".png");
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		bool kept = targets[i] == FORMAT_PNG || targets[i] == FORMAT_TIFF ||
		            targets[i] == FORMAT_JXL;

		image = picture_load(
			encode(&rig, format_info(targets[i])->name, FORMAT_PNG, in, &reply));
		ck_assert_int_eq(image->BandFmt, kept ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR);
		expect_quadrants(image, "rgbw", 16);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(grey_stays_grey)
{
	struct encode_reply reply;
	VipsImage *image;
	struct rig rig;
	int in;

	rig_start(&rig);
	vips_colourspace(picture_quadrants(160, 120), &image, VIPS_INTERPRETATION_B_W, NULL);
	in = picture_file(image, ".png");
	image = picture_load(encode(&rig, "jpeg-w80", FORMAT_PNG, in, &reply));
	ck_assert_int_eq(image->Bands, 1);
	image = picture_load(encode(&rig, "png", FORMAT_PNG, in, &reply));
	ck_assert_int_eq(image->Bands, 1);
	expect_pixel(image, 120, 90, 250, 250, 250, 2);
	encode(&rig, "webp", FORMAT_PNG, in, &reply);
	encode(&rig, "avif", FORMAT_PNG, in, &reply);
	encode(&rig, "jxl", FORMAT_PNG, in, &reply);
	rig_stop(&rig);
}
END_TEST

static int animation_file(const char *suffix)
{
	int delays[] = { 50, 120, 200 };
	VipsImage *frames[3], *all;

	frames[0] = picture_quadrants(60, 40);
	vips_rot180(frames[0], &frames[1], NULL);
	vips_flip(frames[0], &frames[2], VIPS_DIRECTION_VERTICAL, NULL);
	vips_arrayjoin(frames, &all, 3, "across", 1, NULL);
	vips_image_set_int(all, VIPS_META_PAGE_HEIGHT, 40);
	vips_image_set_int(all, "loop", 5);
	vips_image_set_array_int(all, "delay", delays, 3);
	return picture_file(all, suffix);
}

START_TEST(animation_keeps_frames_delays_and_loop)
{
	static const char *const views[] = { "webp", "gif", "webp-w30", "gif-w30-h10-cover" };
	static const char *const frames[] = { "rgbw", "wbgr", "bwrg" };
	enum format source = _i % 2 ? FORMAT_WEBP : FORMAT_GIF;
	struct encode_reply reply;
	VipsImage *image, *frame;
	struct rig rig;
	int *delays, n, loop, in;

	rig_start(&rig);
	in = animation_file(_i % 2 ? ".webp[Q=95]" : ".gif");
	image = picture_load(encode(&rig, views[_i / 2], source, in, &reply));
	ck_assert_uint_eq(reply.frames, 3);
	expect_size(image, &reply, _i < 4 ? 60 : 30, _i < 4 ? 40 : _i < 6 ? 20 : 10);
	ck_assert_int_eq(vips_image_get_page_height(image), (int)reply.height);
	ck_assert_int_eq(vips_image_get_array_int(image, "delay", &delays, &n), 0);
	ck_assert_int_eq(n, 3);
	ck_assert_int_eq(delays[0], 50);
	ck_assert_int_eq(delays[1], 120);
	ck_assert_int_eq(delays[2], 200);
	ck_assert_int_eq(vips_image_get_int(image, "loop", &loop), 0);
	ck_assert_int_eq(loop, 5);
	for (int i = 0; i < 3; i++) {
		vips_extract_area(image, &frame, 0, i * (int)reply.height, (int)reply.width,
			(int)reply.height, NULL);
		expect_quadrants(frame, frames[i], 24);
	}
	/* Frames do not mix where they touch: blue ends the first, white begins the second. */
	if (strcmp(views[_i / 2], "webp-w30") != 0) {
		expect_pixel(image, 2, (int)reply.height - 1, 40, 40, 200, 24);
		expect_pixel(image, 2, (int)reply.height, 250, 250, 250, 24);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(still_and_unanimated_formats_take_the_first_frame)
{
	static const char *const views[] = { "gif-still", "webp-still-w30", "jpeg", "png",
		"avif" };
	struct encode_reply reply;
	VipsImage *image;
	struct rig rig;

	rig_start(&rig);
	image = picture_load(
		encode(&rig, views[_i], FORMAT_GIF, animation_file(".gif"), &reply));
	ck_assert_uint_eq(reply.frames, 1);
	expect_size(image, &reply, _i == 1 ? 30 : 60, _i == 1 ? 20 : 40);
	expect_quadrants(image, "rgbw", 24);
	rig_stop(&rig);
}
END_TEST

START_TEST(metadata_is_dropped_but_for_the_copyright)
{
	static const char *const secrets[] = { "SERIAL4711", "XMPSECRET", "LENSMODEL",
		"IPTCSECRET", "SomeSoftware" };
	static const enum format formats[] = { FORMAT_JPEG, FORMAT_WEBP, FORMAT_AVIF,
		FORMAT_PNG, FORMAT_TIFF, FORMAT_JXL };
	struct encode_reply reply;
	char *bytes, view[32];
	VipsImage *image;
	struct rig rig;
	size_t size;
	int in;

	rig_start(&rig);
	vips_copy(picture_quadrants(160, 120), &image, NULL);
	vips_image_set_string(image, "exif-ifd2-BodySerialNumber", "SERIAL4711");
	vips_image_set_string(image, "exif-ifd2-LensModel", "LENSMODEL");
	vips_image_set_string(image, "exif-ifd0-Software", "SomeSoftware");
	vips_image_set_string(image, "exif-ifd3-GPSLatitude", "52/1 30/1 0/1");
	vips_image_set_blob_copy(image, VIPS_META_XMP_NAME, "<x>XMPSECRET</x>", 16);
	vips_image_set_blob_copy(image, VIPS_META_IPTC_NAME, "IPTCSECRET", 10);
	if (_i)
		vips_image_set_string(image, "exif-ifd0-Copyright", "KEEPME Ltd");
	in = picture_file(image, ".jpg");
	bytes = memory_bytes(in, &size);
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
		ck_assert_msg(memmem(bytes, size, secrets[i], strlen(secrets[i])) || i == 3,
			"%s is not in the source", secrets[i]);
	free(bytes);

	for (size_t f = 0; f < ARRAY_SIZE(formats); f++) {
		snprintf(view, sizeof(view), "%s-w80", format_info(formats[f])->name);
		bytes = memory_bytes(encode(&rig, view, FORMAT_JPEG, in, &reply), &size);
		for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
			ck_assert_msg(!memmem(bytes, size, secrets[i], strlen(secrets[i])),
				"%s is in %s", secrets[i], view);
		if (formats[f] == FORMAT_JPEG || formats[f] == FORMAT_WEBP ||
			formats[f] == FORMAT_AVIF)
			ck_assert_int_eq(memmem(bytes, size, "KEEPME Ltd", 10) != NULL, _i);
		/* libvips 8.14.1 writes an empty EXIF block into WebP even when told not to. */
		if (!_i && (formats[f] != FORMAT_WEBP || vips_version(1) > 14))
			ck_assert_msg(!memmem(bytes, size, "Exif", 4), "EXIF in %s", view);
		free(bytes);
	}
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		hello_tells_what_is_there,
		prog_interlaces,
		cover_fills_and_crops_the_centre,
		transparency_is_kept_or_put_on_white,
		sixteen_bits_stay_where_nothing_is_to_be_lost,
		grey_stays_grey,
	};
	const struct suite_loop loops[] = {
		{ every_format_becomes_every_format, 0, ARRAY_SIZE(sources) },
		{ lossless_loses_nothing, 0, 6 },
		{ options_reach_the_codec, 0, 13 },
		{ orientation_is_applied_once, 1, 9 },
		{ colour_comes_through_the_profile, 0, 5 },
		{ animation_keeps_frames_delays_and_loop, 0, 8 },
		{ still_and_unanimated_formats_take_the_first_frame, 0, 5 },
		{ metadata_is_dropped_but_for_the_copyright, 0, 2 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
