/* SPDX-License-Identifier: MIT
 *
 * Properties of views over combinations of tokens (one value or some of each). Which of them
 * are views is written here a second time, by hand, so that the table in src/view/token.c is
 * not its own judge. tests/fuzz/fuzz_view.c asserts the same over arbitrary text.
 */
#include <stdio.h>
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

static const char *printed(const struct view *view)
{
	static char text[VIEW_TEXT_MAX];

	ck_assert_uint_eq(view_print(view, text), strlen(text));
	return text;
}

enum place {
	FORMAT,
	QUALITY,
	LOSSLESS,
	EFFORT,
	ALPHA,
	CHROMA,
	PROG,
	WIDTH,
	HEIGHT,
	DPR,
	FIT,
	UP,
	PLACE,
	CROP,
	TRIM,
	FLIP,
	FLOP,
	ROTATE,
	BLUR,
	SHARPEN,
	GREY,
	BACKGROUND,
	FRAME,
	META,
	ICC,
	BUDGET,
	KEEPNAME,
	PLACES
};
static const char *const places[PLACES][12] = {
	[FORMAT] = { "", "jpeg", "webp", "avif", "jxl", "png", "gif", "tiff", "jpg" },
	[QUALITY] = { "", "q1", "q100" },
	[LOSSLESS] = { "", "lossless" },
	[EFFORT] = { "", "e0", "e9" },
	[ALPHA] = { "", "aq0", "aq100" },
	[CHROMA] = { "", "420", "444" },
	[PROG] = { "", "prog" },
	[WIDTH] = { "", "w800", "w9000" },
	[HEIGHT] = { "", "h600", "h65535" },
	[DPR] = { "", "x1", "x2" },
	[FIT] = { "", "fit", "cover", "pad", "fill" },
	[UP] = { "", "up" },
	[PLACE] = { "", "centre", "north", "southwest", "smart", "entropy" },
	[CROP] = { "", "crop0_0_1_1", "crop10_20_300_200" },
	[TRIM] = { "", "trim" },
	[FLIP] = { "", "flip" },
	[FLOP] = { "", "flop" },
	[ROTATE] = { "", "rot90", "rot270" },
	[BLUR] = { "", "blur1", "blur100" },
	[SHARPEN] = { "", "sharpen" },
	[GREY] = { "", "grey" },
	[BACKGROUND] = { "", "bg000000", "bgc0ffee" },
	[FRAME] = { "", "still", "anim", "p1", "p2" },
	[META] = { "", "meta" },
	[ICC] = { "", "icc" },
	[BUDGET] = { "", "max1000", "max20k", "max1m" },
	[KEEPNAME] = { "", "keepname" },
};

struct combination {
	const char *tokens[PLACES]; /* "" where not named */
	const char *named[PLACES];  /* those that are, first to last */
	size_t count;
};

/* The combinations of all values are some 10^11. These are as many of them as there is time for:
 * about every fourth token is named in the first ones, and about half of them in the last. */
#define COMBINATIONS 40000

static uint32_t mixed(uint32_t n)
{
	n = (n ^ 61) ^ (n >> 16);
	n *= 9;
	n ^= n >> 4;
	n *= 0x27d4eb2d; /* Thomas Wang's hash of an integer */
	return n ^ (n >> 15);
}

/* Goes through the combinations, always the same ones; false after the last. */
static bool combination_next(uint32_t *at, struct combination *ret)
{
	ret->count = 0;
	for (uint32_t j = 0; j < PLACES; j++) {
		uint32_t n = mixed(*at * PLACES + j), values = 1;
		bool named = n % 100 < 10 + 40 * *at / COMBINATIONS;

		while (places[j][values])
			values++;
		ret->tokens[j] = named ? places[j][1 + (n >> 8) % (values - 1)] : "";
		if (named)
			ret->named[ret->count++] = ret->tokens[j];
	}
	return ++*at <= COMBINATIONS;
}

static bool listed(const char *word, const char *list)
{
	return strstr(list, word) != NULL;
}

static bool given(const struct combination *c, enum place place)
{
	return *c->tokens[place];
}

