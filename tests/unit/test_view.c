/* SPDX-License-Identifier: MIT
 *
 * The grammar of views, by example; test_view_properties.c goes through the combinations.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "util/cleanup.h"
#include "view/view.h"

static struct view parsed(const char *text)
{
	char reason[VIEW_REASON_MAX] = "";
	struct view view = { 0 };

	ck_assert_msg(view_parse(text, strlen(text), NULL, &view, reason) == 0, "'%s': %s",
		text, reason);
	return view;
}

static struct view resolved(const char *text, enum format source)
{
	char reason[VIEW_REASON_MAX] = "";
	struct view view = parsed(text);

	ck_assert_msg(
		view_resolve(&view, source, &view, reason) == 0, "'%s': %s", text, reason);
	return view;
}

static const char *printed(const struct view *view)
{
	static char text[VIEW_TEXT_MAX];

	ck_assert_uint_eq(view_print(view, text), strlen(text));
	return text;
}

START_TEST(view_prints_its_canonical_text)
{
	static const char *const want[][2] = {
		{ "webp-q75", "webp-q75" },
		{ "q75-webp", "webp-q75" },
		{ "w800-avif", "avif-w800" },
		{ "w800-avif.avif", "avif-w800" },
		{ "jpg", "jpeg" },
		{ "jpg.jpeg", "jpeg" },
		{ "jpeg.jpe", "jpeg" },
		{ "q75-w800.webp", "webp-q75-w800" },
		{ "w1.jpg", "jpeg-w1" },
		{ "tiff.tif", "tiff" },
		{ "q1", "q1" },
		{ "q100", "q100" },
		{ "e0", "e0" },
		{ "e9-webp", "webp-e9" },
		{ "w65535-h1", "w65535-h1" },
		{ "fit-w800", "w800" },
		{ "h600-fit-w800", "w800-h600" },
		{ "cover-h600-w800", "w800-h600-cover" },
		{ "still-cover-h9-w8-prog-q4.jpg", "jpeg-q4-prog-w8-h9-cover-still" },
		{ "still-cover-h9-w8-prog-e5.png", "png-e5-prog-w8-h9-cover-still" },
		{ "still-w8-e5-lossless-jxl", "jxl-lossless-e5-w8-still" },
		{ "jpeg-still", "jpeg-still" },
		{ "still", "still" },
		{ "prog-q50-jpg", "jpeg-q50-prog" },
		{ "p1", "still" },
		{ "p12.png", "png-p12" },
		{ "anim-webp", "webp" },
		{ "x2-w400", "w800" },
		{ "x1-w400", "w400" },
		{ "w400-h300-x3-cover-smart", "w1200-h900-cover-smart" },
		{ "centre-cover-h9-w8", "w8-h9-cover" },
		{ "northwest-up-pad-w8-h9-bg00ff7f.webp",
			"webp-w8-h9-pad-up-northwest-bg00ff7f" },
		{ "fill-h9-w8", "w8-h9-fill" },
		{ "up-w8", "w8-up" },
		{ "bg000000", "bg000000" },
		{ "sharpen-blur3-grey-flop-flip-rot270-trim-crop10_20_300_200",
			"crop10_20_300_200-trim-flip-flop-rot270-blur3-sharpen-grey" },
		{ "crop0_0_1_1", "crop0_0_1_1" },
		{ "icc-meta", "meta-icc" },
		{ "max100000-q90.jpg", "jpeg-q90-max100k" },
		{ "444-jpeg", "jpeg-444" },
		{ "aq0-webp-q5", "webp-q5-aq0" },
		{ "keepname-webp", "webp-keepname" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		struct view view = parsed(want[i][0]);

		ck_assert_str_eq(printed(&view), want[i][1]);
	}
}
END_TEST

START_TEST(what_is_no_view_is_refused_with_its_reason)
{
#define RANGE(token, letter, range)                                                            \
	"'" token "': " letter " takes a number from " range ", without leading zeros"
	static const char *const want[][2] = {
		{ "", "empty" },
		{ "-", "empty token: a '-' too many" },
		{ "-webp", "empty token: a '-' too many" },
		{ "webp-", "empty token: a '-' too many" },
		{ "webp--q75", "empty token: a '-' too many" },
		{ "webp-.webp", "empty token: a '-' too many" },
		{ ".webp", "empty token: a '-' too many" },
		{ "2x.png", "unknown token '2x'" },
		{ "webp_q75", "unknown token 'webp_q75'" },
		{ "wepb-q75", "unknown token 'wepb'; did you mean 'webp'?" },
		{ "w800-center", "unknown token 'center'; did you mean 'centre'?" },
		{ "upward", "unknown token 'upward'" },
		{ "tif", "unknown token 'tif': the format is called 'tiff'" },
		{ "heic", "'heic' can be read but not written" },
		{ "Webp", "upper case 'W': views are lower case" },
		{ "webp.WEBP", "upper case 'W': views are lower case" },
		{ "webp q75", "byte 0x20: views are of a-z 0-9 . _ and -" },
		{ "webp/q75", "byte 0x2f: views are of a-z 0-9 . _ and -" },
		{ "webp+q75", "byte 0x2b: views are of a-z 0-9 . _ and -" },
		{ "w\xc3\xa9", "byte 0xc3: views are of a-z 0-9 . _ and -" },
		{ "webp\xff", "byte 0xff: views are of a-z 0-9 . _ and -" },
		{ "webp\n", "byte 0x0a: views are of a-z 0-9 . _ and -" },
		{ "q", RANGE("q", "q", "1 to 100") },
		{ "q0", RANGE("q0", "q", "1 to 100") },
		{ "q00", RANGE("q00", "q", "1 to 100") },
		{ "q075", RANGE("q075", "q", "1 to 100") },
		{ "q101", RANGE("q101", "q", "1 to 100") },
		{ "q7x", RANGE("q7x", "q", "1 to 100") },
		{ "q4294967371", RANGE("q4294967371", "q", "1 to 100") }, /* 2^32 + 75 */
		{ "q18446744073709551691", RANGE("q18446744073709551691", "q", "1 to 100") },
		{ "e10", RANGE("e10", "e", "0 to 9") },
		{ "e00", RANGE("e00", "e", "0 to 9") },
		{ "e04", RANGE("e04", "e", "0 to 9") },
		{ "w0", RANGE("w0", "w", "1 to 65535") },
		{ "w65536", RANGE("w65536", "w", "1 to 65535") },
		{ "w800px", RANGE("w800px", "w", "1 to 65535") },
		{ "w4294967296", RANGE("w4294967296", "w", "1 to 65535") },
		{ "h0", RANGE("h0", "h", "1 to 65535") },
		{ "h99999999999999999999999999",
			RANGE("h99999999999999999999999999", "h", "1 to 65535") },
		{ "webp-webp", "'webp': a second 'webp'" },
		{ "jpeg-jpg", "'jpeg' and 'jpg' exclude each other" },
		{ "webp-png", "'webp' and 'png' exclude each other" },
		{ "q75-q75", "'q75': a second 'q'" },
		{ "q75-webp-q80", "'q80': a second 'q'" },
		{ "w1-w2", "'w2': a second 'w'" },
		{ "w8-fit-fit", "'fit': a second 'fit'" },
		{ "w8-h8-fit-cover", "'fit' and 'cover' exclude each other" },
		{ "still-still", "'still': a second 'still'" },
		{ "lossless-q80", "'q' and 'lossless' exclude each other" },
		{ "webp-q80-lossless", "'q' and 'lossless' exclude each other" },
		{ "fit", "'fit' needs a width or a height" },
		{ "webp-fit", "'fit' needs a width or a height" },
		{ "cover", "'cover' needs both a width and a height" },
		{ "cover-w8", "'cover' needs both a width and a height" },
		{ "h8-cover", "'cover' needs both a width and a height" },
		{ "png-q80", "'q' has no meaning for png" },
		{ "q80.png", "'q' has no meaning for png" },
		{ "gif-q80", "'q' has no meaning for gif" },
		{ "tiff-e1", "'e' has no meaning for tiff" },
		{ "jpeg-e1", "'e' has no meaning for jpeg" },
		{ "jpeg-lossless", "'lossless' has no meaning for jpeg" },
		{ "lossless.jpg", "'lossless' has no meaning for jpeg" },
		{ "png-lossless", "'lossless' has no meaning for png" },
		{ "webp-prog", "'prog' has no meaning for webp" },
		{ "prog.avif", "'prog' has no meaning for avif" },
		{ "jxl-prog", "'prog' has no meaning for jxl" },
		{ "aq101", RANGE("aq101", "aq", "0 to 100") },
		{ "p0", RANGE("p0", "p", "1 to 65535") },
		{ "x2", "'x2' needs a width or a height" },
		{ "w8-x0", RANGE("x0", "x", "1 to 8") },
		{ "w8-x9", RANGE("x9", "x", "1 to 8") },
		{ "w40000-x2", "'x2' makes a side of more than 65535 pixels" },
		{ "up", "'up' needs a width or a height" },
		{ "pad-w8", "'pad' needs both a width and a height" },
		{ "fill-h8", "'fill' needs both a width and a height" },
		{ "pad-fill-w8-h8", "'pad' and 'fill' exclude each other" },
		{ "north", "'north' needs 'cover' or 'pad'" },
		{ "w8-h8-fill-north", "'north' needs 'cover' or 'pad'" },
		{ "w8-h8-pad-smart", "'smart' needs 'cover'" },
		{ "w8-h8-entropy", "'entropy' needs 'cover'" },
		{ "w8-h8-cover-north-south", "'north' and 'south' exclude each other" },
		{ "rot45", "unknown token 'rot45'; did you mean 'rot90'?" },
		{ "rot90-rot180", "'rot90' and 'rot180' exclude each other" },
		{ "blur0", RANGE("blur0", "blur", "1 to 100") },
		{ "bgfff", "'bgfff': bg takes six digits of 0-9 and a-f, RRGGBB" },
		{ "bg12345g", "'bg12345g': bg takes six digits of 0-9 and a-f, RRGGBB" },
		{ "bgx", "unknown token 'bgx'" },
		{ "crop1_2_3", "'crop1_2_3': crop takes LEFT_TOP_WIDTH_HEIGHT in pixels up to "
			       "1000000, without leading zeros" },
		{ "crop1_2_0_4", "'crop1_2_0_4': crop takes LEFT_TOP_WIDTH_HEIGHT in pixels up "
				 "to 1000000, without leading zeros" },
		{ "crop1_2_3_4_5",
			"'crop1_2_3_4_5': crop takes LEFT_TOP_WIDTH_HEIGHT in pixels "
			"up to 1000000, without leading zeros" },
		{ "max5", "'max5': max takes bytes from 1k to 1000m, without leading zeros" },
		{ "max5k-lossless", "'max' and 'lossless' exclude each other" },
		{ "max5k.png", "'max' has no meaning for png" },
		{ "webp-444", "'444' has no meaning for webp" },
		{ "jpeg-aq5", "'aq' has no meaning for jpeg" },
		{ "avif-lossless-420", "'420' and 'lossless' exclude each other" },
		{ "420-444", "'420' and '444' exclude each other" },
		{ "still-anim", "'still' and 'anim' exclude each other" },
		{ "still-p2", "'still' and 'p' exclude each other" },
		{ "anim.jpg", "'anim' has no meaning for jpeg" },
		{ "webp.png", "'.png' is no extension of webp" },
		{ "jpeg.webp", "'.webp' is no extension of jpeg" },
		{ "w8.heic", "'.heic' can be read but not written" },
		{ "w8.heif", "'.heif' can be read but not written" },
		{ "webp.heic", "'.heic' can be read but not written" },
		{ "webp.", "'.' is no extension of a picture" },
		{ "webp.txt", "'.txt' is no extension of a picture" },
		{ "q75.5", "'.5' is no extension of a picture" },
		{ "webp..webp", "unknown token 'webp.'; did you mean 'webp'?" },
		{ "webp.webp-q75", "'.webp-q75' is no extension of a picture" },
		{ "webp.webp.webp", "unknown token 'webp.webp'" },
		{ "auto-q80", "'q' has no meaning for auto" },
		{ "auto-lossless", "'lossless' has no meaning for auto" },
		{ "auto-e1", "'e' has no meaning for auto" },
		{ "auto-aq5", "'aq' has no meaning for auto" },
		{ "auto-444", "'444' has no meaning for auto" },
		{ "auto-prog", "'prog' has no meaning for auto" },
		{ "auto-max5k", "'max' has no meaning for auto" },
		{ "auto-q80.webp", "'q' has no meaning for auto" },
		{ "auto-anim.jpg", "'anim' has no meaning for jpeg" },
		{ "auto.png", "'.png' is no extension of auto" },
		{ "auto-webp", "'auto' and 'webp' exclude each other" },
	};
