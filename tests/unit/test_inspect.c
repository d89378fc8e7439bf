/* SPDX-License-Identifier: MIT
 *
 * What real pictures say of themselves, as libvips writes them, and that no other bytes make
 * the reader leave its bounds: buffers are of just the size of what is in them, so that a
 * sanitizer sees one byte too many.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encoder_picture.h"
#include "fixture.h"
#include "picture/inspect.h"
#include "util/cleanup.h"

static const struct sample {
	const char *suffix;
	enum format format;
	int width, height;
} samples[] = {
	{ ".jpg", FORMAT_JPEG, 160, 120 },
	{ ".jpg[interlace]", FORMAT_JPEG, 33, 65 },
	{ ".jpg[strip]", FORMAT_JPEG, 1, 1 },
	{ ".png", FORMAT_PNG, 160, 121 },
	{ ".png[interlace]", FORMAT_PNG, 7, 300 },
	{ ".gif", FORMAT_GIF, 161, 120 },
	{ ".webp", FORMAT_WEBP, 160, 121 },
	{ ".webp[strip]", FORMAT_WEBP, 161, 33 },
	{ ".webp[lossless]", FORMAT_WEBP, 161, 120 },
	{ ".webp[lossless,strip]", FORMAT_WEBP, 300, 7 },
	{ ".avif[compression=av1,effort=0]", FORMAT_AVIF, 160, 120 },
	{ ".avif[compression=av1,effort=0]", FORMAT_AVIF, 161, 121 },
	{ ".avif[compression=av1,effort=0,strip]", FORMAT_AVIF, 17, 300 },
	{ ".jxl[effort=3]", FORMAT_JXL, 160, 120 },
	{ ".jxl[effort=3]", FORMAT_JXL, 161, 121 },
	{ ".jxl[effort=3]", FORMAT_JXL, 8, 8 },
	{ ".jxl[effort=3]", FORMAT_JXL, 320, 180 },
	{ ".jxl[effort=3]", FORMAT_JXL, 9, 600 },
	{ ".tif", FORMAT_TIFF, 160, 121 },
	{ ".tif[compression=deflate,predictor=horizontal]", FORMAT_TIFF, 301, 500 },
	{ ".tif[compression=jpeg,tile]", FORMAT_TIFF, 301, 300 },
	{ ".tif[bigtiff]", FORMAT_TIFF, 33, 400 },
};

/* All bytes of the sample, malloc'ed. */
static uint8_t *sample_bytes(const struct sample *sample, size_t *ret_size)
{
	VipsImage *image = picture_noise(sample->width, sample->height, 3);
	int fd = picture_file(image, sample->suffix);
	uint8_t *bytes = memory_bytes(fd, ret_size);

	close(fd);
	g_object_unref(image);
	return bytes;
}

START_TEST(pictures_tell_their_size_and_end)
{
	const struct sample *sample = &samples[_i];
	struct picture_facts facts, of_file;
	uint8_t *bytes;
	size_t size;
	int fd;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	bytes = sample_bytes(sample, &size);
	ck_assert_msg(picture_inspect(bytes, size, sample->format, &facts) == 0, "%s",
		sample->suffix);
	ck_assert_uint_eq(facts.width, (uint32_t)sample->width);
	ck_assert_uint_eq(facts.height, (uint32_t)sample->height);
	ck_assert_msg(facts.ends_well, "%s", sample->suffix);

	fd = memory_file(bytes, size);
	ck_assert_int_eq(picture_inspect_fd(fd, sample->format, &of_file), 0);
	ck_assert_int_eq(memcmp(&facts, &of_file, sizeof(facts)), 0);
	close(fd);
	for (unsigned f = 0; f < FORMAT_COUNT; f++) {
		bool heif = f == FORMAT_HEIC && sample->format == FORMAT_AVIF;

		if (f != sample->format && !heif)
			ck_assert_int_eq(picture_inspect(bytes, size, (enum format)f, &facts),
				PICTURE_E_UNREADABLE);
	}
	free(bytes);
}
END_TEST

