/* SPDX-License-Identifier: MIT
 *
 * Which files are a picture and nothing but: what libvips writes when told to write nothing else
 * is, and none of the ways to say more.
 */
#include <stdlib.h>
#include <string.h>

#include "encode/encoder/bare.h"
#include "encoder_picture.h"
#include "fixture.h"

static const struct {
	enum format format;
	const char *suffix;
} plain[] = {
	{ FORMAT_JPEG, ".jpg[strip]" },
	{ FORMAT_JPEG, ".jpg[strip,interlace,Q=95]" },
	{ FORMAT_PNG, ".png[strip]" },
	{ FORMAT_PNG, ".png[strip,palette,interlace]" },
	{ FORMAT_GIF, ".gif[strip]" },
	{ FORMAT_WEBP, ".webp[lossless,strip]" },
	{ FORMAT_TIFF, ".tif[strip]" },
	{ FORMAT_TIFF, ".tif[compression=jpeg,tile,strip]" },
	{ FORMAT_AVIF, ".avif[effort=0,strip]" },
};

static const void *found(const void *bytes, size_t size, const char *text)
{
	const void *at = memmem(bytes, size, text, strlen(text));

	ck_assert_msg(at, "no %s", text);
	return at;
}

/* libvips 8.14 writes EXIF into each WebP, so one is taken apart: its one chunk of pixels. */
static int webp_bare(int fd)
{
	size_t size;
	uint8_t *bytes = memory_bytes(fd, &size);
	const uint8_t *chunk = found(bytes, size, "VP8L");
	uint32_t length;
	int out;

	memcpy(&length, chunk + 4, sizeof(length));
	length = 8 + length + (length & 1);
	memmove(bytes + 12, chunk, length);
	length += 4;
	memcpy(bytes + 4, &length, sizeof(length));
	out = memory_file(bytes, length + 8);
	free(bytes);
	return out;
}

static int plain_file(size_t i)
{
	VipsImage *image = picture_quadrants(64, 48);
	int fd = picture_file(image, plain[i].suffix);

	g_object_unref(image);
	return plain[i].format == FORMAT_WEBP ? webp_bare(fd) : fd;
}

START_TEST(what_says_nothing_else_is_bare)
{
	ck_assert_int_eq(VIPS_INIT("test"), 0);
	ck_assert_msg(bare_file(plain_file((size_t)_i), plain[_i].format, false), "%s",
		plain[_i].suffix);
}
END_TEST

/* Of another format, cut anywhere, with one byte more. What points to its parts (TIFF, AVIF) is
 * not followed: when cut, it could not have been decoded. */
START_TEST(what_is_not_whole_is_not_bare)
{
	enum format format = plain[_i].format;
	bool points = format == FORMAT_TIFF || format == FORMAT_AVIF;
	size_t size;
	char *bytes;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	bytes = memory_bytes(plain_file((size_t)_i), &size);
	for (size_t cut = 0; cut < size && !points; cut++) {
		int fd = memory_file(bytes, cut);

		ck_assert_msg(!bare_file(fd, format, false), "%s cut to %zu of %zu",
			plain[_i].suffix, cut, size);
		close(fd);
	}
	if (format != FORMAT_TIFF) {
		bytes[size] = 'X';
		ck_assert(!bare_file(memory_file(bytes, size + 1), format, false));
	}
	ck_assert(!bare_file(memory_file(bytes, size), FORMAT_HEIC, false));
	free(bytes);
}
END_TEST

/* Puts `part` in before `at`, from which on bytes are shifted. */
static int spliced(const char *bytes, size_t size, size_t at, const void *part, size_t n)
{
	char *out = malloc(size + n);
	int fd;

	memcpy(out, bytes, at);
	memcpy(out + at, part, n);
	memcpy(out + at + n, bytes + at, size - at);
	fd = memory_file(out, size + n);
	free(out);
	return fd;
}

#define PART(text) text, sizeof(text) - 1

START_TEST(parts_that_say_more_are_noticed)
{
	static const struct {
		size_t plain;
		const char *before; /* or at the end, less `back` */
		size_t back;
		const char *part;
		size_t size;
	} cases[] = {
		{ 0, "\xff\xdb", 0, PART("\xff\xfe\0\x06here") }, /* comment */
		{ 0, "\xff\xdb", 0,
			PART("\xff\xe1\0\x08"
			     "Exif\0\0") },
		{ 0, "\xff\xdb", 0,
			PART("\xff\xed\0\x06"
			     "IPTC") },
		{ 0, "\xff\xdb", 0,
			PART("\xff\xe2\0\x10"
			     "ICC_PROFILE\0\1\1") },
		{ 0, NULL, 2, PART("\xff\xfe\0\x06here") }, /* after the scan */
		{ 0, NULL, 0, PART("GPS 52.5 13.4") },      /* after the end */
		{ 2, "\0\0\0\0IEND", 0, PART("\0\0\0\4tEXthere1234") },
		{ 2, "\0\0\0\0IEND", 0, PART("\0\0\0\4eXIfhere1234") },
		{ 2, "\0\0\0\0IEND", 0, PART("\0\0\0\4tIMEhere1234") },
		{ 2, "\0\0\0\0IEND", 0, PART("\0\0\0\4prVthere1234") },
		{ 4, NULL, 1, PART("\x21\xfe\4here\0") }, /* comment */
		{ 4, NULL, 1, PART("\x21\xff\x0bXMP DataXMPhere\0") },
		{ 4, NULL, 1, PART("\x21\xff\x0bNETSCAPE2.0\3\1\0\0\4here\0") },
		{ 4, NULL, 1, PART("\x21\x01\4here\0") }, /* plain text */
		{ 8, NULL, 0,
			PART("\0\0\0\x0c"
			     "freehere") },
		{ 8, NULL, 0,
			PART("\0\0\0\x0c"
			     "udtahere") },
	};
	size_t at, size;
	char *bytes;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	bytes = memory_bytes(plain_file(cases[_i].plain), &size);
	at = size - cases[_i].back;
	if (cases[_i].before) {
		/* Zeros first: no string. */
		const char *mark =
			memmem(bytes, size, *cases[_i].before ? cases[_i].before : "IEND",
				*cases[_i].before ? strlen(cases[_i].before) : 4);

		ck_assert_ptr_nonnull(mark);
		at = (size_t)(mark - bytes) - (*cases[_i].before ? 0 : 4);
	}
	ck_assert(!bare_file(spliced(bytes, size, at, cases[_i].part, cases[_i].size),
		plain[cases[_i].plain].format, false));
	free(bytes);
}
END_TEST

