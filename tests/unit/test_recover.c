/* SPDX-License-Identifier: MIT
 *
 * The cache folder in bad days: every state that kill -9, a power loss, a person or another
 * version can leave behind. Unclean stops are made by a process that exits without
 * cache_free(); what a power loss does on top is done by hand.
 */
#include <signal.h>
#include <sys/file.h>

#include "cache_fixture.h"

#define MB ((uint64_t)1024 * 1024)

static void put_five(void)
{
	for (unsigned i = 0; i < 5; i++)
		if (put(i, 1000 + i) != 0)
			_exit(2);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static const char *in_folder(const char *name)
{
	static char path[400];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void corrupt(unsigned number)
{
	int fd = open(path_of(number), O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, "\xff\xfe", 2, 10), 2);
	close(fd);
}

START_TEST(a_process_that_dies_loses_nothing_recorded)
{
	fixture_unclean(MB, put_five);
	/* What it leaves is a WAL that nobody merged. */
	ck_assert_int_eq(access(in_folder("catalog.db-wal"), F_OK), 0);
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_uint_eq(figures().entries, 5);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(open_and_check(i), 0);
	check_invariants();
	ck_assert_uint_eq(figures().dropped, 0);
}
END_TEST

START_TEST(unrecorded_and_temporary_files_are_removed_after_an_unclean_stop)
{
	fixture_unclean(MB, put_five);
	ck_assert(mkdir(in_folder("blobs/00"), 0700) == 0 || errno == EEXIST);
	write_file(in_folder("blobs/00/00112233445566778899aabbccddeeff"), "unrecorded");
	write_file(in_folder("blobs/00/stranger"), "x");
	write_file(in_folder("blobs/new-0123456789abcdef"), "temporary");
	ck_assert_int_eq(fixture_open(MB), 0);
	finish_recovery();
	check_invariants();
	ck_assert_uint_eq(figures().entries, 5);
	ck_assert_int_eq(access(in_folder("blobs/new-0123456789abcdef"), F_OK), -1);
}
END_TEST

START_TEST(an_unrecorded_file_under_a_key_is_replaced)
{
	struct hash128 key = key_of(1);

	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(put(1, 1000), 0);
	ck_assert_int_eq(cache_drop(cache, &key), 0);
	write_file(path_of(1), "unrecorded");
	ck_assert_int_eq(put(1, 1000), 0);
	ck_assert_int_eq(open_and_check(1), 0);
	check_invariants();
}
END_TEST

START_TEST(a_missing_file_is_a_miss_that_keeps_its_size)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	put_five();
	ck_assert_int_eq(unlink(path_of(1)), 0);
	ck_assert_int_eq(open_and_check(1), CACHE_E_MISS);
	ck_assert_int_eq(state_of(1), CACHE_EVICTED);
	ck_assert_uint_eq(look(1).size_bytes, 1001);
	ck_assert_uint_eq(figures().dropped, 1);
	check_invariants();
}
END_TEST

START_TEST(a_short_or_empty_or_longer_file_is_dropped)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	put_five();
	ck_assert_int_eq(truncate(path_of(1), 500), 0);
	ck_assert_int_eq(truncate(path_of(2), 0), 0);
	ck_assert_int_eq(truncate(path_of(3), 5000), 0);
	for (unsigned i = 1; i < 4; i++) {
		ck_assert_int_eq(open_and_check(i), CACHE_E_MISS);
		ck_assert_int_eq(state_of(i), CACHE_ABSENT);
		ck_assert_int_eq(access(path_of(i), F_OK), -1);
	}
	ck_assert_uint_eq(figures().dropped, 3);
	check_invariants();
}
END_TEST

START_TEST(something_else_in_the_place_of_a_blob_is_not_opened)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	put_five();
	ck_assert_int_eq(unlink(path_of(1)), 0);
	ck_assert_int_eq(symlink("/etc/passwd", path_of(1)), 0);
	ck_assert_int_eq(unlink(path_of(2)), 0);
	ck_assert_int_eq(mkfifo(path_of(2), 0600), 0);
	ck_assert_int_eq(open_and_check(1), CACHE_E_MISS);
	ck_assert_int_eq(open_and_check(2), CACHE_E_MISS);
	check_invariants();
}
END_TEST

START_TEST(wrong_bytes_after_an_unclean_stop_are_never_served)
{
	fixture_unclean(MB, put_five);
	corrupt(1);
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(open_and_check(1), CACHE_E_MISS);
	ck_assert_int_eq(state_of(1), CACHE_ABSENT);
	ck_assert_int_eq(open_and_check(2), 0);
	check_invariants();
}
END_TEST

