/* SPDX-License-Identifier: MIT
 *
 * Never larger: when the source's own bytes are the variant, and when they must not be.
 */
#include <stdlib.h>
#include <string.h>

#include "encoder_picture.h"
#include "fixture.h"

static VipsImage *picture_source(void)
{
	return picture_noise(64, 48, 3);
}

static bool same_bytes(int a, int b)
{
	size_t size_a, size_b;
	void *bytes_a = memory_bytes(a, &size_a), *bytes_b = memory_bytes(b, &size_b);
	bool same = size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;

	free(bytes_a);
	free(bytes_b);
	return same;
}

/* Made by the encoder itself, which says nothing but the picture; but for WebP (save_webp.c). */
static int bare_source(struct rig *rig, const char *view)
{
	struct encode_reply reply;

	return encode(rig, view, FORMAT_TIFF, picture_file(picture_source(), ".tif"), &reply);
}

/* View of the source, view of the variant, whether it is the source itself. */
static const struct {
	enum format format;
	const char *source, *view;
	bool same;
} cases[] = {
	{ FORMAT_JPEG, "jpeg-q30", "jpeg-q80", true },
	{ FORMAT_JPEG, "jpeg-q30", "q80", true },
	{ FORMAT_JPEG, "jpeg-q30", "jpeg-q80-w64", true },
	{ FORMAT_JPEG, "jpeg-q30", "jpeg-q80-w500", true },
	{ FORMAT_JPEG, "jpeg-q30-prog", "jpeg-q80-prog", true },
	{ FORMAT_JPEG, "jpeg-q30", "jpeg-q80-420", true },
	{ FORMAT_JPEG, "jpeg-q30", "jpeg-q80-max100k", true },
	{ FORMAT_AVIF, "avif-q20-e0", "avif-q80-e0", true },
	{ FORMAT_PNG, "png-e9", "png-e0", true },
	{ FORMAT_GIF, "gif-e9", "gif-e9", true },
	{ FORMAT_TIFF, "tiff", "tiff", true },
	/* smaller */
	{ FORMAT_JPEG, "jpeg-q80", "jpeg-q30", false },
	{ FORMAT_PNG, "png-e0", "png-e9", false },
	/* other pixels */
	{ FORMAT_JPEG, "jpeg-q10", "jpeg-q100-w63", false },
	/* other coding than the view says */
	{ FORMAT_JPEG, "jpeg-q30", "jpeg-q80-prog", false },
	{ FORMAT_JPEG, "jpeg-q30", "jpeg-q80-444", false },
	/* another format */
	{ FORMAT_JPEG, "jpeg-q10", "webp-q100", false },
};

START_TEST(source_serves_where_nothing_is_gained)
{
	struct encode_reply reply;
	struct rig rig;
	int in, out;

	rig_start(&rig);
	in = bare_source(&rig, cases[_i].source);
	out = encode(&rig, cases[_i].view, cases[_i].format, in, &reply);
	ck_assert_msg(same_bytes(in, out) == cases[_i].same, "%s of %s", cases[_i].view,
		cases[_i].source);
	ck_assert_uint_eq(reply.width, strstr(cases[_i].view, "w63") ? 63 : 64);
	rig_stop(&rig);
}
END_TEST

/* No quality of ours fits, but the source does, on which more effort was spent. */
START_TEST(source_serves_a_budget_that_only_it_keeps)
{
	VipsImage *noise = picture_noise(60, 40, 3), *image;
	struct encode_reply source, reply;
	struct rig rig;
	char view[64];
	int in, out;

	rig_start(&rig);
	ck_assert_int_eq(vips_resize(noise, &image, 20, NULL), 0);
	in = encode(&rig, "avif-q1-e5", FORMAT_PNG, picture_file(image, ".png"), &source);
	ck_assert_uint_ge(source.size_bytes, 1000);
	snprintf(view, sizeof(view), "avif-e0-max%u", (unsigned)source.size_bytes);
	out = encode(&rig, view, FORMAT_AVIF, in, &reply);
	ck_assert(same_bytes(in, out));
	encode_fails(&rig, view, FORMAT_PNG, picture_file(picture_load(in), ".png"),
		ENCODE_OVER_BUDGET);
	rig_stop(&rig);
}
END_TEST