static bool is(const struct combination *c, enum place place, const char *word)
{
	return strcmp(c->tokens[place], word) == 0;
}

/* What the format is named for can be asked of it; every format where none is named. */
static bool format_can(const struct combination *c)
{
	const char *format = c->tokens[FORMAT];

	if ((given(c, QUALITY) || given(c, BUDGET)) &&
		!listed(format, "jpeg jpg webp avif jxl"))
		return false;
	if (given(c, LOSSLESS) && !listed(format, "webp avif jxl"))
		return false;
	if (given(c, EFFORT) && !listed(format, "webp avif jxl png gif"))
		return false;
	if (given(c, ALPHA) && !listed(format, "webp"))
		return false;
	if (given(c, CHROMA) && !listed(format, "jpeg jpg avif"))
		return false;
	if (is(c, FRAME, "anim") && !listed(format, "webp gif"))
		return false;
	return !given(c, PROG) || listed(format, "jpeg jpg png gif");
}

static bool box_makes_sense(const struct combination *c)
{
	bool w = given(c, WIDTH), h = given(c, HEIGHT);
	bool cover = is(c, FIT, "cover"), pad = is(c, FIT, "pad");

	if ((cover || pad || is(c, FIT, "fill")) && !(w && h))
		return false;
	if ((given(c, FIT) || given(c, UP) || given(c, DPR)) && !w && !h)
		return false;
	if ((is(c, PLACE, "smart") || is(c, PLACE, "entropy")) && !cover)
		return false;
	if (given(c, PLACE) && !cover && !pad)
		return false;
	return !is(c, DPR, "x2") || !is(c, HEIGHT, "h65535");
}

/* The rules by hand. */
static bool combination_is_a_view(const struct combination *c)
{
	bool lossy =
		given(c, QUALITY) || given(c, ALPHA) || given(c, CHROMA) || given(c, BUDGET);

	return c->count > 0 && !(given(c, LOSSLESS) && lossy) && format_can(c) &&
	       box_makes_sense(c);
}

static void join(char out[VIEW_TEXT_MAX], const char *const *tokens, size_t count)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(
			out + len, VIEW_TEXT_MAX - len, "%s%s", i ? "-" : "", tokens[i]);
}

START_TEST(combinations_are_views_by_the_rules_and_only_by_them)
{
	uint32_t at = 0;
	size_t views = 0;
	struct combination c;

	while (combination_next(&at, &c)) {
		char text[VIEW_TEXT_MAX];
		struct view view;
		int r;

		join(text, c.named, c.count);
		r = view_parse(text, strlen(text), NULL, &view, NULL);
		if ((r == 0) != combination_is_a_view(&c))
			ck_abort_msg("'%s' gives %d", text, r);
		views += r == 0;
	}
	ck_assert_uint_gt(views, 500);
}
END_TEST

START_TEST(every_canonical_text_parses_to_its_view)
{
	uint32_t at = 0;
	struct combination c;

	while (combination_next(&at, &c)) {
		char text[VIEW_TEXT_MAX];
		struct view view, again;

		join(text, c.named, c.count);
		if (view_parse(text, strlen(text), NULL, &view, NULL) != 0 || !*printed(&view))
			continue; /* `anim` alone is the view of no tokens */
		again = parsed(printed(&view));
		ck_assert_msg(view_equal(&view, &again), "'%s'", text);
		ck_assert_mem_eq(&view, &again, sizeof(view));
	}
}
END_TEST

START_TEST(resolving_twice_changes_nothing_and_its_text_parses_to_it)
{
	uint32_t at = 0;
	struct combination c;

	while (combination_next(&at, &c)) {
		char text[VIEW_TEXT_MAX];
		struct view view;

		join(text, c.named, c.count);
		if (view_parse(text, strlen(text), NULL, &view, NULL) != 0)
			continue;
		for (int source = 0; source < FORMAT_COUNT; source++) {
			struct view once, twice;

			if (view_resolve(&view, (enum format)source, &once, NULL) != 0)
				continue;
			ck_assert_int_ne(once.format, FORMAT_NONE);
			ck_assert_int_eq(
				view_resolve(&once, (enum format)source, &twice, NULL), 0);
			ck_assert_mem_eq(&once, &twice, sizeof(once));
			twice = parsed(printed(&once));
			ck_assert_msg(view_equal(&once, &twice), "'%s'", text);
			ck_assert_mem_eq(&once, &twice, sizeof(once));
		}
	}
}
END_TEST

