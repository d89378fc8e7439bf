/* SPDX-License-Identifier: MIT
 *
 * Which names carry a view, and where it begins.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "util/cleanup.h"
#include "view/name.h"

START_TEST(names_with_a_view_split_at_the_last_at)
{
	static const struct {
		const char *name, *source, *view;
	} want[] = {
		{ "photo.jpg@webp-q75", "photo.jpg", "webp-q75" },
		{ "photo.jpg@webp-q75.webp", "photo.jpg", "webp-q75" },
		{ "photo.jpg@q75-w800.webp", "photo.jpg", "webp-q75-w800" },
		{ "photo.jpg@w800-avif.avif", "photo.jpg", "avif-w800" },
		{ "photo.jpg@jpg.jpeg", "photo.jpg", "jpeg" },
		{ "photo.jpg@w800", "photo.jpg", "w800" },
		{ "a@webp", "a", "webp" },
		{ "@webp", "", "webp" },
		{ "@w800.webp", "", "webp-w800" },
		{ "@@webp", "@", "webp" },
		{ "a@webp@q75", "a@webp", "q75" },
		{ "logo@2x.png@webp", "logo@2x.png", "webp" },
		{ "...@webp", "...", "webp" },
		{ ".a@webp", ".a", "webp" },
		{ "..a@webp", "..a", "webp" },
		{ "-@webp", "-", "webp" },
		{ "\xff\xfe\n'\"@webp", "\xff\xfe\n'\"", "webp" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		char text[VIEW_TEXT_MAX], reason[VIEW_REASON_MAX];
		struct view view;
		size_t len = 0;

		ck_assert_msg(name_split(want[i].name, NULL, &len, &view, reason) == 0,
			"'%s': %s", want[i].name, reason);
		ck_assert_uint_eq(len, strlen(want[i].source));
		ck_assert_mem_eq(want[i].name, want[i].source, len);
		view_print(&view, text);
		ck_assert_str_eq(text, want[i].view);
	}
}
END_TEST

START_TEST(names_that_mean_something_else_keep_meaning_it)
{
	static const struct {
		const char *name, *reason;
	} want[] = {
		{ "", "no '@' in the name" },
		{ "photo.jpg", "no '@' in the name" },
		{ "@", "empty" },
		{ "@eaDir", "upper case 'D': views are lower case" },
		{ ".@webp", "'.' and '..' have no views" },
		{ "..@webp", "'.' and '..' have no views" },
		{ ".@__thumb", "'.' and '..' have no views" },
		{ "photo.jpg@", "empty" },
		{ "photo.jpg@webp@", "empty" },
		{ "photo.jpg@.webp", "empty token: a '-' too many" },
		{ "photo.jpg@webp.png", "'.png' is no extension of webp" },
		{ "photo.jpg@webp.heic", "'.heic' can be read but not written" },
		{ "logo@2x.png", "unknown token '2x'" },
		{ "logo@3x", "unknown token '3x'" },
		{ "me@home.jpg", "unknown token 'home'" },
		{ "me@example.com", "unknown token 'example'" },
		{ "photo@WEBP", "upper case 'W': views are lower case" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		char reason[VIEW_REASON_MAX] = "";
		struct view view, before;
		size_t len = 4711;

		memset(&view, 0xa5, sizeof(view));
		before = view;
		ck_assert_int_eq(
			name_split(want[i].name, NULL, &len, &view, reason), VIEW_E_NOT_A_VIEW);
		ck_assert_str_eq(reason, want[i].reason);
		ck_assert_uint_eq(len, 4711);
		ck_assert_mem_eq(&view, &before, sizeof(view));
		ck_assert_int_eq(
			name_split(want[i].name, NULL, &len, &view, NULL), VIEW_E_NOT_A_VIEW);
	}
}
END_TEST

START_TEST(name_of_the_greatest_length_is_split)
{
	char name[NAME_MAX + 1];
	struct view view;
	size_t len = 0;

	memset(name, 'x', NAME_MAX);
	memcpy(name + NAME_MAX - 5, "@webp", 6);
	ck_assert_int_eq(name_split(name, NULL, &len, &view, NULL), 0);
	ck_assert_uint_eq(len, NAME_MAX - 5);
	ck_assert_int_eq(view.format, FORMAT_WEBP);
}
END_TEST

START_TEST(at_signs_everywhere_are_harmless)
{
	char name[NAME_MAX + 1];

	for (size_t n = 1; n <= NAME_MAX; n++) {
		struct view view;
		size_t len;

		memset(name, '@', n);
		name[n] = '\0';
		ck_assert_int_eq(name_split(name, NULL, &len, &view, NULL), VIEW_E_NOT_A_VIEW);
	}
	for (size_t i = 0; i < NAME_MAX - 4; i++) {
		struct view view;
		size_t len = 0;

		memset(name, '@', NAME_MAX);
		memcpy(name + i, "@png", 5);
		ck_assert_int_eq(name_split(name, NULL, &len, &view, NULL), 0);
		ck_assert_uint_eq(len, i);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		names_with_a_view_split_at_the_last_at,
		names_that_mean_something_else_keep_meaning_it,
		name_of_the_greatest_length_is_split,
		at_signs_everywhere_are_harmless,
	};

	return suite_run(&(struct suite_list){
		.name = "name",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
	});
}
