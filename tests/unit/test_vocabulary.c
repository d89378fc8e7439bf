/* SPDX-License-Identifier: MIT */
#include "fixture.h"
#include "view/name.h"
#include "view/token.h"
#include "view/vocabulary.h"

static struct preset presets[8];
static struct view_watermark watermarks[] = {
	{ "brand", 1 },
	{ "brand_2", 2 },
};
static struct vocabulary vocabulary;
static char reason[VIEW_REASON_MAX];

static void add_preset(const char *name, const char *tokens)
{
	struct preset *preset = &presets[vocabulary.n_presets++];

	snprintf(preset->name, sizeof(preset->name), "%s", name);
	ck_assert_msg(view_parse(tokens, strlen(tokens),
			      &(struct vocabulary){ .watermarks = watermarks,
				      .n_watermarks = ARRAY_SIZE(watermarks) },
			      &preset->view, reason) == 0,
		"%s: %s", tokens, reason);
}

static void setup(void)
{
	vocabulary = (struct vocabulary){
		.presets = presets,
		.watermarks = watermarks,
		.n_watermarks = ARRAY_SIZE(watermarks),
	};
	add_preset("thumb", "webp-w200-h200-cover");
	add_preset("exact", "webp-lossless-e6");
	add_preset("photo", "jpeg-q70-420-prog-meta");
	add_preset("face", "w100-h100-cover-smart");
	add_preset("mark", "png-w300-wm_brand");
	add_preset("moving", "gif-w50-p2");
}

/* The canonical text of `text`, or why it is none. */
static const char *read_as(const char *text)
{
	static char out[VIEW_IDENTITY_MAX];
	struct view view;

	if (view_parse(text, strlen(text), &vocabulary, &view, reason) != 0)
		return reason;
	view_identity(&view, out);
	return out;
}

