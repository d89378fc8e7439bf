/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "util/closest.h"

static const char *const words[] = { "webp", "jpeg", "avif", "lossless", "grey", "fit", "up",
	"cache_size", "cache_free" };

static const char *nearest(const char *word)
{
	static struct closest closest;

	closest_init(&closest, word, strlen(word));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		closest_try(&closest, words[i]);
	return closest.best;
}

START_TEST(a_slip_of_any_kind_is_seen)
{
	ck_assert_str_eq(nearest("wepb"), "webp");  /* changed places */
	ck_assert_str_eq(nearest("gray"), "grey");  /* wrong */
	ck_assert_str_eq(nearest("jpg"), "jpeg");   /* missing */
	ck_assert_str_eq(nearest("aviff"), "avif"); /* too many */
	ck_assert_str_eq(nearest("losless"), "lossless");
	ck_assert_str_eq(nearest("cache_sise"), "cache_size");
	ck_assert_str_eq(nearest("cahce_sise"), "cache_size");
}
END_TEST

START_TEST(what_is_near_to_nothing_gets_no_hint)
{
	static const char *const far[] = { "", "2x", "home", "u", "fat_chance", "webpwebp",
		"the_word_of_a_hostile_name_that_never_ends_at_all" };
	char hint[CLOSEST_HINT_MAX];
	struct closest closest;

	for (size_t i = 0; i < ARRAY_SIZE(far); i++)
		ck_assert_msg(!nearest(far[i])[0], "%s: %s", far[i], nearest(far[i]));
	closest_init(&closest, "x", 1);
	ck_assert_str_eq(closest_hint(&closest, hint), "");
}
END_TEST

START_TEST(the_nearest_is_said_in_words)
{
	char hint[CLOSEST_HINT_MAX];
	struct closest closest;

	closest_init(&closest, "cache_frees", 10); /* not ended by a NUL, but by its length */
	closest_try(&closest, "cache_size");
	closest_try(&closest, "cache_fred");
	closest_try(&closest, "cache_free");
	closest_try(&closest, "cache_fred");
	ck_assert_str_eq(closest_hint(&closest, hint), "; did you mean 'cache_free'?");
}
END_TEST

START_TEST(the_longest_words_fit)
{
	char word[CLOSEST_WORD_MAX + 2], hint[CLOSEST_HINT_MAX];
	struct closest closest;

	memset(word, 'a', sizeof(word));
	word[CLOSEST_WORD_MAX] = '\0';
	closest_init(&closest, word, CLOSEST_WORD_MAX - 1);
	closest_try(&closest, word);
	ck_assert_str_eq(closest.best, word);
	ck_assert_uint_eq(strlen(closest_hint(&closest, hint)), CLOSEST_WORD_MAX + 18);
	word[CLOSEST_WORD_MAX] = 'a';
	word[CLOSEST_WORD_MAX + 1] = '\0';
	closest_init(&closest, word, CLOSEST_WORD_MAX);
	closest_try(&closest, word);
	ck_assert_str_eq(closest.best, "");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_slip_of_any_kind_is_seen,
		what_is_near_to_nothing_gets_no_hint,
		the_nearest_is_said_in_words,
		the_longest_words_fit,
	};

	return suite_run(&(struct suite_list){
		"closest", tests, ARRAY_SIZE(tests), NULL, NULL, CK_FORK });
}