#undef RANGE

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		char reason[VIEW_REASON_MAX] = "";
		const char *text = want[i][0];
		struct view view, before;

		memset(&view, 0xa5, sizeof(view));
		before = view;
		ck_assert_msg(view_parse(text, strlen(text), NULL, &view, reason) ==
				      VIEW_E_NOT_A_VIEW,
			"'%s' is taken for a view", text);
		ck_assert_str_eq(reason, want[i][1]);
		ck_assert_int_eq(
			view_parse(text, strlen(text), NULL, &view, NULL), VIEW_E_NOT_A_VIEW);
		ck_assert_mem_eq(&view, &before, sizeof(view));
	}
}
END_TEST

START_TEST(only_the_given_bytes_are_read)
{
	struct view view = { 0 };

	ck_assert_int_eq(view_parse("webp-q75", 4, NULL, &view, NULL), 0);
	ck_assert_str_eq(printed(&view), "webp");
	ck_assert_int_eq(view_parse("w65", 2, NULL, &view, NULL), 0);
	ck_assert_str_eq(printed(&view), "w6");
	ck_assert_int_eq(view_parse("webp\0", 5, NULL, &view, NULL), VIEW_E_NOT_A_VIEW);
}
END_TEST

START_TEST(text_as_long_as_a_view_may_be_is_read_and_longer_is_not)
{
	char text[VIEW_TEXT_MAX + 64], reason[VIEW_REASON_MAX];
	struct view view;

	for (size_t n = 1; n < sizeof(text); n++) {
		memset(text, 'z', n);
		ck_assert_int_eq(view_parse(text, n, NULL, &view, reason), VIEW_E_NOT_A_VIEW);
		ck_assert_uint_lt(strlen(reason), VIEW_REASON_MAX - 1); /* not cut off */
		ck_assert_int_eq(strncmp(reason, "longer", 6) == 0, n >= VIEW_TEXT_MAX);
	}
}
END_TEST

