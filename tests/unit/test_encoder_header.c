/* SPDX-License-Identifier: MIT
 *
 * The stop at the header: what the real encoder tells of a picture, that a job can end there
 * without a trace, and that the limits it is given hold, for one job.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encoder_picture.h"
#include "fixture.h"
#include "util/sanitizer.h"

/* Of what is mapped in the encoder, in bytes. */
static uint64_t mapped_bytes(const struct rig *rig)
{
	unsigned long pages = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm", rig->encoder.pid);
	file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static struct encode_facts facts_of(
	struct rig *rig, const char *view, enum format format, int source_fd)
{
	struct encode_request request = request_of(view, format);
	struct encode_reply reply = { .reason = "the encoder ended" };
	struct encode_facts facts;
	int output = memory_file("", 0);

	job_send(&rig->encoder, &request, source_fd, output);
	ck_assert_msg(job_header(&rig->encoder, &request, &facts, &reply), "%s", reply.reason);
	job_drop(&rig->encoder, &request);
	close(output);
	return facts;
}

START_TEST(header_tells_what_memory_depends_on)
{
	VipsImage *turned, *frames;
	struct encode_facts facts;
	struct rig rig;
	int in;

	rig_start(&rig);
	in = picture_file(picture_quadrants(1600, 1200), ".jpg");
	facts = facts_of(&rig, "webp-w200", FORMAT_JPEG, in);
	ck_assert_uint_eq(facts.width, 1600);
	ck_assert_uint_eq(facts.height, 1200);
	ck_assert_uint_eq(facts.decoded_width, 400);
	ck_assert_uint_eq(facts.decoded_height, 300);
	ck_assert_uint_eq(facts.result_width, 200);
	ck_assert_uint_eq(facts.result_height, 150);
	ck_assert_uint_eq(facts.frames, 1);
	ck_assert_uint_eq(facts.bytes_pixel, 3);
	ck_assert(!facts.interlaced && !facts.turned && !facts.alpha);
	ck_assert_uint_eq(facts.source_bytes, (uint64_t)lseek(in, 0, SEEK_END));

	in = picture_file(picture_quadrants(160, 120), ".jpg[interlace]");
	ck_assert(facts_of(&rig, "webp", FORMAT_JPEG, in).interlaced);
	in = picture_file(picture_quadrants(160, 120), ".png[interlace]");
	ck_assert(facts_of(&rig, "webp", FORMAT_PNG, in).interlaced);
	in = picture_file(picture_noise(160, 120, 4), ".png");
	facts = facts_of(&rig, "webp", FORMAT_PNG, in);
	ck_assert(facts.alpha && !facts.interlaced);
	ck_assert_uint_eq(facts.bytes_pixel, 4);

	turned = picture_quadrants(160, 120);
	vips_image_set_int(turned, VIPS_META_ORIENTATION, 6);
	facts = facts_of(&rig, "webp-w60", FORMAT_JPEG, picture_file(turned, ".jpg"));
	ck_assert(facts.turned);
	ck_assert_uint_eq(facts.width, 160);
	ck_assert_uint_eq(facts.result_width, 60);
	ck_assert_uint_eq(facts.result_height, 80);

	in = picture_file(picture_quadrants(1600, 1200), ".jpg");
	facts = facts_of(&rig, "webp-crop0_0_1600_600-w100-h100-cover-rot90", FORMAT_JPEG, in);
	ck_assert(facts.turned && facts.reshaped && !facts.alpha);
	ck_assert_uint_eq(facts.scaled_width, 100);
	ck_assert_uint_eq(facts.scaled_height, 267);
	ck_assert_uint_eq(facts.result_height, 100);
	/* What trim leaves is anything; to see it all pixels are needed. */
	facts = facts_of(&rig, "webp-w100-trim", FORMAT_JPEG, in);
	ck_assert_uint_eq(facts.decoded_width, 1600);
	ck_assert_uint_eq(facts.result_width, 100);
	ck_assert_uint_eq(facts.result_height, 1200);
	facts = facts_of(&rig, "webp-w200-h200-pad", FORMAT_JPEG, in);
	ck_assert(facts.alpha && !facts.turned);
	ck_assert_uint_eq(facts.result_pixel, 4);
	ck_assert(!facts_of(&rig, "webp-w200-h200-pad-bgffffff", FORMAT_JPEG, in).alpha);
	ck_assert(!facts_of(&rig, "webp-grey", FORMAT_JPEG, in).reshaped);

	frames = picture_noise(40, 120, 3);
	vips_image_set_int(frames, VIPS_META_PAGE_HEIGHT, 40);
	in = picture_file(frames, ".gif");
	facts = facts_of(&rig, "webp", FORMAT_GIF, in);
	ck_assert_uint_eq(facts.frames, 3);
	ck_assert_uint_eq(facts.height, 40);
	ck_assert_uint_eq(facts_of(&rig, "webp-still", FORMAT_GIF, in).frames, 1);
	rig_stop(&rig);
}
END_TEST

START_TEST(dropped_job_leaves_nothing_behind)
{
	static const enum format formats[] = { FORMAT_JPEG, FORMAT_PNG, FORMAT_WEBP,
		FORMAT_AVIF, FORMAT_GIF, FORMAT_TIFF };
	struct encode_reply reply;
	char path[64], command[128];
	struct rig rig;

	rig_start(&rig);
	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
			int in = picture_file(
				picture_quadrants(80, 60), picture_suffix(formats[i]));

			facts_of(&rig, "png-w40", formats[i], in);
			close(in);
		}
	}
	close(encode(&rig, "webp", FORMAT_PNG, picture_file(picture_quadrants(80, 60), ".png"),
		&reply));
	snprintf(path, sizeof(path), "/proc/%d/fd", rig.encoder.pid);
	if (access(path, R_OK) == 0) {
		/* Standard ones, socket, and what libraries keep open for themselves. */
		snprintf(command, sizeof(command), "test $(ls %s | wc -l) -le 10", path);
		ck_assert_int_eq(system(command), 0);
	}
	rig_stop(&rig);
}
END_TEST

