/* SPDX-License-Identifier: MIT
 *
 * The walk over everything in the cache folder: what it finds, what it mends, what it leaves
 * alone, how far it remembers to have come, and that a large folder is not looked at when it is
 * opened.
 */
#include "cache/state.h"
#include "cache_fixture.h"

#define MB   ((uint64_t)1024 * 1024)
#define MANY 300

static struct cache_problem problems[MANY];
static char words[MANY][80];
static size_t n_problems;

static void note(void *context, const struct cache_problem *problem)
{
	(void)context;
	ck_assert_uint_lt(n_problems, MANY);
	snprintf(words[n_problems], sizeof(words[0]), "%s", problem->what);
	problems[n_problems++] = *problem;
}

static struct cache_scrub_progress walk(bool mend, bool whole)
{
	struct cache_scrub_options options = {
		.mend = mend,
		.whole = whole,
		.on_problem = note,
	};

	n_problems = 0;
	return fixture_scrub(&options);
}

static unsigned count_of(enum cache_problem_kind kind)
{
	unsigned n = 0;

	for (size_t i = 0; i < n_problems; i++)
		n += problems[i].kind == kind;
	return n;
}

static void put_many(void)
{
	for (unsigned i = 0; i < MANY; i++)
		if (put(i, 100 + i) != 0)
			_exit(2);
}

static void write_file(const char *name, const char *text)
{
	char path[400];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void corrupt(unsigned number)
{
	int fd = open(path_of(number), O_WRONLY);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, "\xff\xfe", 2, 10), 2);
	close(fd);
}

/* One of each kind. */
static void spoil(void)
{
	ck_assert_int_eq(unlink(path_of(1)), 0);
	ck_assert_int_eq(truncate(path_of(2), 7), 0);
	ck_assert_int_eq(truncate(path_of(3), 0), 0);
	corrupt(4);
	ck_assert(mkdir(path_of(9999), 0700) == 0 || errno == ENOENT);
	rmdir(path_of(9999));
	write_file("blobs/00/00112233445566778899aabbccddeeff", "nobody's");
	write_file("blobs/00/stranger", "x");
}

