/* SPDX-License-Identifier: MIT
 *
 * The readers and writers of metadata, over sound and broken blocks. What programs see of it in
 * files is in tests/mount/metadata.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "encode/encoder/credit.h"
#include "encode/encoder/exif.h"
#include "encode/encoder/exif_tiff.h"
#include "encode/encoder/iptc.h"
#include "encode/encoder/xmp.h"
#include "fixture.h"

/* A block that owns exactly its bytes, so that a sanitizer sees what is read beyond them. */
static void *exactly(const void *bytes, size_t size)
{
	void *copy = malloc(size ? size : 1);

	memcpy(copy, bytes, size);
	return copy;
}

static void expect(struct credit *credit, const char *creator, const char *rights)
{
	ck_assert_pstr_eq(credit->creator, creator);
	ck_assert_pstr_eq(credit->rights, rights);
	credit_done(credit);
}

START_TEST(texts_become_one_clean_line_of_utf_8)
{
	char *field = NULL, *kept, *all = malloc(9001);

	credit_set(&field, "  \t\n ", 5);
	ck_assert_ptr_null(field);
	credit_set(&field, " J\xf6rg\r\nS. \0 behind", 18);
	ck_assert_str_eq(field, "J\xc3\xb6rg  S.");
	kept = field;
	credit_set(&field, "second", 6);
	ck_assert_ptr_eq(field, kept);
	g_free(field);

	field = NULL;
	for (int i = 0; i < 9000; i += 3)
		memcpy(all + i, "\xe2\x82\xac", 4);
	credit_set(&field, all, 9000);
	ck_assert(g_utf8_validate(field, -1, NULL));
	ck_assert_uint_eq(strlen(field), 4095); /* whole characters below 4096 */
	g_free(field);
	free(all);
}
END_TEST

START_TEST(exif_says_what_was_built)
{
	const struct credit credits[] = { { (char[]){ "J\xc3\xb6rg" },
						  (char[]){ "\xc2\xa9 me" } },
		{ NULL, (char[]){ "abc" } }, { (char[]){ "abcd" }, NULL } };
	struct credit credit = CREDIT_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(credits); i++) {
		size_t size;
		void *block = exif_build(&credits[i], &size);

		exif_credit(block, size, &credit);
		expect(&credit, credits[i].creator, credits[i].rights);
		exif_credit((char *)block + 6, size - 6, &credit);
		expect(&credit, credits[i].creator, credits[i].rights);
		g_free(block);
	}
}
END_TEST

/* One entry, a text of `n` bytes at 26. */
static size_t block_make(char block[64], bool big, int tag, const char *text, size_t n)
{
	static const char little[] = "II*\0\x08\0\0\0\x01\0..\x02\0.\0\0\0\x1a\0\0\0\0\0\0";
	static const char other[] = "MM\0*\0\0\0\x08\0\x01..\0\x02\0\0\0.\0\0\0\x1a\0\0\0";

	memset(block, 0, 64);
	memcpy(block, big ? other : little, sizeof(little));
	block[big ? 10 : 11] = (char)(tag >> 8);
	block[big ? 11 : 10] = (char)tag;
	block[big ? 17 : 14] = (char)n;
	memcpy(block + 26, text, n);
	return 26 + n;
}

START_TEST(exif_is_read_in_both_byte_orders_and_with_two_copyrights)
{
	struct credit credit = CREDIT_INIT;
	char block[64];

	for (int big = 0; big < 2; big++) {
		exif_credit(block, block_make(block, big, 0x013b, "Someone", 8), &credit);
		expect(&credit, "Someone", NULL);
		exif_credit(
			block, block_make(block, big, 0x8298, "Photo\0Editor", 13), &credit);
		expect(&credit, NULL, "Photo;Editor");
		exif_credit(block, block_make(block, big, 0x8298, " \0Editor", 9), &credit);
		expect(&credit, NULL, "Editor");
		/* Without its NUL, and one byte more than there is. */
		exif_credit(block, block_make(block, big, 0x8298, "12345", 5), &credit);
		expect(&credit, NULL, "12345");
		exif_credit(block, block_make(block, big, 0x8298, "12345", 5) - 1, &credit);
		expect(&credit, NULL, NULL);
	}
}
END_TEST

START_TEST(xmp_is_understood_as_people_write_it)
{
	static const struct {
		const char *packet, *creator, *rights;
	} cases[] = {
		{ "<x xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:rights><rdf:Alt>"
		  "<rdf:li xml:lang='x-default'> A &amp; B "
		  "</rdf:li><rdf:li>C</rdf:li></rdf:Alt>"
		  "</dc:rights><dc:creator><rdf:Seq><rdf:li>One</rdf:li> <rdf:li>Two</rdf:li>"
		  "</rdf:Seq></dc:creator></x>",
			"One; Two", "A & B" },
		{ "<?xpacket begin=''?><r xmlns:q='http://purl.org/dc/elements/1.1/' "
		  "q:rights='Mine' dc:creator='not Dublin Core'/>",
			NULL, "Mine" },
		{ "<r xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:rights><![CDATA[<me>]]>"
		  "</dc:rights><dc:creator>",
			NULL, "<me>" },
		{ "<dc:rights>no namespace</dc:rights>", NULL, NULL },
		{ "<!DOCTYPE x [<!ENTITY a 'b'>]><r "
		  "xmlns:dc='http://purl.org/dc/elements/1.1/'>"
		  "<dc:rights>&a;</dc:rights></r>",
			NULL, NULL },
		{ "", NULL, NULL },
	};
	struct credit credit = CREDIT_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		xmp_credit(cases[i].packet, strlen(cases[i].packet), &credit);
		expect(&credit, cases[i].creator, cases[i].rights);
	}
}
END_TEST