START_TEST(resolving_makes_every_choice_explicit)
{
	static const struct {
		const char *text;
		enum format source;
		const char *want;
	} cases[] = {
		{ "w800", FORMAT_JPEG, "jpeg-q80-w800" },
		{ "w800", FORMAT_WEBP, "webp-q79-e4-w800" },
		{ "w800", FORMAT_AVIF, "avif-q63-e1-w800" },
		{ "w800", FORMAT_PNG, "png-e6-w800" },
		{ "w800", FORMAT_GIF, "gif-e7-w800" },
		{ "w800", FORMAT_TIFF, "tiff-w800" },
		{ "w800", FORMAT_HEIC, "jpeg-q80-w800" },
		{ "w800", FORMAT_NONE, "jpeg-q80-w800" },
		{ "jxl", FORMAT_PNG, "jxl-q77-e4" },
		{ "q80-jpeg", FORMAT_PNG, "jpeg-q80" },
		{ "webp-lossless", FORMAT_PNG, "webp-lossless-e4" },
		{ "avif-lossless", FORMAT_PNG, "avif-lossless-e1" },
		{ "jxl-lossless", FORMAT_PNG, "jxl-lossless-e4" },
		{ "lossless", FORMAT_WEBP, "webp-lossless-e4" },
		{ "lossless", FORMAT_AVIF, "avif-lossless-e1" },
		{ "fit-w800", FORMAT_JPEG, "jpeg-q80-w800" },
		{ "cover-w8-h9", FORMAT_JPEG, "jpeg-q80-w8-h9-cover" },
		/* effort stays within what the codec takes */
		{ "webp-e7", FORMAT_JPEG, "webp-q79-e6" },
		{ "webp-e9", FORMAT_JPEG, "webp-q79-e6" },
		{ "webp-e0", FORMAT_JPEG, "webp-q79-e0" },
		{ "avif-e9", FORMAT_JPEG, "avif-q63-e9" },
		{ "jxl-e0", FORMAT_JPEG, "jxl-q77-e3" },
		{ "gif-e0", FORMAT_JPEG, "gif-e1" },
		{ "png-e0", FORMAT_JPEG, "png-e0" },
		/* what does not apply to a format that the source chose is dropped */
		{ "q50-e3-prog", FORMAT_JPEG, "jpeg-q50-prog" },
		{ "q50-e3-prog", FORMAT_WEBP, "webp-q50-e3" },
		{ "q50-e3-prog", FORMAT_PNG, "png-e3-prog" },
		{ "q50-e3-prog", FORMAT_GIF, "gif-e3-prog" },
		{ "q50-e3-prog", FORMAT_TIFF, "tiff" },
		{ "q50-e3-prog", FORMAT_HEIC, "jpeg-q50-prog" },
		/* `still` where frames could be kept, and only there */
		{ "still", FORMAT_GIF, "gif-e7-still" },
		{ "still", FORMAT_WEBP, "webp-q79-e4-still" },
		{ "still-webp", FORMAT_GIF, "webp-q79-e4-still" },
		{ "still-webp", FORMAT_JPEG, "webp-q79-e4" },
		{ "still-jpeg", FORMAT_GIF, "jpeg-q80" },
		{ "still", FORMAT_PNG, "png-e6" },
		{ "webp", FORMAT_GIF, "webp-q79-e4" },
		{ "p3-png", FORMAT_TIFF, "png-e6-p3" },
		{ "p1-png", FORMAT_TIFF, "png-e6" },
		{ "p3", FORMAT_HEIC, "jpeg-q80-p3" },
		{ "anim", FORMAT_JPEG, "jpeg-q80" },
		/* a budget bounds the quality that nobody named */
		{ "max100k", FORMAT_JPEG, "jpeg-q100-max100k" },
		{ "max100k-q70", FORMAT_JPEG, "jpeg-q70-max100k" },
		{ "aq50", FORMAT_JPEG, "jpeg-q80" },
		{ "webp-keepname", FORMAT_JPEG, "webp-q79-e4" },
		/* auto stays; what it becomes is found by trial */
		{ "auto", FORMAT_JPEG, "auto" },
		{ "w80-auto", FORMAT_HEIC, "auto-w80" },
		{ "auto-still", FORMAT_GIF, "auto-still" },
		{ "auto-still", FORMAT_PNG, "auto" },
		{ "auto-w80.webp", FORMAT_JPEG, "webp-q79-e4-w80" },
		{ "auto.jpeg", FORMAT_PNG, "jpeg-q80" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct view view = resolved(cases[i].text, cases[i].source);

		ck_assert_str_eq(printed(&view), cases[i].want);
	}
}
END_TEST

START_TEST(lossless_is_never_dropped_in_silence)
{
	static const enum format sources[] = { FORMAT_JPEG, FORMAT_GIF, FORMAT_HEIC,
		FORMAT_NONE };

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		char reason[VIEW_REASON_MAX] = "";
		struct view view = parsed("lossless-w8"), ret, before;

		memset(&ret, 0xa5, sizeof(ret));
		before = ret;
		ck_assert_int_eq(view_resolve(&view, sources[i], &ret, reason), VIEW_E_REFUSED);
		ck_assert_ptr_nonnull(strstr(reason, "'lossless' has no meaning for "));
		ck_assert_int_eq(view_resolve(&view, sources[i], &ret, NULL), VIEW_E_REFUSED);
		ck_assert_mem_eq(&ret, &before, sizeof(ret));
	}
}
END_TEST

