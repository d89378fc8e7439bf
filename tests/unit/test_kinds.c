/* SPDX-License-Identifier: MIT
 *
 * What files were found to be: never told of another version, never of one that could still change
 * unseen.
 */
#include "fixture.h"
#include "fs/kinds.h"
#include "util/clock.h"

static struct kinds kinds;

static void setup(void)
{
	kinds_init(&kinds);
}

static void teardown(void)
{
	kinds_done(&kinds);
}

static struct stamp stamp_of(uint64_t ino)
{
	return (struct stamp){
		.id = { .dev = 1, .ino = ino },
		.size_bytes = 100,
		.mtime_ns = 1000,
		.ctime_ns = 1000,
	};
}

START_TEST(what_was_noted_is_found_for_this_version_only)
{
	struct stamp stamp = stamp_of(1), other;
	enum format format = FORMAT_NONE;

	ck_assert(!kinds_find(&kinds, &stamp, &format));
	kinds_note(&kinds, &stamp, FORMAT_WEBP);
	ck_assert(kinds_find(&kinds, &stamp, &format));
	ck_assert_int_eq(format, FORMAT_WEBP);
	other = stamp_of(2);
	ck_assert(!kinds_find(&kinds, &other, &format));
	other = stamp_of(1);
	other.size_bytes++;
	ck_assert(!kinds_find(&kinds, &other, &format));
	other = stamp_of(1);
	other.ctime_ns++;
	ck_assert(!kinds_find(&kinds, &other, &format));
	other = stamp_of(1);
	other.id.btime_ns++;
	ck_assert(!kinds_find(&kinds, &other, &format));
}
END_TEST

START_TEST(no_picture_is_an_answer_too)
{
	struct stamp stamp = stamp_of(1);
	enum format format = FORMAT_JPEG;

	kinds_note(&kinds, &stamp, FORMAT_NONE);
	ck_assert(kinds_find(&kinds, &stamp, &format));
	ck_assert_int_eq(format, FORMAT_NONE);
	kinds_note(&kinds, &stamp, FORMAT_COUNT - 1);
	ck_assert(kinds_find(&kinds, &stamp, &format));
	ck_assert_int_eq(format, FORMAT_COUNT - 1);
}
END_TEST

START_TEST(file_that_changed_just_now_is_not_noted)
{
	struct stamp stamp = stamp_of(1);
	enum format format;

	stamp.mtime_ns = stamp.ctime_ns = (int64_t)now_real() * 1000;
	kinds_note(&kinds, &stamp, FORMAT_WEBP);
	ck_assert(!kinds_find(&kinds, &stamp, &format));
}
END_TEST

/* Whatever of a million is forgotten, what is told is right; and ten thousand are kept. */
START_TEST(many_are_kept_and_none_is_mistaken)
{
	enum format format;
	unsigned kept = 0;

	for (uint64_t i = 0; i < 1000000; i++) {
		struct stamp stamp = stamp_of(i);

		kinds_note(&kinds, &stamp, (enum format)(i % FORMAT_COUNT));
	}
	for (uint64_t i = 0; i < 1000000; i++) {
		struct stamp stamp = stamp_of(i);

		if (kinds_find(&kinds, &stamp, &format))
			ck_assert_int_eq(format, (enum format)(i % FORMAT_COUNT));
	}
	for (uint64_t i = 0; i < 10000; i++) {
		struct stamp stamp = stamp_of(2000000 + i);

		kinds_note(&kinds, &stamp, FORMAT_PNG);
	}
	for (uint64_t i = 0; i < 10000; i++) {
		struct stamp stamp = stamp_of(2000000 + i);

		kept += kinds_find(&kinds, &stamp, &format);
	}
	ck_assert_uint_ge(kept, 9000);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_was_noted_is_found_for_this_version_only,
		no_picture_is_an_answer_too,
		file_that_changed_just_now_is_not_noted,
		many_are_kept_and_none_is_mistaken,
	};

	return suite_run(&(struct suite_list){
		"kinds", tests, ARRAY_SIZE(tests), setup, teardown, CK_NOFORK });
}