static void swap(const char **a, const char **b)
{
	const char *tmp = *a;

	*a = *b;
	*b = tmp;
}

/* For every order of tokens[first … count); gives them back as they were. */
static void assert_one_view_in_all_orders(
	const char **tokens, size_t first, size_t count, const struct view *want)
{
	char text[VIEW_TEXT_MAX];
	struct view view;

	if (first == count) {
		join(text, tokens, count);
		if (view_parse(text, strlen(text), NULL, &view, NULL) != 0 ||
			!view_equal(&view, want))
			ck_abort_msg("'%s'", text);
		return;
	}
	for (size_t i = first; i < count; i++) {
		swap(&tokens[first], &tokens[i]);
		assert_one_view_in_all_orders(tokens, first + 1, count, want);
		swap(&tokens[first], &tokens[i]);
	}
}

START_TEST(all_orders_of_tokens_are_one_view)
{
	uint32_t at = 0;
	size_t longest = 0;
	struct combination c;

	while (combination_next(&at, &c)) {
		char text[VIEW_TEXT_MAX];
		struct view view;

		/* or the orders go into the millions */
		if (c.count > 5 + (at % 64 == 0))
			continue;
		join(text, c.named, c.count);
		if (c.count == 0 || view_parse(text, strlen(text), NULL, &view, NULL) != 0)
			continue;
		assert_one_view_in_all_orders(c.named, 0, c.count, &view);
		longest = c.count > longest ? c.count : longest;
	}
	ck_assert_uint_eq(longest, 6);
}
END_TEST

START_TEST(views_are_equal_if_and_only_if_their_texts_are)
{
	enum { MAX = 1000 };
	static struct view views[MAX];
	static char texts[MAX][VIEW_TEXT_MAX];
	uint32_t at = 0;
	size_t count = 0, equal = 0;
	struct combination c;

	for (size_t n = 0; count < MAX && combination_next(&at, &c); n++) {
		char text[VIEW_TEXT_MAX];

		join(text, c.named, c.count);
		if (view_parse(text, strlen(text), NULL, &views[count], NULL) != 0)
			continue;
		if (n % 2 && view_resolve(&views[count], FORMAT_GIF, &views[count], NULL) != 0)
			continue;
		view_print(&views[count], texts[count]);
		count++;
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			bool same = strcmp(texts[i], texts[j]) == 0;

			if (view_equal(&views[i], &views[j]) != same)
				ck_abort_msg("'%s' '%s'", texts[i], texts[j]);
			equal += same;
		}
	}
	ck_assert_uint_gt(count, 500);
	ck_assert_uint_gt(equal, count); /* some spellings fall together */
}
END_TEST

START_TEST(changing_one_byte_never_gives_the_same_view_or_a_crash)
{
	static const char text[] =
		"webp-q5-aq3-w80-h60-cover-up-west-crop1_2_3_4-rot90-bg00ff00-p2-meta-max2k";
	struct view want = parsed(text);

	for (size_t i = 0; i < strlen(text); i++) {
		for (int byte = 0; byte < 256; byte++) {
			char bad[sizeof(text)];
			struct view view;

			memcpy(bad, text, sizeof(text));
			bad[i] = (char)byte;
			if (bad[i] == text[i])
				continue;
			if (view_parse(bad, strlen(text), NULL, &view, NULL) == 0)
				ck_assert_msg(!view_equal(&view, &want), "'%s'", bad);
		}
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		combinations_are_views_by_the_rules_and_only_by_them,
		every_canonical_text_parses_to_its_view,
		resolving_twice_changes_nothing_and_its_text_parses_to_it,
		all_orders_of_tokens_are_one_view,
		views_are_equal_if_and_only_if_their_texts_are,
		changing_one_byte_never_gives_the_same_view_or_a_crash,
	};

	return suite_run(&(struct suite_list){
		.name = "view_properties",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
	});
}
