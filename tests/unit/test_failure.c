/* SPDX-License-Identifier: MIT
 *
 * Failures by the picture they are of: what is forgotten, and what is not.
 */
#include "cache/state.h"
#include "cache_fixture.h"

static struct hash128 content_of(unsigned number)
{
	struct hash128 content = { { 0xc0, (uint8_t)number } };

	return content;
}

static struct hash128 remember(unsigned picture, const char *view, usec_t ttl_usec)
{
	struct hash128 content = content_of(picture), key = cache_key(cache, &content, view);
	struct cache_failure failure = {
		.content = &content,
		.view = view,
		.error = EIO,
		.reason = "damaged",
		.ttl_usec = ttl_usec,
	};

	ck_assert_int_eq(cache_put_failure(cache, &key, &failure), 0);
	return key;
}

static bool is_remembered(const struct hash128 *key)
{
	struct cache_entry entry;

	ck_assert_int_eq(cache_lookup(cache, key, &entry), 0);
	return entry.state == CACHE_FAILED;
}

struct told {
	unsigned count;
	char last[VIEW_TEXT_MAX];
};

static void note(void *context, const char *view)
{
	struct told *told = context;

	told->count++;
	snprintf(told->last, sizeof(told->last), "%s", view);
}

static struct told forget_all(unsigned picture)
{
	struct hash128 content = content_of(picture);
	struct told told = { 0 };

	ck_assert_int_eq(cache_forget_failures(cache, &content, note, &told), 0);
	return told;
}

START_TEST(one_failure_is_forgotten_by_its_key)
{
	struct hash128 one, other, never = key_of(7);

	ck_assert_int_eq(fixture_open(1 << 20), 0);
	one = remember(1, "webp", USEC_NEVER);
	other = remember(1, "avif", USEC_NEVER);
	ck_assert_int_eq(cache_forget_failure(cache, &one), 0);
	ck_assert(!is_remembered(&one));
	ck_assert(is_remembered(&other));
	ck_assert_int_eq(cache_forget_failure(cache, &one), CACHE_E_MISS);
	ck_assert_int_eq(cache_forget_failure(cache, &never), CACHE_E_MISS);
}
END_TEST

START_TEST(what_was_made_is_not_forgotten)
{
	struct hash128 key = key_of(1);

	ck_assert_int_eq(fixture_open(1 << 20), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	ck_assert_int_eq(cache_forget_failure(cache, &key), CACHE_E_MISS);
	ck_assert_int_eq(open_and_check(1), 0);
}
END_TEST

START_TEST(all_failures_of_one_picture_are_forgotten_and_named)
{
	struct hash128 keys[100], other;
	struct told told;

	ck_assert_int_eq(fixture_open(1 << 20), 0);
	other = remember(2, "webp", USEC_NEVER);
	for (unsigned i = 0; i < 100; i++) {
		char view[16];

		snprintf(view, sizeof(view), "webp-w%u", i + 1);
		keys[i] = remember(1, view, USEC_NEVER);
	}
	fixture_reopen(1 << 20); /* it is on the disk that they are remembered */
	told = forget_all(1);
	ck_assert_uint_eq(told.count, 100);
	for (unsigned i = 0; i < 100; i++)
		ck_assert(!is_remembered(&keys[i]));
	ck_assert(is_remembered(&other));
	ck_assert_uint_eq(forget_all(1).count, 0);
	told = forget_all(2);
	ck_assert_uint_eq(told.count, 1);
	ck_assert_str_eq(told.last, "webp");
}
END_TEST

START_TEST(what_is_over_or_was_another_encoders_is_not_named)
{
	struct hash128 content = content_of(1), old = key_of(9), over;
	struct cache_failure failure = {
		.content = &content,
		.view = "avif",
		.error = EIO,
		.reason = "of before",
		.ttl_usec = USEC_NEVER,
	};

	ck_assert_int_eq(fixture_open(1 << 20), 0);
	over = remember(1, "webp", 1);
	ck_assert_int_eq(cache_put_failure(cache, &old, &failure), 0);
	usleep(1000);
	ck_assert_uint_eq(forget_all(1).count, 0);
	over = remember(1, "webp", 1);
	usleep(1000);
	ck_assert_int_eq(cache_forget_failure(cache, &over), CACHE_E_MISS);
	ck_assert(!is_remembered(&old));
}
END_TEST

START_TEST(failure_that_became_a_variant_is_none_of_the_pictures)
{
	struct hash128 content = content_of(1), key = key_of(3);
	struct cache_failure failure = { &content, "webp", EIO, "damaged", USEC_NEVER };

	ck_assert_int_eq(fixture_open(1 << 20), 0);
	ck_assert_int_eq(cache_put_failure(cache, &key, &failure), 0);
	ck_assert_int_eq(put(3, 500), 0);
	ck_assert_uint_eq(forget_all(1).count, 0);
	ck_assert_int_eq(open_and_check(3), 0);
}
END_TEST

START_TEST(life_time_can_be_read)
{
	struct cache_entry entry;
	struct hash128 key;
	usec_t now = now_real();

	ck_assert_int_eq(fixture_open(1 << 20), 0);
	key = remember(1, "webp", 600 * USEC_PER_SEC);
	ck_assert_int_eq(cache_lookup(cache, &key, &entry), 0);
	ck_assert_uint_ge(entry.expires_usec, now + 600 * USEC_PER_SEC);
	ck_assert_uint_le(entry.expires_usec, now_real() + 600 * USEC_PER_SEC);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		one_failure_is_forgotten_by_its_key,
		what_was_made_is_not_forgotten,
		all_failures_of_one_picture_are_forgotten_and_named,
		what_is_over_or_was_another_encoders_is_not_named,
		failure_that_became_a_variant_is_none_of_the_pictures,
		life_time_can_be_read,
	};

	return run_suite("failure", tests, ARRAY_SIZE(tests));
}
