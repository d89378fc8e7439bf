/* SPDX-License-Identifier: MIT */
#include <check.h>

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
		ck_assert_msg(*p >= 0x20 && *p != 0x7f && *p != '\'', "byte %02x", *p);
	ck_assert_ptr_nonnull(strstr(out, "\\x01"));
	ck_assert_ptr_nonnull(strstr(out, "\\x1f"));
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

int main(void)
{
	const TTest *const tests[] = {
		quote_escapes_what_could_forge_a_line,
		quote_leaves_no_control_character_of_any_byte,
		quote_cuts_to_fit_and_never_within_an_escape,
	};

	return suite_run(
		&(struct suite_list){ "log", tests, ARRAY_SIZE(tests), NULL, NULL, CK_FORK });
}
