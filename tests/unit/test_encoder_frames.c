/* SPDX-License-Identifier: MIT
 *
 * One frame or page of several, by libvips' own writers; that frames are what other decoders see is
 * asked by mount/photos.
 */
#include <stdlib.h>
#include <string.h>

#include "encoder_picture.h"
#include "fixture.h"

/* Three pages of 60 x 40, each with its own order of colours. */
static VipsImage *picture_pages(void)
{
	VipsImage *pages[3], *all;

	pages[0] = picture_quadrants(60, 40);
	vips_rot180(pages[0], &pages[1], NULL);
	vips_flip(pages[0], &pages[2], VIPS_DIRECTION_VERTICAL, NULL);
	vips_arrayjoin(pages, &all, 3, "across", 1, NULL);
	vips_image_set_int(all, VIPS_META_PAGE_HEIGHT, 40);
	return all;
}

static const char *const orders[] = { "rgbw", "wbgr", "bwrg" };

static const struct {
	enum format format;
	const char *suffix;
} several[] = {
	{ FORMAT_GIF, ".gif" },
	{ FORMAT_WEBP, ".webp[lossless]" },
	{ FORMAT_TIFF, ".tif" },
	{ FORMAT_AVIF, ".avif[Q=90,effort=0]" },
};

START_TEST(each_page_is_had_by_its_number)
{
	enum format source = several[_i].format;
	static const char *const formats[] = { "png", "webp", "gif", "jpeg", "tiff-w30" };
	struct encode_reply reply;
	VipsImage *image;
	struct rig rig;
	char view[32];
	int in;

	rig_start(&rig);
	in = picture_file(picture_pages(), several[_i].suffix);
	for (unsigned page = 1; page <= 3; page++) {
		for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
			snprintf(view, sizeof(view), "%s-p%u", formats[i], page);
			image = picture_load(encode(&rig, view, source, in, &reply));
			ck_assert_uint_eq(reply.frames, 1);
			ck_assert_int_eq(image->Ysize, i == 4 ? 20 : 40);
			expect_quadrants(image, orders[page - 1], 24);
			g_object_unref(image);
		}
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(page_beyond_the_last_makes_no_sense)
{
	static const char *const views[] = { "png-p4", "jpeg-p65535" };
	struct encode_reply reply;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(picture_pages(), several[_i].suffix);
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		reply = encode_fails(
			&rig, views[i], several[_i].format, in, ENCODE_MEANINGLESS);
		ck_assert_msg(strstr(reply.reason, "3 pictures"), "%s", reply.reason);
	}
	in = picture_file(picture_quadrants(60, 40), several[_i].suffix);
	reply = encode_fails(&rig, "png-p2", several[_i].format, in, ENCODE_MEANINGLESS);
	ck_assert_msg(strstr(reply.reason, "1 picture only"), "%s", reply.reason);
	rig_stop(&rig);
}
END_TEST

/* Only the page that is wanted counts against the limit. */
START_TEST(one_page_is_not_over_a_limit_of_frames)
{
	struct encode_request request = request_of("png-p3", FORMAT_GIF);
	struct encode_reply reply;
	struct rig rig;
	int in, out = memory_file("", 0);

	rig_start(&rig);
	in = picture_file(picture_pages(), ".gif");
	request.max_frames = 2;
	reply = job_do(&rig.encoder, &request, in, out);
	ck_assert_int_eq(reply.result, ENCODE_OK);
	request = request_of("webp", FORMAT_GIF);
	request.max_frames = 2;
	reply = job_do(&rig.encoder, &request, in, out);
	ck_assert_int_eq(reply.result, ENCODE_TOO_LARGE);
	rig_stop(&rig);
}
END_TEST

static int gif_with(int delay, int loop)
{
	int delays[] = { delay, delay, delay };
	VipsImage *all = picture_pages();

	vips_image_set_array_int(all, "delay", delays, 3);
	vips_image_set_int(all, "loop", loop);
	return picture_file(all, ".gif");
}

/* How often it plays: for ever (0), once, or so often; to WebP and back. */
START_TEST(loops_are_kept_from_gif_to_webp_to_gif)
{
	static const int loops[] = { 0, 1, 2, 7, 1000 };
	static const char *const views[] = { "webp", "gif" };
	enum format format = FORMAT_GIF;
	int in = gif_with(100, loops[_i]), loop;
	struct encode_reply reply;
	VipsImage *image;
	struct rig rig;

	rig_start(&rig);
	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		in = encode(&rig, views[i], format, in, &reply);
		format = (enum format)reply.format;
		image = picture_load(in);
		ck_assert_int_eq(vips_image_get_int(image, "loop", &loop), 0);
		ck_assert_int_eq(loop, loops[_i]);
	}
	rig_stop(&rig);
}
END_TEST

/* A GIF that says 0 is shown at ten frames a second by every browser; WebP says that aloud. */
START_TEST(delays_of_nothing_are_kept_or_said_aloud)
{
	int in = gif_with(0, 0), n, *delays;
	struct encode_reply reply;
	VipsImage *image;
	struct rig rig;

	rig_start(&rig);
	image = picture_load(encode(&rig, "gif-w30", FORMAT_GIF, in, &reply));
	ck_assert_int_eq(vips_image_get_array_int(image, "delay", &delays, &n), 0);
	ck_assert_int_eq(delays[2], 0);
	image = picture_load(encode(&rig, "webp", FORMAT_GIF, in, &reply));
	ck_assert_int_eq(vips_image_get_array_int(image, "delay", &delays, &n), 0);
	ck_assert_int_eq(delays[2], 100);
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		one_page_is_not_over_a_limit_of_frames,
		delays_of_nothing_are_kept_or_said_aloud,
	};
	const struct suite_loop loops[] = {
		{ each_page_is_had_by_its_number, 0, ARRAY_SIZE(several) },
		{ page_beyond_the_last_makes_no_sense, 0, ARRAY_SIZE(several) },
		{ loops_are_kept_from_gif_to_webp_to_gif, 0, 5 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder_frames",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