START_TEST(doubt_outlives_a_clean_stop_until_the_first_open)
{
	fixture_unclean(MB, put_five);
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(open_and_check(1), 0);
	fixture_reopen(MB);
	corrupt(1);
	corrupt(2);
	/* 1 was checked once and is trusted since; 2 is checked now. */
	int fd;
	struct cache_entry entry;
	struct hash128 one = key_of(1);

	ck_assert_int_eq(cache_open(cache, &one, &entry, &fd), 0);
	close(fd);
	ck_assert_int_eq(open_and_check(2), CACHE_E_MISS);
	ck_assert_int_eq(open_and_check(3), 0);
}
END_TEST

static void put_five_and_lose_one(void)
{
	put_five();
	/* The first to go: as dear as the others and the largest. */
	unlink(path_of(4));
}

START_TEST(evicting_a_row_without_its_file_keeps_the_sums)
{
	fixture_unclean(MB, put_five_and_lose_one);
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_uint_eq(figures().entries, 5);
	ck_assert_int_eq(cache_set_limit(cache, 2500), 0);
	check_invariants();
	ck_assert_uint_eq(figures().entries, 2);
}
END_TEST

static unsigned count_set_aside(void)
{
	DIR *dir = opendir(folder);
	struct dirent *d;
	unsigned n = 0;

	while ((d = readdir(dir)))
		n += strncmp(d->d_name, "catalog.db.", 11) == 0 && !strchr(d->d_name, '-');
	closedir(dir);
	return n;
}

static void check_rebuilt(void)
{
	ck_assert_msg(fixture_open(MB) == 0, "%s", reason);
	ck_assert_ptr_nonnull(strstr(reason, "set aside"));
	ck_assert_uint_eq(figures().entries, 0);
	ck_assert_int_eq(state_of(1), CACHE_ABSENT);
	finish_recovery();
	check_invariants();
	ck_assert_uint_eq(count_set_aside(), 1);
	put_five();
	ck_assert_int_eq(open_and_check(1), 0);
	check_invariants();
}

START_TEST(a_garbage_catalog_is_set_aside_and_rebuilt)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	put_five();
	cache = cache_free(cache);
	for (unsigned i = 0; i < 2; i++) {
		write_file(in_folder("catalog.db"),
			"This is certainly no database, however long one reads on in it.");
		check_rebuilt();
		cache = cache_free(cache);
	}
}
END_TEST

/* Pages count from 0: 1 says who points where, meta is 2, variant 3, its indexes 4 to 6. */
static void damage_pages(const char *first_ask, off_t from, off_t to)
{
	char zeros[4096] = { 0 };
	int fd;

	ck_assert_int_eq(fixture_open(MB), 0);
	for (unsigned i = 0; i < 200; i++)
		ck_assert_int_eq(put(i, 10), 0);
	cache = cache_free(cache);
	ask(first_ask);
	fd = open(in_folder("catalog.db"), O_WRONLY);
	for (off_t page = from; page < to; page++)
		ck_assert_int_eq(pwrite(fd, zeros, 4096, page * 4096), 4096);
	close(fd);
}

START_TEST(damaged_pages_after_a_clean_stop_are_met_by_the_first_query)
{
	damage_pages("SELECT 1", 3, 12);
	check_rebuilt();
}
END_TEST

START_TEST(damaged_pages_after_an_unclean_stop_are_looked_for)
{
	damage_pages("UPDATE meta SET value = 0 WHERE name = 'clean'", 6, 7);
	check_rebuilt();
}
END_TEST

static void leave_five_changed_by(const char *sql)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	put_five();
	cache = cache_free(cache);
	ask(sql);
}

START_TEST(sums_that_are_not_those_of_the_rows_are_damage)
{
	leave_five_changed_by("UPDATE shelf SET bytes = bytes + 1 WHERE shelf = 0");
	check_rebuilt();
}
END_TEST

START_TEST(a_catalog_of_another_version_is_set_aside_and_rebuilt)
{
	leave_five_changed_by("PRAGMA user_version = 99");
	check_rebuilt();
}
END_TEST

START_TEST(another_programs_database_is_set_aside)
{
	ask("CREATE TABLE t (x)");
	check_rebuilt();
}
END_TEST

START_TEST(a_catalog_whose_tables_do_not_fit_is_set_aside)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	cache = cache_free(cache);
	ask("ALTER TABLE variant RENAME COLUMN uses TO users");
	check_rebuilt();
}
END_TEST

START_TEST(a_catalog_that_was_deleted_takes_its_blobs_along)
{
	fixture_unclean(MB, put_five);
	ck_assert_int_eq(unlink(in_folder("catalog.db")), 0);
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_uint_eq(figures().entries, 0);
	finish_recovery();
	check_invariants();
}
END_TEST