START_TEST(lossless_says_nothing_new_where_the_source_chooses_an_exact_format)
{
	struct view png = resolved("lossless-w8", FORMAT_PNG);
	struct view tiff = resolved("lossless-w8", FORMAT_TIFF);

	ck_assert_str_eq(printed(&png), "png-e6-w8");
	ck_assert_str_eq(printed(&tiff), "tiff-w8");
}
END_TEST

START_TEST(a_budget_is_never_dropped_in_silence)
{
	char reason[VIEW_REASON_MAX] = "";
	struct view view = parsed("max100k"), ret;

	ck_assert_int_eq(view_resolve(&view, FORMAT_PNG, &ret, reason), VIEW_E_REFUSED);
	ck_assert_str_eq(reason, "'max' cannot be kept by png, the format that the source "
				 "chooses: name another");
}
END_TEST

START_TEST(of_one_picture_there_is_no_second)
{
	char reason[VIEW_REASON_MAX] = "";
	struct view view = parsed("p2-webp"), ret;

	ck_assert_int_eq(view_resolve(&view, FORMAT_PNG, &ret, reason), VIEW_E_REFUSED);
	ck_assert_str_eq(reason, "'p2': a png holds one picture only");
	ck_assert_int_eq(view_resolve(&view, FORMAT_GIF, &ret, NULL), 0);
	ck_assert(!view_keeps_frames(&ret, FORMAT_GIF));
}
END_TEST

