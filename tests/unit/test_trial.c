/* SPDX-License-Identifier: MIT
 *
 * What is tried for a view, by its words and the picture's header alone.
 */
#include <string.h>

#include "fixture.h"
#include "util/cleanup.h"
#include "view/trial.h"

static struct view resolved(const char *text)
{
	struct view view;

	ck_assert_int_eq(view_parse(text, strlen(text), NULL, &view, NULL), 0);
	ck_assert_int_eq(view_resolve(&view, FORMAT_PNG, &view, NULL), 0);
	return view;
}

START_TEST(only_auto_and_budgets_are_tried)
{
	static const struct {
		const char *text;
		bool tried;
	} cases[] = {
		{ "auto", true },
		{ "webp-max10k", true },
		{ "jpeg-q50-max1m", true },
		{ "auto.webp", false },
		{ "webp-q100", false },
		{ "png", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct view view = resolved(cases[i].text);

		ck_assert_msg(trial_is_needed(&view) == cases[i].tried, "%s", cases[i].text);
	}
}
END_TEST

#define JPEG (1u << FORMAT_JPEG)
#define WEBP (1u << FORMAT_WEBP)
#define AVIF (1u << FORMAT_AVIF)

START_TEST(formats_that_are_tried_follow_from_the_header)
{
	static const struct {
		struct size size;
		unsigned frames;
		bool alpha;
		uint32_t formats;
	} cases[] = {
		{ { 1, 1 }, 1, false, JPEG | WEBP | AVIF },
		{ { 4000, 4000 }, 1, false, JPEG | WEBP | AVIF },
		{ { 4001, 4000 }, 1, false, JPEG | WEBP },
		{ { 65535, 65535 }, 1, false, JPEG | WEBP },
		{ { 10, 10 }, 1, true, WEBP | AVIF },
		{ { 4001, 4000 }, 1, true, WEBP },
		{ { 10, 10 }, 2, false, WEBP },
		{ { 10, 10 }, 2, true, WEBP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_uint_eq(trial_formats(cases[i].size, cases[i].frames, cases[i].alpha),
			cases[i].formats);
	for (enum format f = FORMAT_NONE; f < FORMAT_COUNT; f++)
		ck_assert_int_eq(trial_has(f), (JPEG | WEBP | AVIF) >> f & 1);
}
END_TEST

/* Auto's result is the variant that its format alone would be. */
START_TEST(each_trial_is_the_view_of_its_format)
{
	struct view view = resolved("auto-w80-grey");

	for (enum format f = FORMAT_JPEG; f <= FORMAT_AVIF; f++) {
		struct view trial = trial_view(&view, f), want;
		char text[64];

		snprintf(text, sizeof(text), "%s-w80-grey", format_info(f)->name);
		want = resolved(text);
		ck_assert(view_equal(&trial, &want));
	}
}
END_TEST

/* Whatever quality it is that just fits, it is found, by at most eight encodes. */
START_TEST(qualities_are_few)
{
	for (unsigned most = 1; most <= 100; most++) {
		for (unsigned fits = 0; fits <= most; fits++) {
			unsigned fitting = 0, exceeding = most + 1, n = 0;

			for (unsigned q = most; q > 0;
				q = trial_next_quality(fitting, exceeding), n++)
				*(q <= fits ? &fitting : &exceeding) = q;
			if (fitting != fits || exceeding != fits + 1 || n > 8)
				ck_abort_msg("%u of %u: %u in %u", fits, most, fitting, n);
		}
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		only_auto_and_budgets_are_tried,
		formats_that_are_tried_follow_from_the_header,
		each_trial_is_the_view_of_its_format,
		qualities_are_few,
	};

	return suite_run(&(struct suite_list){
		.name = "trial", .tests = tests, .n = ARRAY_SIZE(tests) });
}
