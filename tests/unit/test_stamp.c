/* SPDX-License-Identifier: MIT */
#include "fixture.h"
#include "source/stamp.h"

#define MSEC_NS 1000000LL
#define SEC_NS  (1000 * MSEC_NS)

static char folder[256], path[300];

static void setup(void)
{
	temp_folder_make(folder);
	snprintf(path, sizeof(path), "%s/file", folder);
	file_write(path, "one", 3);
}

static void teardown(void)
{
	temp_folder_remove(folder);
}

static struct stamp stamp_now(const char *of)
{
	_cleanup_close_ int fd = open(of, O_RDONLY | O_CLOEXEC);
	struct stamp stamp;

	ck_assert_int_eq(stamp_of_fd(fd, &stamp), 0);
	return stamp;
}

/* File times advance by ticks; no change may hide in the last one. */
static void next_tick(void)
{
	clock_sleep(30 * USEC_PER_MSEC);
}

START_TEST(stamp_stays_while_the_file_is_only_read)
{
	struct stamp before = stamp_now(path), after;
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c;

	next_tick();
	ck_assert_int_eq(fdio_pread_full(fd, &c, 1, 0), 1);
	after = stamp_now(path);
	ck_assert(stamp_equal(&before, &after));
	ck_assert_uint_eq(before.size_bytes, 3);
}
END_TEST

static void write_same_size(void)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_int_eq(fdio_pwrite_full(fd, "two", 3, 0), 0);
}

static void write_and_set_the_time_back(void)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	write_same_size();
	ck_assert_int_eq(
		utimensat(AT_FDCWD, path, (struct timespec[]){ st.st_atim, st.st_mtim }, 0), 0);
}

static void change_mode(void)
{
	ck_assert_int_eq(chmod(path, 0600), 0);
}

static void rename_away_and_back(void)
{
	char other[310];

	snprintf(other, sizeof(other), "%s-2", path);
	ck_assert_int_eq(rename(path, other), 0);
	ck_assert_int_eq(rename(other, path), 0);
}

static void replace(void)
{
	ck_assert_int_eq(unlink(path), 0);
	file_write(path, "one", 3);
}

START_TEST(stamp_changes_with_every_way_to_change_a_file)
{
	static void (*const changes[])(void) = { write_same_size, write_and_set_the_time_back,
		change_mode, rename_away_and_back, replace };

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct stamp before = stamp_now(path), after;

		next_tick();
		changes[i]();
		after = stamp_now(path);
		ck_assert_msg(!stamp_equal(&before, &after), "change %zu is not seen", i);
	}
}
END_TEST

START_TEST(hard_links_are_one_file_and_copies_are_two)
{
	char other[310];
	struct stamp a = stamp_now(path), b;

	snprintf(other, sizeof(other), "%s-link", path);
	ck_assert_int_eq(link(path, other), 0);
	b = stamp_now(other);
	ck_assert(file_id_equal(&a.id, &b.id));
	snprintf(other, sizeof(other), "%s-copy", path);
	file_write(other, "one", 3);
	b = stamp_now(other);
	ck_assert(!file_id_equal(&a.id, &b.id));
}
END_TEST

START_TEST(other_device_number_or_birth_is_another_file)
{
	struct stamp a = stamp_now(path), b = a;

	b.id.btime_ns++;
	ck_assert(!file_id_equal(&a.id, &b.id));
	ck_assert(!stamp_equal(&a, &b));
	b = a;
	b.id.ino++;
	ck_assert(!file_id_equal(&a.id, &b.id));
	b = a;
	b.id.dev++;
	ck_assert(!file_id_equal(&a.id, &b.id));
}
END_TEST

START_TEST(birth_time_is_taken_only_where_the_file_system_has_one)
{
	struct statx stx = { .stx_mask = STATX_BASIC_STATS, .stx_btime.tv_sec = 5 };
	struct stamp stamp;

	stamp_from_statx(&stx, &stamp);
	ck_assert_int_eq(stamp.id.btime_ns, 0);
	stx.stx_mask |= STATX_BTIME;
	stamp_from_statx(&stx, &stamp);
	ck_assert_int_eq(stamp.id.btime_ns, 5 * SEC_NS);
}
END_TEST

START_TEST(change_of_this_tick_must_settle_first)
{
	int64_t t = 1700000000 * SEC_NS + 123456789;
	struct stamp stamp = { .mtime_ns = t - SEC_NS, .ctime_ns = t };

	ck_assert_uint_ge(stamp_settle_usec(&stamp, t), 10000);
	ck_assert_uint_le(stamp_settle_usec(&stamp, t), 50000);
	ck_assert_uint_gt(stamp_settle_usec(&stamp, t + 9 * MSEC_NS), 0);
	ck_assert_uint_eq(stamp_settle_usec(&stamp, t + 50 * MSEC_NS), 0);
	/* Waiting for as long as it says is enough. */
	ck_assert_uint_eq(
		stamp_settle_usec(&stamp, t + 1000 * (int64_t)stamp_settle_usec(&stamp, t)), 0);
}
END_TEST

START_TEST(whole_seconds_tell_of_a_coarse_clock)
{
	int64_t t = 1700000000 * SEC_NS;
	struct stamp stamp = { .mtime_ns = t, .ctime_ns = t };

	ck_assert_uint_gt(stamp_settle_usec(&stamp, t + SEC_NS), 500000);
	ck_assert_uint_eq(stamp_settle_usec(&stamp, t + 3 * SEC_NS), 0);
}
END_TEST

START_TEST(time_in_the_future_is_not_waited_for)
{
	struct stamp stamp = { .ctime_ns = 1700000000 * SEC_NS + 5 };

	ck_assert_uint_eq(stamp_settle_usec(&stamp, 1600000000 * SEC_NS), 0);
}
END_TEST

START_TEST(closed_descriptor_is_an_error)
{
	struct stamp stamp;

	ck_assert_int_eq(stamp_of_fd(-1, &stamp), -EBADF);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		stamp_stays_while_the_file_is_only_read,
		stamp_changes_with_every_way_to_change_a_file,
		hard_links_are_one_file_and_copies_are_two,
		other_device_number_or_birth_is_another_file,
		birth_time_is_taken_only_where_the_file_system_has_one,
		change_of_this_tick_must_settle_first,
		whole_seconds_tell_of_a_coarse_clock,
		time_in_the_future_is_not_waited_for,
		closed_descriptor_is_an_error,
	};

	return suite_run(&(struct suite_list){
		"stamp", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