/* Place, maker and what else the default drops: privacy weighs more than bytes. */
START_TEST(source_that_says_more_does_not_serve)
{
	struct encode_reply reply;
	VipsImage *image;
	struct rig rig;
	size_t size;
	char *bytes;
	int in, out;

	rig_start(&rig);
	vips_copy(picture_noise(300, 200, 3), &image, NULL);
	vips_image_set_string(image, "exif-ifd0-Software", "SECRET");
	vips_image_set_string(image, "exif-ifd3-GPSLatitude", "52/1 30/1 0/1");
	vips_image_set_blob_copy(image, VIPS_META_XMP_NAME, "<x>SECRET</x>", 13);
	in = picture_file(image, ".jpg[Q=20]");
	bytes = memory_bytes(in, &size);
	ck_assert_ptr_nonnull(memmem(bytes, size, "SECRET", 6));
	free(bytes);
	out = encode(&rig, "jpeg-q90", FORMAT_JPEG, in, &reply);
	bytes = memory_bytes(out, &size);
	ck_assert_ptr_null(memmem(bytes, size, "SECRET", 6));
	free(bytes);
	ck_assert(!same_bytes(in, out));
	rig_stop(&rig);
}
END_TEST

/* What the view is to change in the pixels, the source does not have. With `meta`, metadata would be
 * no reason. */
START_TEST(source_that_must_be_changed_does_not_serve)
{
	struct encode_reply reply;
	VipsImage *image;
	struct rig rig;
	int in;

	rig_start(&rig);
	vips_copy(picture_noise(300, 200, 3), &image, NULL);
	if (_i == 0) {
		vips_image_set_int(image, VIPS_META_ORIENTATION, 3);
		in = picture_file(image, ".jpg[Q=20]");
	} else if (_i == 1) {
		vips_icc_transform(picture_noise(300, 200, 3), &image, "p3", "input_profile",
			"srgb", NULL);
		in = picture_file(image, ".jpg[Q=20]");
	} else {
		vips_colourspace(
			picture_noise(300, 200, 3), &image, VIPS_INTERPRETATION_CMYK, NULL);
		in = picture_file(image, ".jpg[Q=20,strip]");
	}
	ck_assert(!same_bytes(in, encode(&rig, "jpeg-q95-meta", FORMAT_JPEG, in, &reply)));
	rig_stop(&rig);
}
END_TEST

START_TEST(animations_serve_whole_only)
{
	struct encode_reply reply;
	VipsImage *image = NULL;
	struct rig rig;
	int in;

	rig_start(&rig);
	image = picture_noise(40, 90, 3);
	vips_image_set_int(image, VIPS_META_PAGE_HEIGHT, 30);
	in = encode(&rig, "gif-e9", FORMAT_GIF, picture_file(image, ".gif"), &reply);
	ck_assert(same_bytes(in, encode(&rig, "gif-e9", FORMAT_GIF, in, &reply)));
	ck_assert_uint_eq(reply.frames, 3);
	ck_assert(!same_bytes(in, encode(&rig, "gif-still", FORMAT_GIF, in, &reply)));
	ck_assert(!same_bytes(in, encode(&rig, "gif-p2", FORMAT_GIF, in, &reply)));
	rig_stop(&rig);
}
END_TEST

START_TEST(auto_is_never_larger_either)
{
	static const char *const sources[] = { "jpeg-q1", "avif-q1-e0" };
	static const enum format formats[] = { FORMAT_JPEG, FORMAT_AVIF };
	struct encode_reply reply;
	struct rig rig;
	int in, out;

	rig_start(&rig);
	in = bare_source(&rig, sources[_i]);
	out = encode(&rig, "auto", formats[_i], in, &reply);
	ck_assert_int_eq(reply.format, formats[_i]);
	ck_assert(same_bytes(in, out));
	ck_assert_uint_eq(reply.quality, 0);
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		source_serves_a_budget_that_only_it_keeps,
		source_that_says_more_does_not_serve,
		animations_serve_whole_only,
	};
	const struct suite_loop loops[] = {
		{ source_serves_where_nothing_is_gained, 0, ARRAY_SIZE(cases) },
		{ source_that_must_be_changed_does_not_serve, 0, 3 },
		{ auto_is_never_larger_either, 0, 2 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder_original",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