START_TEST(preset_supplies_what_is_not_said)
{
	static const struct {
		const char *text, *is;
	} want[] = {
		{ "thumb", "webp-w200-h200-cover" },
		{ "thumb.webp", "webp-w200-h200-cover" },
		{ "thumb-q50", "webp-q50-w200-h200-cover" },
		{ "q50-thumb", "webp-q50-w200-h200-cover" },
		{ "w90-thumb-h80", "webp-w90-h80-cover" },
		{ "thumb-x2", "webp-w400-h400-cover" },
		{ "thumb-north", "webp-w200-h200-cover-north" },
		{ "avif-thumb", "avif-w200-h200-cover" },
		{ "thumb-jpg.jpg", "jpeg-w200-h200-cover" },
		/* Defaults, said aloud, override as well. */
		{ "thumb-fit", "webp-w200-h200" },
		{ "face-centre", "w100-h100-cover" },
		{ "moving-anim", "gif-w50" },
		/* What excludes the preset's goes before it, and what it leaves without
		 * meaning goes. */
		{ "exact-q50", "webp-q50-e6" },
		{ "exact-max10k", "webp-e6-max10k" },
		{ "photo-webp-lossless", "webp-lossless-meta" },
		{ "photo-png", "png-prog-meta" },
		{ "exact-jpeg", "jpeg" },
		{ "face-fit", "w100-h100" },
		{ "face-pad", "w100-h100-pad" },
		{ "face-fill", "w100-h100-fill" },
		{ "face-q5.jpg", "jpeg-q5-w100-h100-cover-smart" },
		/* Watermarks are told by their digests. */
		{ "mark", "png-w300-wm_brand.0000000000000001" },
		{ "mark-wm_brand_2", "png-w300-wm_brand_2.0000000000000002" },
		{ "wm_brand_2-webp", "webp-wm_brand_2.0000000000000002" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		ck_assert_str_eq(read_as(want[i].text), want[i].is);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused_with_words)
{
	static const struct {
		const char *text, *words;
	} want[] = {
		{ "thumb-exact", "'thumb' and 'exact' are presets" },
		{ "thumb-thumb", "presets" },
		{ "thumb-w1-w2", "a second 'w'" },
		{ "thumb.avif", "'.avif' is no extension of webp" },
		{ "thumb-jpeg-lossless", "'lossless' has no meaning for jpeg" },
		{ "thum", "unknown token 'thum'; did you mean 'thumb'?" },
		{ "thumbs", "unknown token 'thumbs'" },
		{ "wm_none", "there is no watermark 'none' here" },
		{ "wm_brnad", "there is no watermark 'brnad' here; did you mean 'brand'?" },
		{ "wm_", "a name" },
		{ "wm_Brand", "upper case" },
		{ "wm_1brand", "a letter first" },
		{ "wm_sixteen_letters_", "at most 15" },
		{ "wm_brand-wm_brand", "a second 'wm_'" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		ck_assert_msg(strstr(read_as(want[i].text), want[i].words), "%s: %s",
			want[i].text, reason);
}
END_TEST

START_TEST(watermarks_of_one_name_are_told_by_their_digests)
{
	char a[VIEW_IDENTITY_MAX], b[VIEW_IDENTITY_MAX];
	struct view view, other;

	ck_assert_int_eq(view_parse("wm_brand", 8, &vocabulary, &view, reason), 0);
	other = view;
	ck_assert(view_equal(&view, &other));
	other.watermark.digest++;
	ck_assert(!view_equal(&view, &other));
	view_identity(&view, a);
	view_identity(&other, b);
	ck_assert_str_ne(a, b);
	view_print(&view, a);
	view_print(&other, b);
	ck_assert_str_eq(a, b);
}
END_TEST

START_TEST(without_a_vocabulary_there_are_no_words_of_it)
{
	struct view view;

	ck_assert_int_ne(view_parse("thumb", 5, NULL, &view, reason), 0);
	ck_assert_int_ne(view_parse("wm_brand", 8, NULL, &view, reason), 0);
}
END_TEST

START_TEST(only_presets_leaves_nothing_else)
{
	static const char *const bad[] = { "webp", "thumb-q50", "q50-thumb", "thumb-webp",
		"thumb-", "webp.webp", "wm_brand", "thumb.jpg" };

	vocabulary.only_presets = true;
	ck_assert_str_eq(read_as("thumb"), "webp-w200-h200-cover");
	ck_assert_str_eq(read_as("thumb.webp"), "webp-w200-h200-cover");
	ck_assert_str_eq(read_as("face.png"), "png-w100-h100-cover-smart");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct view view;

		ck_assert_msg(view_parse(bad[i], strlen(bad[i]), &vocabulary, &view, reason) ==
				      VIEW_E_NOT_A_VIEW,
			"%s", bad[i]);
	}
}
END_TEST

START_TEST(a_name_knows_its_preset)
{
	static const struct {
		const char *text, *preset;
	} want[] = {
		{ "thumb", "thumb" },
		{ "q50-thumb-w9.webp", "thumb" },
		{ "webp-q50", NULL },
		{ "webp.thumb", NULL },
		{ "", NULL },
		{ "-", NULL },
		{ "q-mark", "mark" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		const struct preset *preset =
			vocabulary_preset_in(&vocabulary, want[i].text, strlen(want[i].text));

		ck_assert(!preset == !want[i].preset);
		if (preset)
			ck_assert_str_eq(preset->name, want[i].preset);
	}
	ck_assert_ptr_null(vocabulary_preset_in(NULL, "thumb", 5));
}
END_TEST

START_TEST(names_that_could_be_views_are_told_from_those_that_cannot)
{
	static const char *const could[] = { "a@thumb", "a@b@c", "logo@2x.png", "a@-", "a@.",
		"@thumb" };
	static const char *const cannot[] = { "a", "a@", "@eaDir", "a@B", "a@b c", "a@\xc3\xa4",
		"a@b@" };

	for (size_t i = 0; i < ARRAY_SIZE(could); i++)
		ck_assert_msg(name_view_text(could[i]), "%s", could[i]);
	for (size_t i = 0; i < ARRAY_SIZE(cannot); i++)
		ck_assert_msg(!name_view_text(cannot[i]), "%s", cannot[i]);
	ck_assert_str_eq(name_view_text("a@b@c.webp"), "c.webp");
}
END_TEST

/* A view of some tokens, of the table's or the vocabulary's, in the order of `at`. */
static void join(const char *const *words, const size_t *at, size_t n, char *out)
{
	out[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		strcat(out, i ? "-" : "");
		strcat(out, words[at[i]]);
	}
}

/* Whatever it is made of, it is one view in any order, and its text means itself, without any
 * preset. */
START_TEST(a_preset_leaves_a_view_that_stands_alone)
{
	static const char *const words[] = { "thumb", "exact", "photo", "face", "mark",
		"moving", "webp", "jpeg", "png", "gif", "q50", "lossless", "e3", "aq9", "420",
		"prog", "w40", "h30", "x2", "fit", "cover", "pad", "fill", "up", "north",
		"smart", "entropy", "centre", "still", "anim", "p3", "meta", "max9k",
		"wm_brand_2", "grey" };
	unsigned seen = 0;

	srandom(7);
	for (int round = 0; round < 200000; round++) {
		size_t at[5], n = 1 + (size_t)random() % 4;
		char text[256], turned[256], own[VIEW_TEXT_MAX];
		struct view view, again;
		size_t swap;

		at[0] = (size_t)random() % 6;
		for (size_t i = 1; i < n; i++)
			at[i] = 6 + (size_t)random() % (ARRAY_SIZE(words) - 6);
		join(words, at, n, text);
		if (view_parse(text, strlen(text), &vocabulary, &view, NULL) != 0)
			continue;
		seen++;
		swap = at[0];
		at[0] = at[n - 1];
		at[n - 1] = swap;
		join(words, at, n, turned);
		if (view_parse(turned, strlen(turned), &vocabulary, &again, NULL) != 0 ||
			!view_equal(&view, &again))
			ck_abort_msg("'%s' is not '%s'", text, turned);
		view_print(&view, own);
		vocabulary.n_presets = 0;
		if (own[0] && (view_parse(own, strlen(own), &vocabulary, &again, reason) != 0 ||
				      !view_equal(&view, &again)))
			ck_abort_msg(
				"'%s' prints '%s', which is not it (%s)", text, own, reason);
		vocabulary.n_presets = 6;
	}
	ck_assert_uint_gt(seen, 20000);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		preset_supplies_what_is_not_said,
		what_makes_no_sense_is_refused_with_words,
		watermarks_of_one_name_are_told_by_their_digests,
		without_a_vocabulary_there_are_no_words_of_it,
		only_presets_leaves_nothing_else,
		a_name_knows_its_preset,
		names_that_could_be_views_are_told_from_those_that_cannot,
		a_preset_leaves_a_view_that_stands_alone,
	};

	return suite_run(&(struct suite_list){
		.name = "vocabulary",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.setup = setup,
	});
}