START_TEST(xmp_becomes_upright)
{
	char packet[] = "<x tiff:Orientation=\"6\"/><tiff:Orientation>8</tiff:Orientation>"
			"tiff:Orientation";

	xmp_normalise(packet, strlen(packet));
	ck_assert_str_eq(packet,
		"<x tiff:Orientation=\"1\"/><tiff:Orientation>1</tiff:Orientation>"
		"tiff:Orientation");
}
END_TEST

static const char resources[] = "Photoshop 3.0\0"
				"8BIM\x04\x25\0\0\0\0\0\x01!\0"
				"8BIM\x04\x04\x03odd\0\0\0\x15"
				"\x1c\x02\x50\0\x03Him\x1c\x02\x74\0\x03(c)\x1c\x02\x05\0\0";

START_TEST(iptc_is_found_bare_and_among_resources)
{
	struct credit credit = CREDIT_INIT;

	iptc_credit(resources, sizeof(resources) - 1, &credit);
	expect(&credit, "Him", "(c)");
	iptc_credit("\x1c\x02\x74\0\x02us", 7, &credit);
	expect(&credit, NULL, "us");
	iptc_credit("\x1c\x02\x74\0\x03us", 7, &credit);
	expect(&credit, NULL, NULL);
}
END_TEST

static int file_of(const void *bytes, size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
	return fd;
}

START_TEST(tiff_says_what_a_block_said)
{
	/* One entry, the width, and nothing behind it: an odd end. */
	static const char tiff[] =
		"II*\0\x08\0\0\0\x01\0\0\x01\x03\0\x01\0\0\0\x07\0\0\0\0\0\0\0.";
	struct credit both = { (char[]){ "creator" }, (char[]){ "me" } }, credit = CREDIT_INIT;
	int fd = file_of(tiff, sizeof(tiff) - 1);
	char head[8], entry[12];
	size_t size;
	void *block;

	ck_assert_ptr_null(exif_from_tiff(fd, &size));
	block = exif_build(&both, &size);
	ck_assert_int_eq(exif_into_tiff(block, size, fd), 0);
	g_free(block);
	block = exif_from_tiff(fd, &size);
	exif_credit(block, size, &credit);
	expect(&credit, both.creator, both.rights);
	g_free(block);

	/* Said again it is not there twice, and the width is as it was. */
	both.rights = (char[]){ "other" };
	block = exif_build(&both, &size);
	ck_assert_int_eq(exif_into_tiff(block, size, fd), 0);
	g_free(block);
	block = exif_from_tiff(fd, &size);
	exif_credit(block, size, &credit);
	expect(&credit, "creator", "me");
	g_free(block);
	ck_assert_int_eq(pread(fd, head, 8, 0), 8);
	ck_assert_int_eq(pread(fd, entry, 12, head[4] + 2), 12);
	ck_assert_int_eq(head[4] % 2, 0);
	ck_assert_mem_eq(entry, tiff + 10, 12);
	close(fd);
}
END_TEST

static void try_tiff(const void *bytes, size_t size)
{
	static const char tiff[] =
		"II*\0\x08\0\0\0\x01\0\0\x01\x03\0\x01\0\0\0\x07\0\0\0\0\0\0\0";
	int fd = file_of(bytes, size), other = file_of(tiff, sizeof(tiff) - 1);
	size_t said;

	g_free(exif_from_tiff(fd, &said));
	exif_into_tiff(bytes, size, other);
	exif_into_tiff(tiff, sizeof(tiff) - 1, fd);
	close(fd);
	close(other);
}

/* Whatever is done to a block, nothing is read or written beyond it. */
static void try_all(const void *bytes, size_t size)
{
	void *copy = exactly(bytes, size);
	struct credit credit = CREDIT_INIT;

	try_tiff(copy, size);
	exif_credit(copy, size, &credit);
	xmp_credit(copy, size, &credit);
	iptc_credit(copy, size, &credit);
	exif_normalise(copy, size, 3, 5, true);
	xmp_normalise(copy, size);
	credit_done(&credit);
	free(copy);
}

static void try_broken(const void *bytes, size_t size)
{
	uint8_t *copy = exactly(bytes, size);

	for (size_t n = 0; n <= size; n++)
		try_all(copy, n);
	for (size_t at = 0; at < size; at++) {
		uint8_t before = copy[at];

		for (int value = 0; value < 256; value += 5) {
			copy[at] = (uint8_t)value;
			try_all(copy, size);
		}
		copy[at] = before;
	}
	free(copy);
}

START_TEST(broken_blocks_do_no_harm)
{
	struct credit both = { (char[]){ "creator" }, (char[]){ "rights" } };
	static const char packet[] = "<r xmlns:dc='http://purl.org/dc/elements/1.1/' "
				     "tiff:Orientation='6'><dc:rights>me</dc:rights></r>";
	size_t size;
	char *block = exif_build(&both, &size), small[64];

	try_broken(block, size);
	try_broken(packet, strlen(packet));
	try_broken(resources, sizeof(resources) - 1);
	for (int big = 0; big < 2; big++)
		try_broken(small, block_make(small, big, 0x8769, "1234567890", 10));
	g_free(block);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		texts_become_one_clean_line_of_utf_8,
		exif_says_what_was_built,
		exif_is_read_in_both_byte_orders_and_with_two_copyrights,
		xmp_is_understood_as_people_write_it,
		xmp_becomes_upright,
		iptc_is_found_bare_and_among_resources,
		tiff_says_what_a_block_said,
		broken_blocks_do_no_harm,
	};

	return suite_run(&(struct suite_list){
		.name = "credit",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.fork = CK_FORK,
	});
}
