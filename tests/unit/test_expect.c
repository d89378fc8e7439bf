/* SPDX-License-Identifier: MIT
 * How large a variant may become is said before it is encoded, and what is more than that costs a
 * second attempt and nothing else.
 */
#include "encode/estimate.h"
#include "render/expect.h"
#include "render_fixture.h"

/* A PNG's beginning: all that is read of it. */
static int png_of(uint32_t width, uint32_t height)
{
	uint8_t bytes[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H',
		'D', 'R', 0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0 };
	char path[300];
	int fd;

	for (unsigned i = 0; i < 4; i++) {
		bytes[16 + i] = (uint8_t)(width >> (24 - 8 * i));
		bytes[20 + i] = (uint8_t)(height >> (24 - 8 * i));
	}
	snprintf(path, sizeof(path), "%s/header.png", folder);
	file_write(path, bytes, sizeof(bytes));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static uint64_t expected(const char *text, uint32_t width, uint32_t height)
{
	_cleanup_close_ int fd = png_of(width, height);
	struct view named, view;

	ck_assert_int_eq(view_parse(text, strlen(text), NULL, &named, NULL), 0);
	ck_assert_int_eq(view_resolve(&named, FORMAT_PNG, &view, NULL), 0);
	return expect_bytes(fd, FORMAT_PNG, 40000, &view);
}

/* What noise of 1000 x 1000 was measured to take (encode/estimate.c). */
START_TEST(noise_does_not_take_more_than_is_expected)
{
	static const struct {
		const char *view;
		uint64_t bytes;
	} measured[] = {
		{ "jpeg-q80", 492689 },
		{ "jpeg-q90", 1336019 },
		{ "jpeg-q95", 1712608 },
		{ "jpeg-q100", 2603194 },
		{ "webp-q80", 530296 },
		{ "webp-q100", 950342 },
		{ "webp-lossless", 2792244 },
		{ "avif-q63-e0", 550653 },
		{ "avif-q90-e0", 1837487 },
		{ "avif-q100-e0", 2999983 },
		{ "jxl-q77-e3", 518335 },
		{ "jxl-q100-e3", 2206105 },
		{ "jxl-lossless-e3", 2871347 },
		{ "png", 2806168 },
		{ "gif", 1333571 },
		{ "tiff", 2806160 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(measured); i++)
		ck_assert_msg(expected(measured[i].view, 1000, 1000) >= measured[i].bytes, "%s",
			measured[i].view);
	/* And not so much more that a cache were emptied for it. */
	ck_assert_uint_le(expected("webp", 1000, 1000), 2 * 530296);
}
END_TEST

START_TEST(what_is_made_smaller_is_expected_to_be)
{
	ck_assert_uint_le(expected("webp-w100", 4000, 3000), 100 * 1024);
	/* It may have to be turned first. */
	ck_assert_uint_eq(expected("webp-w100", 4000, 2000), expected("webp-w100", 2000, 4000));
	ck_assert_uint_gt(expected("webp-w100", 2000, 4000), 64 * 1024 + 100 * 200 / 2);
	ck_assert_uint_gt(expected("webp", UINT32_MAX >> 1, UINT32_MAX >> 1), 0);
}
END_TEST

/* Never more is written than the budget, and of auto the first is no larger than any. */
START_TEST(searches_are_expected_to_take_what_they_keep)
{
	ck_assert_uint_eq(expected("webp-max20k", 4000, 3000), 20000);
	ck_assert_uint_le(expected("webp-q1-max100m", 100, 100), 100 * 1024);
	ck_assert_uint_ge(expected("auto", 1000, 1000), 550653);
	ck_assert_uint_le(expected("auto", 1000, 1000), 2 * 550653);
}
END_TEST

START_TEST(what_crop_trim_and_pad_make_is_expected)
{
	uint64_t whole = expected("webp", 4000, 3000);

	ck_assert_uint_le(expected("webp-crop10_20_100_100", 4000, 3000), 100 * 1024);
	ck_assert_uint_lt(expected("webp-crop4000_0_100_100", 4000, 3000), 100 * 1024);
	ck_assert_uint_eq(expected("webp-trim", 4000, 3000), whole);
	/* It may be a column of 3000. */
	ck_assert_uint_ge(expected("webp-trim-w100", 4000, 3000), 100 * 3000 / 2);
	ck_assert_uint_ge(expected("webp-w4000-h4000-pad", 40, 30), whole);
	ck_assert_uint_ge(expected("webp-w4000-up", 400, 300), whole);
}
END_TEST

/* Waiters are told before a job gives back what it has. */
static bool is_given_back(void)
{
	usec_t end = now_monotonic() + 5 * USEC_PER_SEC;
	struct cache_stats stats;

	do
		cache_stats(cache, &stats);
	while (stats.reserved_bytes > 0 && now_monotonic() < end);
	return stats.reserved_bytes == 0;
}

/* Which a frame header follows: then the size can be read. */
static struct source *source_new_sized(const char *name, const char *directives)
{
	static const uint8_t header[] = { 0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 10, 0, 10, 3, 1,
		0x11, 0, 2, 0x11, 0, 3, 0x11, 0, '\n' };
	struct source *source = source_new(name, "");
	uint8_t bytes[512];
	size_t n = strlen(directives);

	memcpy(bytes, header, sizeof(header));
	memcpy(bytes + sizeof(header), directives, n);
	file_write(source->path, bytes, sizeof(header) + n);
	source_look(source);
	return source;
}

START_TEST(what_is_larger_than_expected_is_made_once_more_and_kept)
{
	/* 10 x 10, so hardly more than 64 KiB are expected of it. */
	struct source *source = source_new_sized("photo", "FAKE output=200000");
	struct cache_stats stats;
	struct answer answer;

	start(&(struct render_options){ 0 });
	answer = ask(source);
	ck_assert_msg(answer.error == 0, "%s: %s", strerror(answer.error), answer.reason);
	ck_assert_uint_eq(answer.fd_size, 200000);
	cache_stats(cache, &stats);
	ck_assert_uint_eq(stats.bytes, 200000);
	ck_assert(is_given_back());
	ck_assert_uint_eq(figures().encode_failures, 0);
}
END_TEST

/* However it ends, what was promised is given back. */
START_TEST(failures_give_their_room_back)
{
	static const char *const directives[] = { "FAKE error=damaged", "FAKE crash",
		"FAKE error=output", "FAKE truncated", "FAKE lie-size", "FAKE error=nomemory",
		"FAKE empty" };

	start(&(struct render_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(directives); i++) {
		ck_assert_int_ne(ask(source_new_sized(directives[i], directives[i])).error, 0);
		ck_assert_msg(is_given_back(), "%s", directives[i]);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		noise_does_not_take_more_than_is_expected,
		what_is_made_smaller_is_expected_to_be,
		searches_are_expected_to_take_what_they_keep,
		what_crop_trim_and_pad_make_is_expected,
		what_is_larger_than_expected_is_made_once_more_and_kept,
		failures_give_their_room_back,
	};

	return suite_run(&(struct suite_list){
		"expect", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