START_TEST(webp_with_another_chunk_is_noticed)
{
	static const char *const chunks[] = { "EXIF\4\0\0\0here", "XMP \4\0\0\0here",
		"ICCP\4\0\0\0here", "abcd\4\0\0\0here" };
	size_t size;
	uint32_t length;
	char *bytes;
	int fd;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	bytes = memory_bytes(plain_file(5), &size);
	length = (uint32_t)(size + 12 - 8);
	memcpy(bytes + 4, &length, sizeof(length));
	fd = spliced(bytes, size, size, chunks[_i], 12);
	ck_assert(!bare_file(fd, FORMAT_WEBP, false));
	ck_assert_int_eq(bare_file(fd, FORMAT_WEBP, true), _i == 2);
	free(bytes);
}
END_TEST

/* As libvips writes it: EXIF by its own fields, in whatever place a format has for it. */
START_TEST(copyright_is_noticed_in_every_format)
{
	static const struct {
		enum format format;
		const char *suffix;
	} said[] = { { FORMAT_JPEG, ".jpg" }, { FORMAT_PNG, ".png" }, { FORMAT_WEBP, ".webp" },
		{ FORMAT_AVIF, ".avif[effort=0]" }, { FORMAT_TIFF, ".tif" } };
	VipsImage *image;
	int fd;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	vips_copy(picture_quadrants(64, 48), &image, NULL);
	vips_image_set_string(image, "exif-ifd0-Copyright", "(c) somebody");
	vips_image_set_blob_copy(image, VIPS_META_XMP_NAME, "<x>here</x>", 11);
	fd = picture_file(image, said[_i].suffix);
	ck_assert_msg(!bare_file(fd, said[_i].format, true), "%s", said[_i].suffix);
}
END_TEST

/* In a PNG of nothing else: libvips writes EXIF beside it from 8.15 on. */
START_TEST(profile_is_let_pass_only_when_told)
{
	static const char chunk[] = "\0\0\0\4iCCPhere1234";
	size_t size;
	char *bytes;
	int fd;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	bytes = memory_bytes(plain_file(2), &size);
	/* Behind the signature and IHDR. */
	fd = spliced(bytes, size, 33, chunk, sizeof(chunk) - 1);
	ck_assert(!bare_file(fd, FORMAT_PNG, false));
	ck_assert(bare_file(fd, FORMAT_PNG, true));
	free(bytes);
}
END_TEST

START_TEST(png_may_say_that_it_is_upright)
{
	/* One, upright, is let pass; six is a quarter turn. */
	char chunk[] = "\0\0\0\1orNT\1here";
	size_t size;
	char *bytes;
	int fd;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	bytes = memory_bytes(plain_file(2), &size);
	chunk[8] = _i == 0 ? 1 : 6;
	fd = spliced(bytes, size, 33, chunk, sizeof(chunk) - 1);
	ck_assert_int_eq(bare_file(fd, FORMAT_PNG, false), _i == 0);
	free(bytes);
}
END_TEST

START_TEST(animations_are_bare)
{
	VipsImage *image = picture_noise(40, 90, 3);
	int fd;

	ck_assert_int_eq(VIPS_INIT("test"), 0);
	vips_image_set_int(image, VIPS_META_PAGE_HEIGHT, 30);
	vips_image_set_int(image, "loop", _i);
	fd = picture_file(image, ".gif[strip]");
	ck_assert(bare_file(fd, FORMAT_GIF, false));
}
END_TEST

int main(void)
{
	const struct suite_loop loops[] = {
		{ what_says_nothing_else_is_bare, 0, ARRAY_SIZE(plain) },
		{ what_is_not_whole_is_not_bare, 0, ARRAY_SIZE(plain) },
		{ parts_that_say_more_are_noticed, 0, 16 },
		{ webp_with_another_chunk_is_noticed, 0, 4 },
		{ copyright_is_noticed_in_every_format, 0, 5 },
		{ profile_is_let_pass_only_when_told, 0, 1 },
		{ png_may_say_that_it_is_upright, 0, 2 },
		{ animations_are_bare, 0, 3 },
	};

	return suite_run(&(struct suite_list){
		.name = "bare",
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
		.fork = CK_FORK,
	});
}
