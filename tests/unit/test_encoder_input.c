/* SPDX-License-Identifier: MIT
 *
 * What the real encoder does with bad pictures, limits and outputs that fail, and that it is
 * afterwards as it was before. Further samples are taken from $LENSFS_MEDIA where it is set.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "encoder_picture.h"
#include "fixture.h"
#include "util/cleanup.h"

static const enum format sources[] = { FORMAT_JPEG, FORMAT_WEBP, FORMAT_AVIF, FORMAT_PNG,
	FORMAT_GIF, FORMAT_TIFF };

static void expect_still_works(struct rig *rig)
{
	struct encode_reply reply;
	int in = picture_file(picture_quadrants(80, 60), ".png");

	close(encode(rig, "webp", FORMAT_PNG, in, &reply));
	close(in);
}

START_TEST(truncated_picture_is_damaged)
{
	static const int percents[] = { 5, 40, 90 };
	enum format source = sources[_i];
	struct rig rig;
	size_t size;
	char *bytes;

	rig_start(&rig);
	bytes = memory_bytes(
		picture_file(picture_noise(300, 200, 3), picture_suffix(source)), &size);
	for (size_t i = 0; i < ARRAY_SIZE(percents); i++) {
		size_t cut = size * (size_t)percents[i] / 100;

		encode_fails(&rig, "webp", source, memory_file(bytes, cut), ENCODE_DAMAGED);
		encode_fails(&rig, "png-w40", source, memory_file(bytes, cut), ENCODE_DAMAGED);
	}
	free(bytes);
	expect_still_works(&rig);
	rig_stop(&rig);
}
END_TEST

/* Damaged is the answer; a library that aborts over it (libheif 1.19 does, of Debian 13) costs the
 * encoder, which is what encoders are for. */
static void damages_or_kills(struct rig *rig, enum format source, int source_fd)
{
	struct encode_request request = request_of("jpeg", source);
	int output = memory_file("", 0), fd;
	struct encode_reply reply;

	job_send(&rig->encoder, &request, source_fd, output);
	if (job_receive(&rig->encoder, &reply)) {
		ck_assert_uint_eq(reply.result, ENCODE_DAMAGED);
	} else {
		ck_assert_int_eq(source, FORMAT_AVIF);
		spawned_close(&rig->encoder);
		ck_assert_uint_eq(client_event(&rig->client, &fd).kind, ZYGOTE_EXITED);
		rig->encoder = client_spawn(&rig->client, 2);
	}
	close(output);
}

START_TEST(no_picture_is_damaged)
{
	static const char svg[] =
		"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
	static const char zeros[5000];
	char garbage[5000];
	struct rig rig;
	size_t size;
	char *bytes;

	rig_start(&rig);
	for (size_t i = 0; i < sizeof(garbage); i++)
		garbage[i] = (char)(i * 2654435761u >> 24);
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		enum format f = sources[i];

		encode_fails(&rig, "jpeg", f, memory_file("", 0), ENCODE_DAMAGED);
		encode_fails(&rig, "jpeg", f, memory_file(svg, sizeof(svg)), ENCODE_DAMAGED);
		encode_fails(
			&rig, "jpeg", f, memory_file(zeros, sizeof(zeros)), ENCODE_DAMAGED);
		/* The right magic, then garbage. */
		bytes = memory_bytes(
			picture_file(picture_quadrants(80, 60), picture_suffix(f)), &size);
		memcpy(garbage, bytes, 12);
		free(bytes);
		damages_or_kills(&rig, f, memory_file(garbage, sizeof(garbage)));
	}
	expect_still_works(&rig);
	rig_stop(&rig);
}
END_TEST

START_TEST(loader_is_the_named_one)
{
	struct rig rig;

	rig_start(&rig);
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		int in = picture_file(picture_quadrants(80, 60), picture_suffix(sources[i]));

		for (size_t k = 0; k < ARRAY_SIZE(sources); k++) {
			if (k != i)
				encode_fails(&rig, "jpeg", sources[k], in, ENCODE_DAMAGED);
		}
		close(in);
	}
	rig_stop(&rig);
}
END_TEST