START_TEST(animations_tell_the_size_of_a_frame)
{
	static const char *const suffixes[] = { ".gif", ".webp" };
	static const enum format formats[] = { FORMAT_GIF, FORMAT_WEBP };
	struct picture_facts facts;
	VipsImage *image;
	int fd;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	image = picture_noise(60, 3 * 41, 3);
	vips_image_set_int(image, VIPS_META_PAGE_HEIGHT, 41);
	fd = picture_file(image, suffixes[_i]);
	ck_assert_int_eq(picture_inspect_fd(fd, formats[_i], &facts), 0);
	ck_assert_uint_eq(facts.width, 60);
	ck_assert_uint_eq(facts.height, 41);
	ck_assert(facts.ends_well);
	close(fd);
	g_object_unref(image);
}
END_TEST

/* A bare JPEG XL codestream cannot tell, and in one of some thousand places a GIF has bytes that
 * could be its end. */
static bool could_be_whole(enum format format, const uint8_t *bytes, size_t size)
{
	if (format == FORMAT_GIF)
		return size > 2 && bytes[size - 2] == 0 && bytes[size - 1] == ';';
	return format == FORMAT_JXL && bytes[0] == 0xff;
}

/* Every length near both ends, and some in between: whoever reads on where a file was cut would
 * be seen. */
START_TEST(no_cut_picture_ends_well)
{
	const struct sample *sample = &samples[_i];
	size_t size, step;
	uint8_t *bytes;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	bytes = sample_bytes(sample, &size);
	for (size_t n = 0; n < size; n += step) {
		uint8_t *cut = malloc(n ? n : 1);
		struct picture_facts facts;
		int r;

		memcpy(cut, bytes, n);
		r = picture_inspect(cut, n, sample->format, &facts);
		ck_assert(r == 0 || r == PICTURE_E_UNREADABLE);
		if (r == 0 && !could_be_whole(sample->format, bytes, n))
			ck_assert_msg(!facts.ends_well, "%s cut to %zu of %zu bytes",
				sample->suffix, n, size);
		free(cut);
		step = n < 2000 || n + 2000 > size ? 1 : 97;
	}
	free(bytes);
}
END_TEST

/* xorshift64, Marsaglia 2003 */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

START_TEST(flipped_bits_do_no_harm)
{
	const struct sample *sample = &samples[_i];
	uint64_t random = 88172645463325252u + (uint64_t)_i;
	size_t size;
	uint8_t *bytes;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	bytes = sample_bytes(sample, &size);
	for (unsigned round = 0; round < 3000; round++) {
		/* Headers are in front, or at the end. */
		size_t span = size < 400 ? size : 400, n = 1 + next_random(&random) % 8;
		uint8_t *copy = malloc(size);
		struct picture_facts facts;
		int r;

		memcpy(copy, bytes, size);
		while (n-- > 0) {
			size_t at = next_random(&random) % span;

			at = next_random(&random) % 2 ? at : size - 1 - at;
			copy[at] ^= (uint8_t)(1u << next_random(&random) % 8);
		}
		r = picture_inspect(copy, size, sample->format, &facts);
		ck_assert(r == PICTURE_E_UNREADABLE ||
			  (r == 0 && facts.width > 0 && facts.height > 0));
		free(copy);
	}
	free(bytes);
}
END_TEST

