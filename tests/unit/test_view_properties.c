/* SPDX-License-Identifier: MIT
 *
 * Properties of views over every combination of tokens (one or two values each). Which of them
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

	ck_assert_msg(
		view_parse(text, strlen(text), &view, reason) == 0, "'%s': %s", text, reason);
	return view;
}

static const char *printed(const struct view *view)
{
	static char text[VIEW_TEXT_MAX];

	ck_assert_uint_eq(view_print(view, text), strlen(text));
	return text;
}

#define PLACES 9
static const char *const places[PLACES][9] = {
	{ "", "jpeg", "webp", "avif", "jxl", "png", "gif", "tiff", "jpg" },
	{ "", "q1", "q100" },
	{ "", "lossless" },
	{ "", "e0", "e9" },
	{ "", "prog" },
	{ "", "w800" },
	{ "", "h65535" },
	{ "", "fit", "cover" },
	{ "", "still" },
};

struct combination {
	const char *tokens[PLACES]; /* "" where not named */
	const char *named[PLACES];  /* those that are, first to last */
	size_t count;
};

/* Counts through all combinations; false after the last. `at` starts as zeros. */
static bool combination_next(size_t at[PLACES], struct combination *ret)
{
	size_t i = 0;

	while (i < PLACES && (++at[i] == 9 || !places[i][at[i]]))
		at[i++] = 0;
	ret->count = 0;
	for (size_t j = 0; j < PLACES; j++) {
		ret->tokens[j] = places[j][at[j]];
		if (*ret->tokens[j])
			ret->named[ret->count++] = ret->tokens[j];
	}
	return i < PLACES;
}

static bool listed(const char *word, const char *list)
{
	return strstr(list, word) != NULL;
}

/* The rules by hand. */
static bool combination_is_a_view(const struct combination *c)
{
	const char *format = c->tokens[0], *fit = c->tokens[7];
	bool w = *c->tokens[5], h = *c->tokens[6];

	if (*c->tokens[1] && (*c->tokens[2] || !listed(format, "jpeg jpg webp avif jxl")))
		return false;
	if (*c->tokens[2] && !listed(format, "webp avif jxl"))
		return false;
	if (*c->tokens[3] && !listed(format, "webp avif jxl png gif"))
		return false;
	if (*c->tokens[4] && !listed(format, "jpeg jpg png gif"))
		return false;
	return !*fit || (strcmp(fit, "fit") == 0 ? w || h : w && h);
}

static void join(char out[VIEW_TEXT_MAX], const char *const *tokens, size_t count)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(
			out + len, VIEW_TEXT_MAX - len, "%s%s", i ? "-" : "", tokens[i]);
}

START_TEST(every_combination_is_a_view_by_the_rules_and_only_by_them)
{
	size_t at[PLACES] = { 0 }, views = 0;
	struct combination c;

	while (combination_next(at, &c)) {
		char text[VIEW_TEXT_MAX];
		struct view view;
		int r;

		join(text, c.named, c.count);
		r = view_parse(text, strlen(text), &view, NULL);
		ck_assert_msg((r == 0) == combination_is_a_view(&c), "'%s' gives %d", text, r);
		views += r == 0;
	}
	ck_assert_uint_gt(views, 500);
}
END_TEST

START_TEST(every_canonical_text_parses_to_its_view)
{
	size_t at[PLACES] = { 0 };
	struct combination c;

	while (combination_next(at, &c)) {
		char text[VIEW_TEXT_MAX];
		struct view view, again;

		join(text, c.named, c.count);
		if (view_parse(text, strlen(text), &view, NULL) != 0)
			continue;
		again = parsed(printed(&view));
		ck_assert_msg(view_equal(&view, &again), "'%s'", text);
		ck_assert_mem_eq(&view, &again, sizeof(view));
	}
}
END_TEST

START_TEST(resolving_twice_changes_nothing_and_its_text_parses_to_it)
{
	size_t at[PLACES] = { 0 };
	struct combination c;

	while (combination_next(at, &c)) {
		char text[VIEW_TEXT_MAX];
		struct view view;

		join(text, c.named, c.count);
		if (view_parse(text, strlen(text), &view, NULL) != 0)
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
		if (view_parse(text, strlen(text), &view, NULL) != 0 ||
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
	size_t at[PLACES] = { 0 }, longest = 0;
	struct combination c;

	while (combination_next(at, &c)) {
		char text[VIEW_TEXT_MAX];
		struct view view;

		/* one format for the long ones, or the orders go into the millions */
		if (c.count > 5 && strcmp(c.tokens[0], "png") != 0)
			continue;
		join(text, c.named, c.count);
		if (c.count == 0 || view_parse(text, strlen(text), &view, NULL) != 0)
			continue;
		assert_one_view_in_all_orders(c.named, 0, c.count, &view);
		longest = c.count > longest ? c.count : longest;
	}
	ck_assert_uint_eq(longest, 7);
}
END_TEST

START_TEST(views_are_equal_if_and_only_if_their_texts_are)
{
	enum { MAX = 1000 };
	static struct view views[MAX];
	static char texts[MAX][VIEW_TEXT_MAX];
	size_t at[PLACES] = { 0 }, count = 0, equal = 0;
	struct combination c;

	for (size_t n = 0; count < MAX && combination_next(at, &c); n++) {
		char text[VIEW_TEXT_MAX];

		join(text, c.named, c.count);
		if (view_parse(text, strlen(text), &views[count], NULL) != 0)
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
	static const char text[] = "png-e5-prog-w800-h600-cover-still";
	struct view want = parsed(text);

	for (size_t i = 0; i < strlen(text); i++) {
		for (int byte = 0; byte < 256; byte++) {
			char bad[sizeof(text)];
			struct view view;

			memcpy(bad, text, sizeof(text));
			bad[i] = (char)byte;
			if (bad[i] == text[i])
				continue;
			if (view_parse(bad, strlen(text), &view, NULL) == 0)
				ck_assert_msg(!view_equal(&view, &want), "'%s'", bad);
		}
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_combination_is_a_view_by_the_rules_and_only_by_them,
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