START_TEST(flaw_that_every_viewer_forgives_passes)
{
	struct encode_reply reply;
	struct rig rig;
	VipsImage *image;
	size_t size;
	char *bytes;

	rig_start(&rig);
	/* libjpeg: "Corrupt JPEG data: 5 extraneous bytes before marker 0xd9" */
	bytes = memory_bytes(picture_file(picture_quadrants(80, 60), ".jpg[Q=95]"), &size);
	bytes = realloc(bytes, size + 105);
	ck_assert_ptr_nonnull(bytes);
	memset(bytes + size - 2, 0x11, 5);
	memcpy(bytes + size + 3, "\xff\xd9", 2);
	/* And what cameras and editors leave behind the end. */
	memset(bytes + size + 5, 0, 100);
	image = picture_load(
		encode(&rig, "png", FORMAT_JPEG, memory_file(bytes, size + 105), &reply));
	expect_quadrants(image, "rgbw", 16);
	free(bytes);
	rig_stop(&rig);
}
END_TEST

START_TEST(pixel_limit_is_read_from_the_header)
{
	struct encode_request request = request_of("jpeg-w10", FORMAT_PNG);
	struct encode_reply reply;
	struct rig rig;
	size_t size;
	char *bytes, *sof;

	rig_start(&rig);
	request.max_pixels = 4800;
	reply = job_do(&rig.encoder, &request, picture_file(picture_quadrants(80, 60), ".png"),
		memory_file("", 0));
	ck_assert_uint_eq(reply.result, ENCODE_OK);
	request.max_pixels = 4799;
	reply = job_do(&rig.encoder, &request, picture_file(picture_quadrants(80, 60), ".png"),
		memory_file("", 0));
	ck_assert_uint_eq(reply.result, ENCODE_TOO_LARGE);
	ck_assert_ptr_nonnull(strstr(reply.reason, "4799"));

	/* A small file that says it is huge. */
	bytes = memory_bytes(picture_file(picture_quadrants(80, 60), ".jpg"), &size);
	sof = memmem(bytes, size, "\xff\xc0", 2);
	ck_assert_ptr_nonnull(sof);
	memcpy(sof + 5, "\xf0\x00\xf0\x00", 4);
	reply = encode_fails(
		&rig, "webp", FORMAT_JPEG, memory_file(bytes, size), ENCODE_TOO_LARGE);
	ck_assert_uint_eq(reply.source_width, 0xf000);
	ck_assert_uint_lt(reply.maxrss_bytes, 100 << 20);
	ck_assert_uint_lt(reply.cpu_usec, 1000000);
	free(bytes);
	rig_stop(&rig);
}
END_TEST

START_TEST(frames_count_as_pixels)
{
	struct encode_request request = request_of("webp", FORMAT_GIF);
	VipsImage *frames[3], *all;
	struct encode_reply reply;
	struct rig rig;
	int in;

	rig_start(&rig);
	for (int i = 0; i < 3; i++)
		frames[i] = picture_noise(40, 40, 3);
	vips_arrayjoin(frames, &all, 3, "across", 1, NULL);
	vips_image_set_int(all, VIPS_META_PAGE_HEIGHT, 40);
	in = picture_file(all, ".gif");
	request.max_pixels = 40 * 40 * 2;
	reply = job_do(&rig.encoder, &request, in, memory_file("", 0));
	ck_assert_uint_eq(reply.result, ENCODE_TOO_LARGE);
	request.view = view_of("webp-still", FORMAT_GIF);
	reply = job_do(&rig.encoder, &request, in, memory_file("", 0));
	ck_assert_uint_eq(reply.result, ENCODE_OK);
	rig_stop(&rig);
}
END_TEST

START_TEST(limit_of_the_target_is_named)
{
	static const struct {
		const char *view, *name;
		int width;
	} cases[] = {
		{ "webp", "webp, 16383", 16384 },
		{ "avif", "avif, 16384", 16385 },
		{ "jpeg", "jpeg, 65500", 65501 },
		{ "gif", "gif, 65535", 65536 },
	};
	struct encode_reply reply;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(picture_quadrants(cases[_i].width, 2), ".png");
	reply = encode_fails(&rig, cases[_i].view, FORMAT_PNG, in, ENCODE_TOO_LARGE);
	ck_assert_ptr_nonnull(strstr(reply.reason, cases[_i].name));
	/* The limit itself is allowed. */
	in = picture_file(picture_quadrants(cases[_i].width - 1, 2), ".png");
	encode(&rig, cases[_i].view, FORMAT_PNG, in, &reply);
	rig_stop(&rig);
}
END_TEST

