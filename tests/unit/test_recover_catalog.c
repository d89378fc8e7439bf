/* SPDX-License-Identifier: MIT
 * A catalog that may not be written, and logs of SQLite's that are left over. */
#include "cache_fixture.h"

#define MB ((uint64_t)1024 * 1024)

static const char *in_folder(const char *name)
{
	static char path[400];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *path, const char *text)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_eq(fdio_write_full(fd, text, strlen(text)), 0);
}

static void put_five(void)
{
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(put(i, 1000 + i), 0);
}

/* As a user who is not root and whose folder it is; skipped where that cannot be had. */
static bool become_nobody(void)
{
	const uid_t nobody = 65534;
	char command[700];

	snprintf(command, sizeof(command), "chown -R %u:%u '%s'", nobody, nobody, folder);
	return getuid() == 0 && system(command) == 0 &&
	       setresgid(nobody, nobody, nobody) == 0 && setresuid(nobody, nobody, nobody) == 0;
}

START_TEST(a_catalog_without_write_permission_is_given_it)
{
	fixture_unclean(MB, put_five);
	if (!become_nobody())
		return;
	ck_assert_int_eq(chmod(in_folder("catalog.db"), 0400), 0);
	ck_assert_msg(fixture_open(MB) == 0, "%s", reason);
	ck_assert_str_eq(reason, "");
	ck_assert_uint_eq(figures().entries, 5);
	ck_assert_int_eq(put(7, 100), 0);
	check_invariants();
}
END_TEST

START_TEST(a_catalog_of_another_user_is_set_aside)
{
	char command[700];

	ck_assert_int_eq(fixture_open(MB), 0);
	put_five();
	cache = cache_free(cache);
	snprintf(command, sizeof(command), "chmod 444 '%s/catalog.db'", folder);
	ck_assert_int_eq(system(command), 0);
	if (getuid() != 0)
		return;
	/* The folder is ours, the file is root's. */
	snprintf(command, sizeof(command),
		"chown -R 65534:65534 '%s' && chown root '%s/catalog.db'", folder, folder);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(setresgid(65534, 65534, 65534), 0);
	ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
	ck_assert_msg(fixture_open(MB) == 0, "%s", reason);
	ck_assert_ptr_nonnull(strstr(reason, "set aside"));
	ck_assert_uint_eq(figures().entries, 0);
	put_five();
	check_invariants();
}
END_TEST

START_TEST(a_folder_without_write_permission_is_refused_with_its_name)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	cache = cache_free(cache);
	if (!become_nobody())
		return;
	ck_assert_int_eq(chmod(folder, 0500), 0);
	ck_assert_int_eq(chmod(in_folder("catalog.db"), 0400), 0);
	ck_assert_int_lt(fixture_open(MB), 0);
	ck_assert_ptr_nonnull(strstr(reason, folder));
	ck_assert_int_eq(chmod(folder, 0700), 0);
}
END_TEST

static void copy_file(const char *from, const char *to)
{
	char command[900];

	snprintf(command, sizeof(command), "cp '%s/%s' '%s/%s'", folder, from, folder, to);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(a_log_left_over_is_replayed_and_one_of_another_catalog_is_not)
{
	/* kill -9: rows are in catalog.db-wal alone. */
	fixture_unclean(MB, put_five);
	ck_assert_int_eq(access(in_folder("catalog.db-wal"), F_OK), 0);
	copy_file("catalog.db-wal", "saved-wal");
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_uint_eq(figures().entries, 5);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	/* Of an older state of this file. */
	ck_assert_int_eq(put(9, 900), 0);
	cache = cache_free(cache);
	ck_assert_int_eq(access(in_folder("catalog.db-wal"), F_OK), -1);
	copy_file("saved-wal", "catalog.db-wal");
	ck_assert_msg(fixture_open(MB) == 0, "%s", reason);
	for (unsigned i = 0; i < 10; i++)
		ck_assert_int_ge(open_and_check(i), 0);
	ck_assert_int_eq(put(1, 50), 0);
	check_invariants();
	cache = cache_free(cache);
	/* Of no catalog at all. */
	write_file(in_folder("catalog.db-wal"), "this is no log, and was never one");
	ck_assert_msg(fixture_open(MB) == 0, "%s", reason);
	ck_assert_int_eq(open_and_check(1), 0);
	check_invariants();
	cache = cache_free(cache);
	/* And a log whose catalog is gone. */
	copy_file("saved-wal", "catalog.db-wal");
	ck_assert_int_eq(unlink(in_folder("catalog.db")), 0);
	ck_assert_msg(fixture_open(MB) == 0, "%s", reason);
	for (unsigned i = 0; i < 10; i++)
		ck_assert_int_ge(open_and_check(i), 0);
	ck_assert_int_eq(put(1, 50), 0);
	ck_assert_int_eq(open_and_check(1), 0);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_catalog_without_write_permission_is_given_it,
		a_catalog_of_another_user_is_set_aside,
		a_folder_without_write_permission_is_refused_with_its_name,
		a_log_left_over_is_replayed_and_one_of_another_catalog_is_not,
	};

	return run_suite("recover_catalog", tests, ARRAY_SIZE(tests));
}
