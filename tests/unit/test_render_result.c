/* SPDX-License-Identifier: MIT
 *
 * What an encoder says of its result besides size and bytes: the format that auto became, the
 * quality that a budget left, and refusals that only concern the view.
 */
#include "render_fixture.h"

START_TEST(format_of_auto_is_remembered)
{
	static const struct {
		const char *directive;
		enum format format;
	} cases[] = {
		{ "FAKE as=jpg", FORMAT_JPEG },
		{ "FAKE as=webp", FORMAT_WEBP },
		{ "FAKE as=avif", FORMAT_AVIF },
	};
	struct view view = view_of("auto");
	struct cache_entry entry;

	start(&(struct render_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct source *source = source_new_numbered(i, cases[i].directive);
		struct answer answer = ask_view(source, "auto");

		ck_assert_msg(answer.error == 0, "%s", answer.reason);
		ck_assert_int_eq(answer.entry.format, cases[i].format);
		ck_assert_int_eq(render_peek(render, &source->base.stamp, &view, &entry), 0);
		ck_assert_int_eq(entry.state, CACHE_PRESENT);
		ck_assert_int_eq(entry.format, cases[i].format);
	}
}
END_TEST

START_TEST(quality_is_remembered)
{
	struct source *source = source_new("photo", "");
	struct view view = view_of("webp-q33-max100k");
	struct cache_entry entry;

	start(&(struct render_options){ 0 });
	ck_assert_int_eq(ask_view(source, "webp-q33-max100k").error, 0);
	ck_assert_int_eq(render_peek(render, &source->base.stamp, &view, &entry), 0);
	ck_assert_int_eq(entry.quality, 33);
	ck_assert_int_eq(entry.format, FORMAT_WEBP);
}
END_TEST

START_TEST(lies_about_coding_are_never_served)
{
	static const struct {
		const char *directive, *view, *reason;
	} lies[] = {
		{ "FAKE lie-format", "webp", "said that it made tiff of a view of webp" },
		{ "FAKE lie-format", "auto", "said that it made tiff of a view of auto" },
		{ "FAKE as=png", "auto", "said that it made png of a view of auto" },
		{ "FAKE lie-quality", "webp-q40", "used a quality of 41" },
		{ "FAKE output=5000", "webp-max4000", "5000 bytes under a budget of 4000" },
	};

	start(&(struct render_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		struct source *source = source_new_numbered(i, lies[i].directive);
		struct answer answer = ask_view(source, lies[i].view);

		ck_assert_msg(answer.error == EIO, "%s: %d", lies[i].directive, answer.error);
		ck_assert_msg(strstr(answer.reason, lies[i].reason), "%s", answer.reason);
	}
	ck_assert_uint_eq(figures().lies, ARRAY_SIZE(lies));
}
END_TEST

/* As long as the bytes are the same: it is the view that cannot be. */
START_TEST(refused_views_are_remembered_for_long)
{
	static const struct {
		const char *directive;
		int error;
	} cases[] = { { "FAKE error=meaningless", EINVAL }, { "FAKE error=budget", EFBIG } };
	struct view view = view_of("webp-max4000");
	struct cache_entry entry;

	start(&(struct render_options){ 0 });
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct source *source = source_new_numbered(i, cases[i].directive);

		ck_assert_int_eq(ask_view(source, "webp-max4000").error, cases[i].error);
		ck_assert_int_eq(render_peek(render, &source->base.stamp, &view, &entry), 0);
		ck_assert_int_eq(entry.state, CACHE_FAILED);
		ck_assert_uint_gt(entry.expires_usec, now_real() + 3600 * USEC_PER_SEC);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		format_of_auto_is_remembered,
		quality_is_remembered,
		lies_about_coding_are_never_served,
		refused_views_are_remembered_for_long,
	};

	return suite_run(&(struct suite_list){
		"render_result", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