START_TEST(output_that_fails_is_told_with_its_errno)
{
	static const char *const views[] = { "jpeg", "webp", "avif", "jxl", "png", "gif",
		"tiff" };
	struct encode_request request = request_of(views[_i], FORMAT_PNG);
	struct encode_reply reply;
	struct rig rig;
	int in, full = open("/dev/full", O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(full, 0);
	rig_start(&rig);
	in = picture_file(picture_noise(200, 150, 3), ".png");
	reply = job_do(&rig.encoder, &request, in, full);
	ck_assert_uint_eq(reply.result, ENCODE_OUTPUT);
	ck_assert_int_eq(reply.error, ENOSPC);
	reply = job_do(&rig.encoder, &request, in, open("/dev/null", O_RDONLY | O_CLOEXEC));
	ck_assert_uint_eq(reply.result, ENCODE_OUTPUT);
	ck_assert_int_eq(reply.error, EBADF);
	expect_still_works(&rig);
	rig_stop(&rig);
}
END_TEST

START_TEST(request_that_is_not_resolved_is_refused)
{
	struct encode_request request, good = request_of("jpeg", FORMAT_PNG);
	struct encode_reply reply;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(picture_quadrants(80, 60), ".png");
	for (int i = 0; i < 9; i++) {
		request = good;
		switch (i) {
		case 0:
			request.view.quality = 0;
			break;
		case 1:
			request.view.quality = 101;
			break;
		case 2:
			request.view.format = FORMAT_NONE;
			break;
		case 3:
			request.view.format = FORMAT_HEIC;
			break;
		case 4:
			request.source_format = 9999;
			break;
		case 5:
			request.source_format = FORMAT_JXL;
			break;
		case 6:
			request.max_frames = 0;
			break;
		case 7:
			request.view.fit = VIEW_FIT_COVER;
			break;
		case 8:
			request.view = view_of("webp", FORMAT_PNG);
			request.view.effort = 9;
			break;
		}
		reply = job_do(&rig.encoder, &request, in, memory_file("", 0));
		ck_assert_msg(reply.result == ENCODE_UNSUPPORTED, "case %d", i);
	}
	expect_still_works(&rig);
	rig_stop(&rig);
}
END_TEST

static char *encode_bytes(struct rig *rig, const char *view, int in, size_t *ret_size)
{
	struct encode_reply reply;

	return memory_bytes(encode(rig, view, FORMAT_PNG, in, &reply), ret_size);
}

START_TEST(jobs_do_not_depend_on_earlier_ones)
{
	static const char *const views[] = { "jpeg-w50", "webp", "avif-w80", "jxl", "png",
		"gif", "tiff-w77" };
	char *first[ARRAY_SIZE(views)], *again;
	size_t sizes[ARRAY_SIZE(views)], size;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(picture_noise(120, 90, 3), ".png");
	for (size_t i = 0; i < ARRAY_SIZE(views); i++)
		first[i] = encode_bytes(&rig, views[i], in, &sizes[i]);
	encode_fails(&rig, "webp", FORMAT_JPEG, in, ENCODE_DAMAGED);
	spawned_close(&rig.encoder);
	rig.encoder = (struct spawned){ .sock = -1, .pidfd = -1 };
	client_event(&rig.client, &(int){ 0 });
	rig.encoder = client_spawn(&rig.client, 2);
	for (size_t i = ARRAY_SIZE(views); i-- > 0;) {
		for (int k = 0; k < 2; k++) {
			again = encode_bytes(&rig, views[i], in, &size);
			ck_assert_msg(size == sizes[i] && memcmp(again, first[i], size) == 0,
				"%s differs", views[i]);
			free(again);
		}
		free(first[i]);
	}
	rig_stop(&rig);
}
END_TEST

static int count_fds(pid_t pid)
{
	char path[64];
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

START_TEST(no_way_out_of_a_job_leaves_a_descriptor)
{
	struct encode_request bad = request_of("jpeg", FORMAT_PNG);
	struct encode_reply reply;
	struct rig rig;
	int in, before;

	rig_start(&rig);
	in = picture_file(picture_quadrants(80, 60), ".png");
	close(encode(&rig, "webp", FORMAT_PNG, in, &reply));
	before = count_fds(rig.encoder.pid);
	bad.view.quality = 0;
	for (int i = 0; i < 5; i++) {
		int full = open("/dev/full", O_RDWR | O_CLOEXEC);
		struct encode_request request = request_of("tiff-w20", FORMAT_PNG);

		close(encode(&rig, "avif-w40", FORMAT_PNG, in, &reply));
		encode_fails(&rig, "webp", FORMAT_GIF, in, ENCODE_DAMAGED);
		job_do(&rig.encoder, &request, in, full);
		job_do(&rig.encoder, &bad, in, full);
		request.max_pixels = 1;
		job_do(&rig.encoder, &request, in, full);
		close(full);
	}
	ck_assert_int_eq(count_fds(rig.encoder.pid), before);
	rig_stop(&rig);
}
END_TEST

/* The samples of the libvips test suite, each for the defect that its name tells. */
START_TEST(known_samples)
{
	static const struct {
		const char *name;
		enum format source;
		enum encode_result result;
		uint32_t width, height; /* upright */
	} samples[] = {
		{ "truncated.jpg", FORMAT_JPEG, ENCODE_DAMAGED },
		{ "truncated.gif", FORMAT_GIF, ENCODE_DAMAGED },
		{ "invalid_multiframe.gif", FORMAT_GIF, ENCODE_DAMAGED },
		{ "17000x17000.avif", FORMAT_AVIF, ENCODE_TOO_LARGE },
		{ "truncated.svgz", FORMAT_PNG, ENCODE_DAMAGED },
		{ "logo.svg", FORMAT_JPEG, ENCODE_DAMAGED },
		{ "favicon.ico", FORMAT_TIFF, ENCODE_DAMAGED },
		{ "sample.jpg", FORMAT_JPEG, ENCODE_OK, 290, 442 },
		{ "sample-xyb.jpg", FORMAT_JPEG, ENCODE_OK, 290, 442 },
		{ "ultra-hdr.jpg", FORMAT_JPEG, ENCODE_OK, 3840, 2160 },
		{ "sample.png", FORMAT_PNG, ENCODE_OK, 290, 442 },
		{ "1bit.tif", FORMAT_TIFF, ENCODE_OK, 256, 4 },
		{ "avif-orientation-6.avif", FORMAT_AVIF, ENCODE_OK, 3024, 4032 },
		{ "looks-like-svg.webp", FORMAT_WEBP, ENCODE_OK, 256, 256 },
		{ "rotation/6.jpg", FORMAT_JPEG, ENCODE_OK, 231, 308 },
		{ "cogs.gif", FORMAT_GIF, ENCODE_OK, 85, 77 },
	};
	const char *folder = getenv("LENSFS_MEDIA");
	struct encode_reply reply;
	struct rig rig;
	char path[4096];
	int in;

	if (!folder)
		return;
	rig_start(&rig);
	snprintf(path, sizeof(path), "%s/%s", folder, samples[_i].name);
	in = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_msg(in >= 0, "%s", path);
	if (samples[_i].result == ENCODE_OK) {
		encode(&rig, "webp-w100", samples[_i].source, in, &reply);
		ck_assert_uint_eq(reply.source_width, samples[_i].width);
		ck_assert_uint_eq(reply.source_height, samples[_i].height);
	} else {
		encode_fails(&rig, "webp-w100", samples[_i].source, in, samples[_i].result);
	}
	expect_still_works(&rig);
	rig_stop(&rig);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		no_picture_is_damaged,
		loader_is_the_named_one,
		flaw_that_every_viewer_forgives_passes,
		pixel_limit_is_read_from_the_header,
		frames_count_as_pixels,
		request_that_is_not_resolved_is_refused,
		jobs_do_not_depend_on_earlier_ones,
		no_way_out_of_a_job_leaves_a_descriptor,
	};
	const struct suite_loop loops[] = {
		{ truncated_picture_is_damaged, 0, ARRAY_SIZE(sources) },
		{ limit_of_the_target_is_named, 0, 4 },
		{ output_that_fails_is_told_with_its_errno, 0, 7 },
		{ known_samples, 0, 16 },
	};

	return suite_run(&(struct suite_list){
		.name = "encoder input",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
