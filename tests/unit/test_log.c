/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fixture.h"
#include "util/log.h"

static const struct {
	const char *text, *quoted;
} cases[] = {
	{ "", "" },
	{ "holiday/photo 1.jpg@webp-q75", "holiday/photo 1.jpg@webp-q75" },
	{ "Ferien/Müller.jpg", "Ferien/Müller.jpg" },
	{ "a\nlensfs: forged", "a\\x0alensfs: forged" },
	{ "a\r\t\x1b[2Jb", "a\\x0d\\x09\\x1b[2Jb" },
	{ "it's", "it\\x27s" },
	{ "back\\slash", "back\\x5cslash" },
	{ "\x7f", "\\x7f" },
	{ "C1 \xc2\x9b is CSI", "C1 \\xc2\\x9b is CSI" },
	{ "Latin-1 gr\xfc\xdf", "Latin-1 gr\\xfc\\xdf" },
	{ "a raw \x9b", "a raw \\x9b" },
};

START_TEST(quote_escapes_what_could_forge_a_line)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_str_eq(LOG_QUOTE(cases[i].text), cases[i].quoted);
}
END_TEST

START_TEST(quote_leaves_no_control_character_of_any_byte)
{
	char text[256], out[1100];

	for (int c = 1; c < 256; c++)
		text[c - 1] = (char)c;
	text[255] = '\0';
	log_quote(out, sizeof(out), text);
	for (const unsigned char *p = (unsigned char *)out; *p; p++)
		ck_assert_msg(*p >= 0x20 && *p < 0x7f && *p != '\'', "byte %02x", *p);
	ck_assert_ptr_nonnull(strstr(out, "\\x01"));
	ck_assert_ptr_nonnull(strstr(out, "\\x1f"));
}
END_TEST

START_TEST(quote_cuts_between_letters)
{
	char out[16];

	/* Of a letter of three bytes there is never a part. */
	for (size_t size = 1; size < sizeof(out); size++)
		ck_assert_uint_eq(strlen(log_quote(out, size, "€€€€€")), (size - 1) / 3 * 3);
	for (size_t size = 1; size < sizeof(out); size++)
		ck_assert_uint_eq(strlen(log_visible(out, size, "€€€€€")), (size - 1) / 3 * 3);
}
END_TEST

START_TEST(quote_cuts_to_fit_and_never_within_an_escape)
{
	char out[64], text[100];

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t size = 1; size < sizeof(out); size++) {
		memset(out, '#', sizeof(out));
		ck_assert_ptr_eq(log_quote(out, size, text), out);
		ck_assert_uint_lt(strlen(out), size);
		ck_assert_uint_eq(strlen(out) % 4, 0);
		ck_assert_int_eq(out[size], '#');
	}
}
END_TEST

/* What a warning looks like on stderr, where $JOURNAL_STREAM names a file of this inode, counted
 * from stderr's. */
static const char *warning_with_stream(int other)
{
	static char text[256];
	char path[] = "/tmp/lensfs-log.XXXXXX", stream[64];
	int fd = mkstemp(path);
	struct stat st;
	ssize_t n;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(fstat(fd, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		(unsigned long long)st.st_ino + (unsigned long long)other);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init("lensfs", LOG_LEVEL_INFO);
	log_warning("%s", "it rains");
	n = pread(fd, text, sizeof(text) - 1, 0);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	unlink(path);
	close(fd);
	return text;
}

START_TEST(journal_is_told_the_level)
{
	ck_assert_str_eq(warning_with_stream(0), "<4>it rains\n");
}
END_TEST

START_TEST(stderr_that_is_not_the_journal_is_told_in_words)
{
	ck_assert_str_eq(warning_with_stream(1), "lensfs: warning: it rains\n");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		quote_escapes_what_could_forge_a_line,
		quote_leaves_no_control_character_of_any_byte,
		quote_cuts_between_letters,
		quote_cuts_to_fit_and_never_within_an_escape,
		journal_is_told_the_level,
		stderr_that_is_not_the_journal_is_told_in_words,
	};

	return suite_run(
		&(struct suite_list){ "log", tests, ARRAY_SIZE(tests), NULL, NULL, CK_FORK });
}
