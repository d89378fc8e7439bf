/* SPDX-License-Identifier: MIT */
#include "encoder_picture.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void rig_start(struct rig *rig)
{
	client_start(&rig->client, "LENSFS_ENCODER");
	rig->encoder = client_spawn(&rig->client, 1);
	ck_assert_int_eq(VIPS_INIT("test"), 0);
}

void rig_stop(struct rig *rig)
{
	spawned_close(&rig->encoder);
	client_stop(&rig->client);
}

static const int colours[4][3] = { { 220, 30, 30 }, { 30, 160, 40 }, { 40, 40, 200 },
	{ 250, 250, 250 } };

static const int *colour_named(char letter)
{
	const char *at = strchr("rgbw", letter);

	ck_assert_ptr_nonnull(at);
	return colours[at - "rgbw"];
}

VipsImage *picture_quadrants(int width, int height)
{
	VipsImage *black, *srgb, *image;

	ck_assert_int_eq(vips_black(&black, width, height, "bands", 3, NULL), 0);
	ck_assert_int_eq(
		vips_copy(black, &srgb, "interpretation", VIPS_INTERPRETATION_sRGB, NULL), 0);
	image = vips_image_copy_memory(srgb);
	for (int q = 0; q < 4; q++) {
		double ink[3] = { colours[q][0], colours[q][1], colours[q][2] };

		ck_assert_int_eq(
			vips_draw_rect(image, ink, 3, q % 2 * (width / 2), q / 2 * (height / 2),
				width - width / 2, height - height / 2, "fill", TRUE, NULL),
			0);
	}
	g_object_unref(srgb);
	g_object_unref(black);
	return image;
}

VipsImage *picture_noise(int width, int height, int bands)
{
	static int calls;
	VipsImage *noise, *bytes, *copies[4] = { NULL }, *joined, *image;

	ck_assert_int_eq(
		vips_gaussnoise(&noise, width, height, "sigma", 60.0, "seed", ++calls, NULL),
		0);
	ck_assert_int_eq(vips_cast_uchar(noise, &bytes, NULL), 0);
	for (int i = 0; i < bands; i++)
		copies[i] = bytes;
	ck_assert_int_eq(vips_bandjoin(copies, &joined, bands, NULL), 0);
	ck_assert_int_eq(
		vips_copy(joined, &image, "interpretation",
			bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB, NULL),
		0);
	g_object_unref(joined);
	g_object_unref(bytes);
	g_object_unref(noise);
	return image;
}

int picture_file(VipsImage *image, const char *suffix)
{
	VipsTarget *target = vips_target_new_to_memory();
	size_t size;
	const void *data;
	VipsBlob *blob;
	int fd;

	ck_assert_msg(vips_image_write_to_target(image, suffix, target, NULL) == 0, "%s",
		vips_error_buffer());
	g_object_get(target, "blob", &blob, NULL);
	data = vips_blob_get(blob, &size);
	fd = memory_file(data, size);
	vips_area_unref(VIPS_AREA(blob));
	g_object_unref(target);
	return fd;
}

const char *picture_suffix(enum format format)
{
	static const char *const suffixes[FORMAT_COUNT] = {
		[FORMAT_JPEG] = ".jpg[Q=95]",
		[FORMAT_WEBP] = ".webp[Q=95]",
		[FORMAT_AVIF] = ".avif[Q=90,effort=0]",
		[FORMAT_PNG] = ".png",
		[FORMAT_GIF] = ".gif",
		[FORMAT_TIFF] = ".tif",
	};

	return suffixes[format];
}

VipsImage *picture_load(int fd)
{
	size_t size;
	void *bytes = memory_bytes(fd, &size);
	VipsImage *image, *memory;

	/* Formats that hold one picture have no such option. */
	image = vips_image_new_from_buffer(bytes, size, "n=-1", NULL);
	if (!image)
		image = vips_image_new_from_buffer(bytes, size, "", NULL);
	ck_assert_msg(image, "%s", vips_error_buffer());
	memory = vips_image_copy_memory(image);
	ck_assert_msg(memory, "%s", vips_error_buffer());
	g_object_unref(image);
	free(bytes);
	return memory;
}

bool picture_is(int fd, enum format format)
{
	static const struct {
		size_t at;
		const char *bytes;
	} magics[FORMAT_COUNT] = {
		[FORMAT_JPEG] = { 0, "\xff\xd8\xff" },
		[FORMAT_WEBP] = { 8, "WEBPVP8" },
		[FORMAT_AVIF] = { 4, "ftypavif" },
		[FORMAT_JXL] = { 0, "\xff\x0a" },
		[FORMAT_PNG] = { 0, "\x89PNG\r\n\x1a\n" },
		[FORMAT_GIF] = { 0, "GIF8" },
		[FORMAT_TIFF] = { 0, "II*" },
	};
	/* JPEG XL comes bare, or in a container (libvips from 8.15 on): ISO 18181-2. */
	static const char jxl_container[] = "\0\0\0\x0cJXL \r\n\x87\x0a";
	const char *bytes = magics[format].bytes;
	char head[16];

	ck_assert_ptr_nonnull(bytes);
	if (format == FORMAT_JXL && pread(fd, head, 12, 0) == 12 &&
		memcmp(head, jxl_container, 12) == 0)
		return true;
	return pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	       memcmp(head + magics[format].at, bytes, strlen(bytes)) == 0;
}

void expect_pixel(VipsImage *image, int x, int y, int r, int g, int b, int tolerance)
{
	int want[3] = { r, g, b };
	VipsImage *srgb;
	double *pixel;
	int n;

	ck_assert_int_eq(vips_colourspace(image, &srgb, VIPS_INTERPRETATION_sRGB, NULL), 0);
	ck_assert_int_eq(vips_getpoint(srgb, &pixel, &n, x, y, NULL), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_msg(abs((int)pixel[i] - want[i]) <= tolerance,
			"(%d, %d) is %g %g %g instead of %d %d %d", x, y, pixel[0], pixel[1],
			pixel[2], r, g, b);
	g_free(pixel);
	g_object_unref(srgb);
}

void expect_quadrants(VipsImage *image, const char *names, int tolerance)
{
	for (int q = 0; q < 4; q++) {
		const int *c = colour_named(names[q]);

		expect_pixel(image, image->Xsize * (1 + q % 2 * 2) / 4,
			image->Ysize * (1 + q / 2 * 2) / 4, c[0], c[1], c[2], tolerance);
	}
}

int encode(struct rig *rig, const char *view, enum format source, int source_fd,
	struct encode_reply *ret)
{
	struct encode_request request = request_of(view, source);
	int output = memory_file("", 0);

	*ret = job_do(&rig->encoder, &request, source_fd, output);
	ck_assert_msg(ret->result == ENCODE_OK, "%s of %s: %s", view, format_info(source)->name,
		ret->reason);
	ck_assert_msg(picture_is(output, ret->format), "%s of %s: wrong magic", view,
		format_info(source)->name);
	ck_assert_int_eq(lseek(output, 0, SEEK_END), (off_t)ret->size_bytes);
	return output;
}

struct encode_reply encode_fails(struct rig *rig, const char *view, enum format source,
	int source_fd, enum encode_result result)
{
	struct encode_request request = request_of(view, source);
	int output = memory_file("", 0);
	struct encode_reply reply = job_do(&rig->encoder, &request, source_fd, output);

	ck_assert_msg(reply.result == result, "%s of %s: %u instead of %u: %s", view,
		format_info(source)->name, reply.result, result, reply.reason);
	ck_assert_uint_eq(reply.width, 0);
	close(output);
	return reply;
}