/* One that needs 300 MiB and may have 60; one without a limit, in the same encoder. */
START_TEST(memory_of_a_job_is_bounded_and_the_next_has_its_own)
{
	struct encode_request request = request_of("jxl-e3", FORMAT_JPEG);
	int in = picture_file(picture_noise(2400, 2000, 3), ".jpg");
	struct encode_facts facts;
	struct encode_reply reply;
	struct rig rig;

	rig_start(&rig);
	job_send(&rig.encoder, &request, in, memory_file("", 0));
	ck_assert(job_header(&rig.encoder, &request, &facts, &reply));
	job_go(&rig.encoder, &request, 1, mapped_bytes(&rig) + (60 << 20));
	/* A library that aborts for want of memory costs the encoder, which is as good. */
	if (job_receive(&rig.encoder, &reply)) {
		ck_assert_uint_ne(reply.result, ENCODE_OK);
		ck_assert_uint_lt(reply.maxrss_bytes, 150 << 20);
		close(encode(&rig, "webp-w800", FORMAT_JPEG, in, &reply));
		rig_stop(&rig);
	}
}
END_TEST

START_TEST(header_is_read_with_little_memory)
{
	VipsImage *frames = picture_noise(100, 100 * 300, 3);
	struct encode_request request = request_of("webp", FORMAT_GIF);
	struct encode_reply reply;
	struct rig rig;

	rig_start(&rig);
	vips_image_set_int(frames, VIPS_META_PAGE_HEIGHT, 100);
	request.max_frames = 1000;
	request.max_address_space = mapped_bytes(&rig) + (64 << 20);
	reply = job_do(
		&rig.encoder, &request, picture_file(frames, ".gif"), memory_file("", 0));
	ck_assert_msg(reply.result == ENCODE_OK, "%s", reply.reason);
	rig_stop(&rig);
}
END_TEST

/*
 * A GIF whose comment is larger than anything malloc takes from what is free: from 32 MiB on
 * (DEFAULT_MMAP_THRESHOLD_MAX, mallopt(3)) it maps. All of it is read before the first frame.
 */
static int gif_with_long_comment(void)
{
	static const uint8_t comment[] = { 0x21, 0xfe }, end[] = { 0x00, 0x3b };
	uint8_t block[256] = { 255 };
	int fd = picture_file(picture_quadrants(80, 60), ".gif");

	ck_assert_int_eq(lseek(fd, -1, SEEK_END) > 0, 1); /* before the trailer */
	ck_assert_int_eq(write(fd, comment, sizeof(comment)), sizeof(comment));
	for (int i = 0; i < 40 << 12; i++)
		ck_assert_int_eq(write(fd, block, sizeof(block)), sizeof(block));
	ck_assert_int_eq(write(fd, end, sizeof(end)), sizeof(end));
	return fd;
}

START_TEST(header_that_needs_more_than_it_may_is_refused)
{
	struct encode_request request = request_of("webp", FORMAT_GIF);
	int in = gif_with_long_comment();
	struct encode_reply reply;
	struct rig rig;

	rig_start(&rig);
	reply = job_do(&rig.encoder, &request, in, memory_file("", 0));
	ck_assert_msg(reply.result == ENCODE_OK, "%s", reply.reason);
	rig_stop(&rig);
	rig_start(&rig);
	request.max_address_space = 1;
	job_send(&rig.encoder, &request, in, memory_file("", 0));
	/* Refused, or a library that aborts. */
	if (job_receive(&rig.encoder, &reply)) {
		ck_assert_uint_eq(reply.result, ENCODE_TOO_LARGE);
		ck_assert_msg(strstr(reply.reason, "header"), "%s", reply.reason);
		rig_stop(&rig);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		header_tells_what_memory_depends_on,
		dropped_job_leaves_nothing_behind,
		memory_of_a_job_is_bounded_and_the_next_has_its_own,
		header_is_read_with_little_memory,
		header_that_needs_more_than_it_may_is_refused,
	};

	/* The limits are not in force under sanitizers. */
	return suite_run(&(struct suite_list){ "encoder_header", tests,
		ARRAY_SIZE(tests) - (SANITIZER_SHADOW ? 3 : 0), NULL, NULL, CK_FORK });
}