START_TEST(the_secret_is_private_random_and_kept)
{
	struct secret before;
	struct stat st;
	uint8_t zeros[SECRET_SIZE] = { 0 };

	umask(0);
	ck_assert_int_eq(fixture_open(MB), 0);
	before = *cache_secret(cache);
	ck_assert_int_ne(memcmp(before.bytes, zeros, SECRET_SIZE), 0);
	ck_assert_int_eq(stat(in_folder("secret"), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(st.st_size, SECRET_SIZE);
	ck_assert_int_eq(access(in_folder("secret.new"), F_OK), -1);
	fixture_reopen(MB);
	ck_assert_int_eq(memcmp(before.bytes, cache_secret(cache)->bytes, SECRET_SIZE), 0);
}
END_TEST

START_TEST(a_short_secret_is_replaced_and_the_catalog_with_it)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	put_five();
	cache = cache_free(cache);
	write_file(in_folder("secret"), "short");
	check_rebuilt();
}
END_TEST

START_TEST(a_second_owner_is_refused_and_told_who_the_first_is)
{
	struct cache_options options = { .folder = folder, .limit_bytes = 1 };
	struct cache *second = NULL;
	char why[CACHE_REASON_MAX], pid[32];

	ck_assert_int_eq(fixture_open(MB), 0);
	snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
	ck_assert_int_eq(cache_new(&options, &second, why), CACHE_E_LOCKED);
	ck_assert_ptr_nonnull(strstr(why, pid));
	ck_assert_ptr_nonnull(strstr(why, folder));
	ck_assert_ptr_null(second);
	fixture_reopen(MB);
}
END_TEST

START_TEST(a_folder_that_cannot_be_made_is_named_in_the_reason)
{
	struct cache_options options = { .folder = "/proc/no/such", .limit_bytes = 1 };

	ck_assert_int_lt(cache_new(&options, &cache, reason), 0);
	ck_assert_ptr_nonnull(strstr(reason, "/proc/no/such"));
}
END_TEST

START_TEST(a_folder_is_made_with_its_parents)
{
	char deep[400];
	struct cache_options options = { .folder = deep, .limit_bytes = 1, .fingerprint = "" };
	struct stat st;

	snprintf(deep, sizeof(deep), "%s/a/b//c/", folder);
	ck_assert_msg(cache_new(&options, &cache, reason) == 0, "%s", reason);
	ck_assert_int_eq(stat(deep, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
}
END_TEST

/* Puts, drops and evicts until it is killed. */
static void churn(unsigned seed)
{
	if (fixture_open(20000) != 0)
		_exit(1);
	for (;;) {
		unsigned number = (unsigned)rand_r(&seed) % 40;
		struct hash128 key = key_of(number);

		if (rand_r(&seed) % 10 == 0)
			cache_drop(cache, &key);
		else if (rand_r(&seed) % 10 == 0)
			cache_flush(cache);
		else
			put(number, (unsigned)rand_r(&seed) % 4000);
	}
}

START_TEST(kill_9_at_any_instant_leaves_a_folder_in_order)
{
	for (unsigned i = 0; i < 15; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			churn(i);
		usleep(30000 + i * 1700);
		ck_assert_int_eq(waitpid(pid, &status, WNOHANG), 0);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		ck_assert_msg(fixture_open(20000) == 0, "%s", reason);
		ck_assert_str_eq(reason, "");
		for (unsigned n = 0; n < 40; n++)
			open_and_check(n);
		finish_recovery();
		check_invariants();
		cache = cache_free(cache);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_process_that_dies_loses_nothing_recorded,
		unrecorded_and_temporary_files_are_removed_after_an_unclean_stop,
		an_unrecorded_file_under_a_key_is_replaced,
		a_missing_file_is_a_miss_that_keeps_its_size,
		a_short_or_empty_or_longer_file_is_dropped,
		something_else_in_the_place_of_a_blob_is_not_opened,
		wrong_bytes_after_an_unclean_stop_are_never_served,
		doubt_outlives_a_clean_stop_until_the_first_open,
		evicting_a_row_without_its_file_keeps_the_sums,
		a_garbage_catalog_is_set_aside_and_rebuilt,
		damaged_pages_after_a_clean_stop_are_met_by_the_first_query,
		damaged_pages_after_an_unclean_stop_are_looked_for,
		sums_that_are_not_those_of_the_rows_are_damage,
		a_catalog_of_another_version_is_set_aside_and_rebuilt,
		another_programs_database_is_set_aside,
		a_catalog_whose_tables_do_not_fit_is_set_aside,
		a_catalog_that_was_deleted_takes_its_blobs_along,
		the_secret_is_private_random_and_kept,
		a_short_secret_is_replaced_and_the_catalog_with_it,
		a_second_owner_is_refused_and_told_who_the_first_is,
		a_folder_that_cannot_be_made_is_named_in_the_reason,
		a_folder_is_made_with_its_parents,
		kill_9_at_any_instant_leaves_a_folder_in_order,
	};

	return run_suite("recover", tests, ARRAY_SIZE(tests));
}
