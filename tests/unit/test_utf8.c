/* SPDX-License-Identifier: MIT */
#include "fixture.h"
#include "util/utf8.h"

/* RFC 3629, and the edges of each row of its section 4. */
static const struct {
	const char *text, *copy;
} cases[] = {
	{ "", "" }, { "plain", "plain" }, { "\xc2\x80 \xdf\xbf", "\xc2\x80 \xdf\xbf" },
	{ "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80", "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80" },
	{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
	{ "gr\xfc\xdf", "gr??" },       /* Latin-1 */
	{ "\xc3", "?" },                /* cut */
	{ "\xe2\x82", "??" },           /* cut */
	{ "\xf0\x9f\x98", "???" },      /* cut */
	{ "\xe2\x82z", "??z" },         /* cut by another */
	{ "\xc0\xaf", "??" },           /* overlong */
	{ "\xe0\x9f\xbf", "???" },      /* overlong */
	{ "\xf0\x8f\xbf\xbf", "????" }, /* overlong */
	{ "\xed\xa0\x80", "???" },      /* surrogate */
	{ "\xf4\x90\x80\x80", "????" }, /* beyond U+10FFFF */
	{ "\x80\xbf", "??" },           /* continuations of nothing */
};

START_TEST(what_is_no_utf8_is_a_question_mark)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *copy = utf8_copy(cases[i].text);

		ck_assert_str_eq(copy, cases[i].copy);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { what_is_no_utf8_is_a_question_mark };

	return suite_run(
		&(struct suite_list){ "utf8", tests, ARRAY_SIZE(tests), NULL, NULL, CK_FORK });
}
