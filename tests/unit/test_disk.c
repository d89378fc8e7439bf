/* SPDX-License-Identifier: MIT */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "cache/disk.h"
#include "cache/trouble.h"
#include "util/cleanup.h"

#define GB ((uint64_t)1 << 30)

START_TEST(a_share_is_kept_free_of_bytes_and_inodes)
{
	struct disk_space space = { 100 * GB, 7 * GB, 1000, 60 };
	struct disk_floor floor = { .percent = 5 };

	ck_assert_uint_eq(disk_floor_bytes(&space, &floor), 5 * GB);
	ck_assert_uint_eq(disk_missing_bytes(&space, &floor, 2 * GB), 0);
	ck_assert_uint_eq(disk_missing_bytes(&space, &floor, 2 * GB + 1), 1);
	ck_assert_uint_eq(disk_missing_inodes(&space, &floor, 10), 0);
	ck_assert_uint_eq(disk_missing_inodes(&space, &floor, 11), 1);
}
END_TEST

START_TEST(bytes_kept_free_are_the_same_share_of_inodes)
{
	struct disk_space space = { 100 * GB, 7 * GB, 1000, 60 };
	struct disk_floor floor = { .bytes = 8 * GB };

	ck_assert_uint_eq(disk_missing_bytes(&space, &floor, 0), GB);
	ck_assert_uint_eq(disk_floor_inodes(&space, &floor), 80);
	ck_assert_uint_eq(disk_missing_inodes(&space, &floor, 0), 20);
	floor.bytes = UINT64_MAX;
	ck_assert_uint_eq(disk_floor_inodes(&space, &floor), 1000);
	ck_assert_uint_eq(disk_missing_bytes(&space, &floor, GB), UINT64_MAX - 7 * GB);
}
END_TEST

START_TEST(nothing_kept_free_is_the_disk_alone)
{
	struct disk_space space = { 100, 7, 0, 0 };
	struct disk_floor floor = { 0 };

	ck_assert_uint_eq(disk_missing_bytes(&space, &floor, 7), 0);
	ck_assert_uint_eq(disk_missing_bytes(&space, &floor, 8), 1);
	/* A file system that counts no inodes has never too few. */
	ck_assert_uint_eq(disk_missing_inodes(&space, &floor, 1), 0);
	floor.percent = 99;
	space.total_bytes = UINT64_MAX;
	ck_assert_uint_gt(disk_floor_bytes(&space, &floor), UINT64_MAX / 100 * 98);
}
END_TEST

/* btrfs: what is removed now is free in half a minute. */
START_TEST(what_is_not_free_yet_is_not_evicted_for_again)
{
	struct disk_space before = { 1000, 10, 0, 0 }, after = before;
	struct disk_debt debt = { 0 };

	disk_debt_note(&debt, &before, &after, 100, 1);
	ck_assert_uint_eq(disk_debt_deduct(&debt, 100, 2), 0);
	ck_assert_uint_eq(disk_debt_deduct(&debt, 130, 2), 30);
	disk_debt_note(&debt, &before, &after, 30, 2);
	ck_assert_uint_eq(disk_debt_deduct(&debt, 130, 3), 0);
	/* Not for ever. */
	ck_assert_uint_eq(disk_debt_deduct(&debt, 130, 40 * USEC_PER_SEC), 130);
	/* ext4: it is free at once. */
	debt = (struct disk_debt){ 0 };
	after.free_bytes = 110;
	disk_debt_note(&debt, &before, &after, 100, 1);
	ck_assert_uint_eq(disk_debt_deduct(&debt, 100, 2), 100);
}
END_TEST