START_TEST(frames_are_kept_where_source_and_target_animate_and_nobody_says_still)
{
	static const struct {
		const char *text;
		enum format source;
		bool keeps;
	} cases[] = {
		{ "webp", FORMAT_GIF, true },
		{ "webp", FORMAT_WEBP, true },
		{ "w8", FORMAT_GIF, true },
		{ "webp-still", FORMAT_GIF, false },
		{ "still", FORMAT_WEBP, false },
		{ "jpeg", FORMAT_GIF, false },
		{ "avif", FORMAT_WEBP, false },
		{ "webp", FORMAT_JPEG, false },
		{ "gif", FORMAT_PNG, false },
		{ "w8", FORMAT_HEIC, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct view view = resolved(cases[i].text, cases[i].source);

		ck_assert_msg(view_keeps_frames(&view, cases[i].source) == cases[i].keeps, "%s",
			cases[i].text);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		view_prints_its_canonical_text,
		what_is_no_view_is_refused_with_its_reason,
		only_the_given_bytes_are_read,
		text_as_long_as_a_view_may_be_is_read_and_longer_is_not,
		resolving_makes_every_choice_explicit,
		lossless_is_never_dropped_in_silence,
		lossless_says_nothing_new_where_the_source_chooses_an_exact_format,
		a_budget_is_never_dropped_in_silence,
		of_one_picture_there_is_no_second,
		frames_are_kept_where_source_and_target_animate_and_nobody_says_still,
	};

	return suite_run(&(struct suite_list){
		.name = "view",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
	});
}
