/* SPDX-License-Identifier: MIT */
#include <sys/mman.h>

#include "fixture.h"
#include "source/sniff.h"

#define BYTES(text) (text), sizeof(text) - 1

static const struct {
	const char *bytes;
	size_t size;
	enum format format;
} cases[] = {
	{ BYTES("\xff\xd8\xff\xe0\0\x10JFIF"), FORMAT_JPEG },
	{ BYTES("\xff\xd8\xff\xdb"), FORMAT_JPEG },
	{ BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), FORMAT_PNG },
	{ BYTES("GIF87a"), FORMAT_GIF },
	{ BYTES("GIF89a"), FORMAT_GIF },
	{ BYTES("RIFF\x10\0\0\0WEBPVP8 "), FORMAT_WEBP },
	{ BYTES("II*\0\x08\0\0\0"), FORMAT_TIFF },
	{ BYTES("MM\0*\0\0\0\x08"), FORMAT_TIFF },
	{ BYTES("II+\0\x08\0\0\0"), FORMAT_TIFF },
	{ BYTES("MM\0+\0\x08\0\0"), FORMAT_TIFF },
	{ BYTES("\xff\x0a\x01"), FORMAT_JXL },
	{ BYTES("\0\0\0\x0cJXL \r\n\x87\x0a"), FORMAT_JXL },
	{ BYTES("\0\0\0\x1c"
		"ftypavif\0\0\0\0mif1avifmiaf"),
		FORMAT_AVIF },
	{ BYTES("\0\0\0\x1c"
		"ftypavis\0\0\0\0msf1avis    "),
		FORMAT_AVIF },
	{ BYTES("\0\0\0\x18"
		"ftypheic\0\0\0\0mif1heic"),
		FORMAT_HEIC },
	/* A generic major brand: the compatible ones tell, the first that is known. */
	{ BYTES("\0\0\0\x1c"
		"ftypmif1\0\0\0\0miafMA1Bavif"),
		FORMAT_AVIF },
	{ BYTES("\0\0\0\x18"
		"ftypmif1\0\0\0\0mif1heic"),
		FORMAT_HEIC },
	/* What is no picture of ours. */
	{ BYTES(""), FORMAT_NONE },
	{ BYTES("\xff\xd8"), FORMAT_NONE },
	{ BYTES("\x89PNG\r\n\x1a"), FORMAT_NONE },
	{ BYTES("RIFF\x10\0\0\0WAVEfmt "), FORMAT_NONE },
	{ BYTES("RIFX\x10\0\0\0WEBPVP8 "), FORMAT_NONE },
	{ BYTES("\0\0\0\x18"
		"ftypisom\0\0\0\0mp41avc1"),
		FORMAT_NONE },
	{ BYTES("\0\0\0\x18"
		"ftypqt  \0\0\0\0qt      "),
		FORMAT_NONE },
	{ BYTES("<svg xmlns='http://www.w3.org/2000/svg'/>"), FORMAT_NONE },
	{ BYTES("%PDF-1.7"), FORMAT_NONE },
	{ BYTES("photo.jpg"), FORMAT_NONE },
};

START_TEST(bytes_tell_the_format)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_msg(sniff_bytes((const uint8_t *)cases[i].bytes, cases[i].size) ==
				      cases[i].format,
			"case %zu", i);
}
END_TEST

/* In memory of just that size, so that a sanitizer sees one byte too many. */
START_TEST(no_beginning_of_a_picture_is_read_past_its_end)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t n = 0; n <= cases[i].size; n++) {
			_cleanup_free_ uint8_t *exact = malloc(n ? n : 1);
			enum format format;

			memcpy(exact, cases[i].bytes, n);
			format = sniff_bytes(exact, n);
			ck_assert(format == FORMAT_NONE || format == cases[i].format ||
				  n < cases[i].size);
		}
	}
}
END_TEST

START_TEST(brands_past_the_box_do_not_count)
{
	static const char bytes[] = "\0\0\0\x14"
				    "ftypmif1\0\0\0\0mif1avif";

	ck_assert_int_eq(sniff_bytes((const uint8_t *)bytes, sizeof(bytes) - 1), FORMAT_NONE);
}
END_TEST

START_TEST(descriptor_keeps_its_place)
{
	_cleanup_close_ int fd = memfd_create("test", MFD_CLOEXEC);
	enum format format = FORMAT_NONE;

	ck_assert_int_eq(fdio_write_full(fd, "GIF89a and more", 15), 0);
	lseek(fd, 5, SEEK_SET);
	ck_assert_int_eq(sniff_fd(fd, &format), 0);
	ck_assert_int_eq(format, FORMAT_GIF);
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 5);
}
END_TEST

START_TEST(what_cannot_be_read_is_an_error)
{
	_cleanup_close_ int fd = open("/", O_RDONLY | O_CLOEXEC);
	enum format format;

	ck_assert_int_eq(sniff_fd(fd, &format), -EISDIR);
	ck_assert_int_eq(sniff_fd(-1, &format), -EBADF);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		bytes_tell_the_format,
		no_beginning_of_a_picture_is_read_past_its_end,
		brands_past_the_box_do_not_count,
		descriptor_keeps_its_place,
		what_cannot_be_read_is_an_error,
	};

	return suite_run(
		&(struct suite_list){ "sniff", tests, ARRAY_SIZE(tests), NULL, NULL, CK_FORK });
}
