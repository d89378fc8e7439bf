/* SPDX-License-Identifier: MIT
 *
 * Views by their names, separated by colons.
 */
#include "fixture.h"
#include "view/list.h"

START_TEST(views_keep_their_order_and_spelling)
{
	struct view_list list;
	char text[VIEW_TEXT_MAX];

	ck_assert_int_eq(view_list_parse("w800-webp.webp:q50:jpeg", NULL, &list, NULL), 0);
	ck_assert_uint_eq(list.n, 3);
	ck_assert_str_eq(list.items[0].text, "w800-webp.webp");
	view_print(&list.items[0].view, text);
	ck_assert_str_eq(text, "webp-w800");
	ck_assert_str_eq(list.items[1].text, "q50");
	ck_assert_str_eq(list.items[2].text, "jpeg");
	ck_assert(view_list_has(&list, "q50"));
	ck_assert(!view_list_has(&list, "w800-webp")); /* as it was spelled */
}
END_TEST

START_TEST(what_is_no_list_of_views_is_refused_with_a_reason)
{
	static const struct {
		const char *text, *reason;
	} want[] = {
		{ "", "empty" },
		{ ":", "empty" },
		{ "webp:", "empty" },
		{ ":webp", "empty" },
		{ "webp::png", "empty" },
		{ "webp:nonsense", "unknown token 'nonsense'" },
		{ "webp,png", "byte 0x2c: views are of a-z 0-9 . _ and -" },
		{ "webp-w20:png:w20.webp", "the same view twice" },
		{ "w1:w2:w3:w4:w5:w6:w7:w8:w9:w10:w11:w12:w13:w14:w15:w16:w17",
			"more views than can be listed" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		char reason[VIEW_REASON_MAX] = "";
		struct view_list list = { .n = 4711 };

		ck_assert_int_eq(
			view_list_parse(want[i].text, NULL, &list, reason), VIEW_E_NOT_A_VIEW);
		ck_assert_str_eq(reason, want[i].reason);
		ck_assert_uint_eq(list.n, 4711);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		views_keep_their_order_and_spelling,
		what_is_no_list_of_views_is_refused_with_a_reason,
	};

	return suite_run(&(struct suite_list){
		.name = "view_list",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
	});
}