/* --- What libvips does not write --------------------------------------------------------- */

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static const struct {
	enum format format;
	const uint8_t *bytes;
	size_t size;
	uint32_t width, height; /* 0: unreadable */
	bool ends_well;
} cases[] = {
	/* A fill byte, a marker without length, a thumbnail's header inside of a segment. */
	{ FORMAT_JPEG,
		BYTES("\xff\xd8\xff\xff\x01\xff\xe1\0\x0c\xff\xd8\xff\xc0\0\x04\0\x01\0\x02"
		      "\xff\xc2\0\x0b\x08\0\x10\0\x20\xff\xd9"),
		32, 16, true },
	/* The height comes behind the first scan. */
	{ FORMAT_JPEG, BYTES("\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\x20\xff\xd9"), 0, 0, false },
	{ FORMAT_JPEG, BYTES("\xff\xd8\xff\xda\0\x0b\x08\0\x10\0\x20\xff\xd9"), 0, 0, false },
	{ FORMAT_JPEG, BYTES("\xff\xd8\xff\xe0\0\x01\xff\xc0\0\x0b\x08\0\x10\0\x20"), 0, 0,
		false },
	{ FORMAT_GIF, BYTES("GIF87a\x20\0\x10\0\0\0\0\0;"), 32, 16, true },
	{ FORMAT_GIF, BYTES("GIF88a\x20\0\x10\0\0\0\0;"), 0, 0, false },
	/* No key frame, and another start code. */
	{ FORMAT_WEBP,
		BYTES("RIFF\x16\0\0\0WEBPVP8 \x0a\0\0\0\x01\0\0\x9d\x01\x2a\x20\0\x10\0"), 0, 0,
		false },
	{ FORMAT_WEBP,
		BYTES("RIFF\x16\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x20\x40\x10\0"), 32,
		16, true },
	{ FORMAT_WEBP,
		BYTES("RIFF\x18\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x20\x40\x10\0"), 32,
		16, false },
	{ FORMAT_WEBP,
		BYTES("RIFF\x16\0\0\0WEBPICCP\x0a\0\0\0\0\0\0\x9d\x01\x2a\x20\x40\x10\0"), 0, 0,
		false },
	/* Bytes in the other order. */
	{ FORMAT_TIFF,
		BYTES("MM\0*\0\0\0\x08\0\x04"
		      "\x01\0\0\x03\0\0\0\x01\0\x20\0\0\x01\x01\0\x04\0\0\0\x01\0\0\0\x10"
		      "\x01\x11\0\x04\0\0\0\x01\0\0\0\0\x01\x17\0\x04\0\0\0\x01\0\0\0\x3a"),
		32, 16, true },
	{ FORMAT_TIFF,
		BYTES("MM\0*\0\0\0\x08\0\x04"
		      "\x01\0\0\x03\0\0\0\x01\0\x20\0\0\x01\x01\0\x04\0\0\0\x01\0\0\0\x10"
		      "\x01\x11\0\x04\0\0\0\x01\0\0\0\x01\x01\x17\0\x04\0\0\0\x01\0\0\0\x3a"),
		32, 16, false },
	/* Square by ratio; turned by its orientation; the codestream in two boxes. */
	{ FORMAT_JXL, BYTES("\xff\x0a\x41\x02\0\0"), 8, 8, true },
	{ FORMAT_JXL, BYTES("\xff\x0a\xc1\x2d\0\0"), 8, 16, true },
	{ FORMAT_JXL, BYTES("\xff\x0a\xc0"), 0, 0, false },
	{ FORMAT_JXL,
		BYTES("\0\0\0\x0cJXL \r\n\x87\x0a\0\0\0\x14"
		      "ftypjxl \0\0\0\0jxl \0\0\0\x10jxlp\0\0\0\0\xff\x0a\x41\x02"
		      "\0\0\0\x0ejxlp\x80\0\0\x01\0\0"),
		8, 8, true },
	{ FORMAT_JXL,
		BYTES("\0\0\0\x0cJXL \r\n\x87\x0a\0\0\0\x14"
		      "ftypjxl \0\0\0\0jxl \0\0\0\x10jxlp\0\0\0\0\xff\x0a\x41\x02"),
		8, 8, false },
};

START_TEST(rare_but_good_headers_are_read_and_bad_ones_refused)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct picture_facts facts = { 0 };
		_cleanup_free_ uint8_t *exact = malloc(cases[i].size);
		int r;

		memcpy(exact, cases[i].bytes, cases[i].size);
		r = picture_inspect(exact, cases[i].size, cases[i].format, &facts);
		ck_assert_msg(r == (cases[i].width ? 0 : PICTURE_E_UNREADABLE), "case %zu", i);
		ck_assert_msg(facts.width == cases[i].width && facts.height == cases[i].height,
			"case %zu: %u x %u", i, facts.width, facts.height);
		ck_assert_msg(facts.ends_well == cases[i].ends_well, "case %zu", i);
	}
}
END_TEST

/* A box `type` with what follows in `out`: the caller fills in its length. */
static size_t put_box(uint8_t *out, size_t at, const char *type, const void *data, size_t size)
{
	size_t length = 8 + size;

	out[at] = out[at + 1] = 0;
	out[at + 2] = (uint8_t)(length >> 8);
	out[at + 3] = (uint8_t)length;
	memcpy(out + at + 4, type, 4);
	memcpy(out + at + 8, data, size);
	return at + length;
}