static void open_with_dir(uint64_t limit_bytes)
{
	char path[400];

	ck_assert_int_eq(fixture_open(limit_bytes), 0);
	snprintf(path, sizeof(path), "%s/blobs", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/blobs/00", folder);
	mkdir(path, 0700);
}

START_TEST(what_is_right_is_left_alone)
{
	struct cache_scrub_progress progress;

	open_with_dir(MB);
	put_many();
	progress = walk(true, true);
	ck_assert_uint_eq(progress.found, 0);
	ck_assert_uint_eq(progress.blobs, MANY);
	ck_assert_uint_eq(progress.bytes, figures().bytes);
	ck_assert_uint_eq(progress.permille, 1000);
	check_invariants();
}
END_TEST

START_TEST(everything_wrong_is_told_and_nothing_changed_by_looking)
{
	struct cache_scrub_progress progress;

	open_with_dir(MB);
	put_many();
	spoil();
	for (unsigned i = 0; i < 2; i++) {
		progress = walk(false, true);
		ck_assert_uint_eq(progress.found, 6);
		ck_assert_uint_eq(progress.mended, 0);
		ck_assert_uint_eq(count_of(CACHE_PROBLEM_STRAY), 2);
		ck_assert_uint_eq(count_of(CACHE_PROBLEM_MISSING), 1);
		ck_assert_uint_eq(count_of(CACHE_PROBLEM_SIZE), 2);
		ck_assert_uint_eq(count_of(CACHE_PROBLEM_BYTES), 1);
	}
	ck_assert_uint_eq(figures().entries, MANY);
	ck_assert_uint_eq(figures().dropped, 0);
}
END_TEST

START_TEST(everything_wrong_is_mended)
{
	struct cache_scrub_progress progress;

	open_with_dir(MB);
	put_many();
	spoil();
	progress = walk(true, true);
	ck_assert_uint_eq(progress.found, 6);
	ck_assert_uint_eq(progress.mended, 6);
	check_invariants();
	ck_assert_uint_eq(figures().entries, MANY - 4);
	ck_assert_uint_eq(figures().dropped, 4);
	/* What is only missing keeps its size. */
	ck_assert_int_eq(state_of(1), CACHE_EVICTED);
	ck_assert_int_eq(state_of(4), CACHE_ABSENT);
	ck_assert_uint_eq(walk(true, true).found, 0);
}
END_TEST

static void put_and_spoil(void)
{
	char path[400];

	put_many();
	snprintf(path, sizeof(path), "%s/blobs/00", folder);
	mkdir(path, 0700);
	spoil();
}

START_TEST(a_round_after_an_unclean_stop_ends_all_doubts)
{
	fixture_unclean(MB, put_and_spoil);
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_uint_eq(cache_scrub_due(cache), 0);
	ck_assert(!cache_is_scrubbed(cache, &(struct hash128){ 0 }));
	walk(true, false);
	check_invariants();
	ck_assert_uint_eq(figures().entries, MANY - 4);
	ck_assert_uint_gt(cache_scrub_due(cache), now_real());
	/* No open looks at the hash any more. */
	corrupt(5);
	ck_assert_int_eq(cache_is_scrubbed(cache, &(struct hash128){ { 0xfe } }), 1);
	fixture_reopen(MB);
	ck_assert_uint_gt(cache_scrub_due(cache), now_real());
	ck_assert_uint_eq(cache->session.trusted_from, 0);
}
END_TEST

START_TEST(a_round_that_was_left_goes_on_where_it_was)
{
	struct cache_scrub_options options = { .mend = true };
	struct cache_scrub_progress progress;
	struct cache_scrub *scrub;
	uint64_t bytes, place;

	fixture_unclean(MB, put_many);
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_int_eq(cache_scrub_new(cache, &options, &scrub), 0);
	do {
		ck_assert_int_eq(cache_scrub_step(scrub, &bytes), 0);
		cache_scrub_progress(scrub, &progress);
	} while (progress.blobs < 100);
	ck_assert_int_eq(cache_scrub_save(scrub), 0);
	cache_scrub_free(scrub);
	place = atomic_load(&cache->trusted_below);
	ck_assert_uint_gt(place, 0);
	fixture_reopen(MB);
	ck_assert_uint_eq(atomic_load(&cache->trusted_below), place);
	ck_assert_uint_eq(cache_scrub_due(cache), 0);
	ck_assert_uint_gt(cache->session.trusted_from, 0);
	progress = walk(true, false);
	ck_assert_uint_lt(progress.blobs, MANY - 99);
	ck_assert_uint_gt(progress.blobs, MANY - 200);
	/* Another unclean stop begins it anew. */
	change("UPDATE meta SET value = 0 WHERE name = 'clean'");
	cache = cache_free(cache);
	change("UPDATE meta SET value = 0 WHERE name = 'clean'");
	change("UPDATE meta SET value = 77 WHERE name = 'scrub_low'");
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_uint_eq(atomic_load(&cache->trusted_below), 0);
}
END_TEST

START_TEST(a_catalog_that_contradicts_itself_is_begun_anew_at_the_next_start)
{
	ck_assert_int_eq(fixture_open(MB), 0);
	put_many();
	change("UPDATE shelf SET bytes = bytes + 1 WHERE shelf = 0");
	ck_assert_uint_eq(walk(false, true).found, 1);
	ck_assert_uint_eq(count_of(CACHE_PROBLEM_CATALOG), 1);
	ck_assert(!figures().damaged);
	ck_assert_uint_eq(walk(true, false).found, 1);
	ck_assert(figures().damaged);
	change("UPDATE shelf SET bytes = bytes - 1 WHERE shelf = 0");
	fixture_reopen(MB);
	ck_assert_ptr_nonnull(strstr(reason, "damage was found"));
	ck_assert_uint_eq(figures().entries, 0);
	finish_recovery();
	check_invariants();
	fixture_reopen(MB);
	ck_assert_str_eq(reason, "");
}
END_TEST

START_TEST(looking_at_a_stopped_folder_changes_nothing)
{
	struct cache_options options = { .folder = folder, .fingerprint = "", .as_is = true };
	uint64_t bytes, files, bytes_after, files_after;

	fixture_unclean(MB, put_and_spoil);
	folder_figures(&bytes, &files);
	ck_assert_int_eq(cache_new(&options, &cache, reason), 0);
	ck_assert_uint_eq(figures().limit_bytes, MB);
	ck_assert_uint_eq(walk(false, true).found, 6);
	cache = cache_free(cache);
	folder_figures(&bytes_after, &files_after);
	ck_assert_uint_eq(bytes_after, bytes);
	ck_assert_uint_eq(files_after, files);
	/* And the doubts are still there. */
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_uint_gt(cache->session.trusted_from, 0);
	ck_assert_uint_eq(cache_scrub_due(cache), 0);
	finish_recovery();
	check_invariants();
	cache = cache_free(cache);
	write_file("catalog.db", "This is certainly no database, however long one reads on.");
	ck_assert_int_eq(cache_new(&options, &cache, reason), -EUCLEAN);
	cache = NULL;
	ck_assert_int_eq(fixture_open(MB), 0);
	ck_assert_ptr_nonnull(strstr(reason, "set aside"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_is_right_is_left_alone,
		everything_wrong_is_told_and_nothing_changed_by_looking,
		everything_wrong_is_mended,
		a_round_after_an_unclean_stop_ends_all_doubts,
		a_round_that_was_left_goes_on_where_it_was,
		a_catalog_that_contradicts_itself_is_begun_anew_at_the_next_start,
		looking_at_a_stopped_folder_changes_nothing,
	};

	return run_suite("scrub", tests, ARRAY_SIZE(tests));
}