START_TEST(trouble_is_one_event_until_it_ends)
{
	struct trouble trouble;
	uint64_t count;
	int error;

	trouble_init(&trouble);
	ck_assert_int_eq(trouble_note(&trouble, 0), 0);
	ck_assert_int_eq(trouble_note(&trouble, 1), 1);
	ck_assert_int_eq(trouble_note(&trouble, -EINTR), -EINTR);
	ck_assert_int_eq(trouble_error(&trouble), 0);
	ck_assert(!trouble_tell(&trouble, &error));
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(trouble_note(&trouble, i ? -EIO : -EROFS), i ? -EIO : -EROFS);
	trouble_figures(&trouble, &error, &count);
	ck_assert_int_eq(error, EROFS);
	ck_assert_uint_eq(count, 1);
	error = 0;
	ck_assert(trouble_tell(&trouble, &error));
	ck_assert_int_eq(error, EROFS);
	ck_assert(!trouble_tell(&trouble, &error));
	ck_assert(!trouble_is_due(&trouble));
	clock_sleep(20 * USEC_PER_MSEC);
	ck_assert_uint_ge(trouble_end(&trouble), 20 * USEC_PER_MSEC);
	ck_assert_int_eq(trouble_error(&trouble), 0);
	ck_assert_uint_eq(trouble_end(&trouble), 0);
	trouble_note(&trouble, -EIO);
	/* Nobody heard of it, so nobody has to hear of its end. */
	ck_assert_uint_eq(trouble_end(&trouble), 0);
	trouble_figures(&trouble, &error, &count);
	ck_assert_uint_eq(count, 2);
	trouble_done(&trouble);
}
END_TEST

START_TEST(probes_become_rarer_up_to_a_minute)
{
	struct trouble trouble;

	trouble_init(&trouble);
	trouble_note(&trouble, -ENOSPC);
	ck_assert_uint_le(trouble.due, now_monotonic() + USEC_PER_SEC);
	trouble_postpone(&trouble);
	ck_assert_uint_gt(trouble.due, now_monotonic() + USEC_PER_SEC);
	for (unsigned i = 0; i < 70; i++)
		trouble_postpone(&trouble);
	ck_assert_uint_gt(trouble.due, now_monotonic() + 59 * USEC_PER_SEC);
	ck_assert_uint_le(trouble.due, now_monotonic() + 60 * USEC_PER_SEC);
	trouble_done(&trouble);
}
END_TEST

/* Eviction may yet help, and who evicts says when it does not. */
START_TEST(a_full_catalog_is_no_trouble_of_its_own)
{
	struct trouble trouble;

	trouble_init(&trouble);
	trouble_note_catalog(&trouble, -ENOSPC);
	ck_assert_int_eq(trouble_error(&trouble), 0);
	ck_assert(!trouble_has_catalog(&trouble));
	trouble_note(&trouble, -EDQUOT);
	ck_assert(!trouble_has_catalog(&trouble));
	trouble_note_catalog(&trouble, -EDQUOT);
	ck_assert(trouble_has_catalog(&trouble));
	trouble_end(&trouble);
	ck_assert(!trouble_has_broken(&trouble));
	trouble_note_catalog(&trouble, -EROFS);
	ck_assert(!trouble_has_broken(&trouble));
	trouble_end(&trouble);
	ck_assert(!trouble_has_catalog(&trouble));
	trouble_note_catalog(&trouble, -EUCLEAN);
	ck_assert_int_eq(trouble_error(&trouble), EUCLEAN);
	ck_assert(trouble_has_broken(&trouble));
	trouble_done(&trouble);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_share_is_kept_free_of_bytes_and_inodes,
		bytes_kept_free_are_the_same_share_of_inodes,
		nothing_kept_free_is_the_disk_alone,
		what_is_not_free_yet_is_not_evicted_for_again,
		trouble_is_one_event_until_it_ends,
		probes_become_rarer_up_to_a_minute,
		a_full_catalog_is_no_trouble_of_its_own,
	};
	Suite *suite = suite_create("disk");
	TCase *tcase = tcase_create("disk");
	SRunner *runner = srunner_create(suite);
	int failed;

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