/* Two items of different size, the second the primary one; it is cut to 30 x 20 and turned. */
START_TEST(properties_of_the_primary_item_count)
{
	uint8_t ipco[256], iprp[300], meta[400], file[500];
	struct picture_facts facts;
	size_t n, m;

	n = put_box(ipco, 0, "ispe", "\0\0\0\0\0\0\0\x08\0\0\0\x09", 12);
	n = put_box(ipco, n, "ispe", "\0\0\0\0\0\0\0\x20\0\0\0\x18", 12);
	n = put_box(ipco, n, "clap",
		"\0\0\0\x3c\0\0\0\x02\0\0\0\x14\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x01",
		32);
	n = put_box(ipco, n, "irot", "\x01", 1);
	m = put_box(iprp, 0, "ipco", ipco, n);
	m = put_box(
		iprp, m, "ipma", "\0\0\0\0\0\0\0\x02\0\x01\x01\x01\0\x02\x03\x02\x83\x84", 18);
	meta[0] = meta[1] = meta[2] = meta[3] = 0;
	n = put_box(meta, 4, "pitm", "\0\0\0\0\0\x02", 6);
	n = put_box(meta, n, "iprp", iprp, m);
	m = put_box(file, 0, "ftyp", "avif\0\0\0\0mif1avif", 16);
	m = put_box(file, m, "meta", meta, n);
	m = put_box(file, m, "mdat", "data", 4);
	ck_assert_int_eq(picture_inspect(file, m, FORMAT_AVIF, &facts), 0);
	ck_assert_uint_eq(facts.width, 20);
	ck_assert_uint_eq(facts.height, 30);
	ck_assert(facts.ends_well);
	/* Another primary item: its own size, and nothing else. */
	file[24 + 8 + 4 + 8 + 5] = 1;
	ck_assert_int_eq(picture_inspect(file, m, FORMAT_AVIF, &facts), 0);
	ck_assert_uint_eq(facts.width, 8);
	ck_assert_uint_eq(facts.height, 9);
	file[24 + 8 + 4 + 8 + 5] = 7;
	ck_assert_int_eq(picture_inspect(file, m, FORMAT_AVIF, &facts), PICTURE_E_UNREADABLE);
}
END_TEST

/* References to references: sixteen thousand entries, each of the primary item, each with a
 * property at the end of a long list. */
START_TEST(file_of_references_only_is_given_up_soon)
{
	enum { SIZE = 1 << 20 };
	uint8_t *file = calloc(1, SIZE);
	struct picture_facts facts;

	for (size_t i = 0; i < SIZE; i += 8)
		memcpy(file + i, "\0\0\0\x08skip", 8);
	ck_assert_int_eq(
		picture_inspect(file, SIZE, FORMAT_AVIF, &facts), PICTURE_E_UNREADABLE);
	memcpy(file + 4, "ftyp", 4);
	ck_assert_int_eq(
		picture_inspect(file, SIZE, FORMAT_AVIF, &facts), PICTURE_E_UNREADABLE);
	memset(file, 0xff, SIZE);
	file[1] = 0xd8;
	ck_assert_int_eq(
		picture_inspect(file, SIZE, FORMAT_JPEG, &facts), PICTURE_E_UNREADABLE);
	free(file);
}
END_TEST

START_TEST(what_cannot_be_read_is_an_error)
{
	struct picture_facts facts;
	int folder = open("/", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(picture_inspect_fd(-1, FORMAT_PNG, &facts), -EBADF);
	ck_assert_int_lt(picture_inspect_fd(folder, FORMAT_PNG, &facts), 0);
	close(folder);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		rare_but_good_headers_are_read_and_bad_ones_refused,
		properties_of_the_primary_item_count,
		file_of_references_only_is_given_up_soon,
		what_cannot_be_read_is_an_error,
	};
	const struct suite_loop loops[] = {
		{ pictures_tell_their_size_and_end, 0, ARRAY_SIZE(samples) },
		{ animations_tell_the_size_of_a_frame, 0, 2 },
		{ no_cut_picture_ends_well, 0, ARRAY_SIZE(samples) },
		{ flipped_bits_do_no_harm, 0, ARRAY_SIZE(samples) },
	};

	return suite_run(&(struct suite_list){
		.name = "inspect",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
		.timeout_sec = 120,
	});
}
