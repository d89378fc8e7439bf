/* SPDX-License-Identifier: MIT */
#include <sys/eventfd.h>

#include "cache/catalog.h"
#include "cache/schema.h"
#include "cache_fixture.h"
#include "catalog.sql.h"

static struct catalog *catalog;

static void open_catalog(void)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/catalog.db", folder);
	ck_assert_msg(catalog_new(path, &catalog, reason) == 0, "%s", reason);
}

static struct catalog_row row_of(enum cache_state state, usec_t used_usec)
{
	struct catalog_row row = {
		.entry = { .state = state,
			.size_bytes = 100,
			.width = UINT32_MAX,
			.height = 2,
			.encode_usec = 3,
			.hash = key_of(77) },
		.session = 4,
		.used_usec = used_usec,
		.uses = 6,
		.turned_bytes = 7,
	};

	if (state == CACHE_FAILED) {
		row.entry.error = EIO;
		row.expires_usec = 1000;
		snprintf(row.entry.reason, sizeof(row.entry.reason), "it's \"so\"");
	}
	return row;
}

static void put_row(unsigned number, enum cache_state state, usec_t used_usec)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct catalog_row row = row_of(state, used_usec);
	struct hash128 key = key_of(number);

	ck_assert_int_eq(catalog_begin(catalog, &txn), 0);
	ck_assert_int_eq(catalog_txn_put(&txn, &key, &row), 0);
	ck_assert_int_eq(catalog_commit(&txn), 0);
}

static int get(unsigned number, struct catalog_row *ret)
{
	struct hash128 key = key_of(number);

	return catalog_get(catalog, &key, ret);
}

START_TEST(the_schema_applies_and_has_the_version_the_code_expects)
{
	sqlite3 *db;
	sqlite3_stmt *s;

	ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, catalog_sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &s, NULL), 0);
	ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(s, 0), SCHEMA_VERSION);
	sqlite3_finalize(s);
	sqlite3_close(db);
}
END_TEST

START_TEST(every_column_makes_the_round_trip)
{
	struct catalog_row wanted, got;

	open_catalog();
	ck_assert_int_eq(get(1, &got), CATALOG_E_NONE);
	for (enum cache_state state = CACHE_PRESENT; state <= CACHE_FAILED; state++) {
		wanted = row_of(state, 5);
		put_row(1, state, 5);
		ck_assert_int_eq(get(1, &got), 0);
		ck_assert_int_eq(got.entry.state, state);
		ck_assert(hash128_equal(&got.entry.hash, &wanted.entry.hash));
		ck_assert_uint_eq(got.entry.size_bytes, 100);
		ck_assert_uint_eq(got.entry.width, UINT32_MAX);
		ck_assert_uint_eq(got.entry.height, 2);
		ck_assert_uint_eq(got.entry.encode_usec, 3);
		ck_assert_int_eq(got.entry.error, wanted.entry.error);
		ck_assert_str_eq(got.entry.reason, wanted.entry.reason);
		ck_assert_uint_eq(got.session, 4);
		ck_assert_uint_eq(got.used_usec, 5);
		ck_assert_uint_eq(got.uses, 6);
		ck_assert_uint_eq(got.turned_bytes, 7);
		ck_assert_uint_eq(got.expires_usec, wanted.expires_usec);
	}
	catalog = catalog_free(catalog);
}
END_TEST

START_TEST(a_transaction_without_commit_never_was)
{
	struct catalog_row row = row_of(CACHE_PRESENT, 1), got;
	struct hash128 key = key_of(1);

	open_catalog();
	{
		_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };

		ck_assert_int_eq(catalog_begin(catalog, &txn), 0);
		ck_assert_int_eq(catalog_txn_put(&txn, &key, &row), 0);
		ck_assert_int_eq(catalog_txn_get(&txn, &key, &got), 0);
		ck_assert_int_eq(get(1, &got), CATALOG_E_NONE);
	}
	ck_assert_int_eq(get(1, &got), CATALOG_E_NONE);
	put_row(1, CACHE_PRESENT, 1);
	catalog = catalog_free(catalog);
}
END_TEST

START_TEST(rows_that_make_no_sense_are_refused)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct catalog_row row = row_of(CACHE_PRESENT, 1);
	struct hash128 key = key_of(1);

	open_catalog();
	ck_assert_int_eq(catalog_begin(catalog, &txn), 0);
	row.entry.error = EIO;
	ck_assert_int_lt(catalog_txn_put(&txn, &key, &row), 0);
	row = row_of(CACHE_ABSENT, 1);
	ck_assert_int_lt(catalog_txn_put(&txn, &key, &row), 0);
	row = row_of(CACHE_PRESENT, 1);
	ck_assert_int_eq(catalog_txn_put(&txn, &key, &row), 0);
	catalog_txn_done(&txn);
	catalog = catalog_free(catalog);
}
END_TEST

static void put_figures(struct catalog_txn *txn, unsigned number, enum cache_state state,
	uint64_t size_bytes, uint32_t uses)
{
	struct catalog_row row = row_of(state, 1);
	struct hash128 key = key_of(number);

	row.entry.size_bytes = size_bytes;
	row.uses = uses;
	ck_assert_int_eq(catalog_txn_put(txn, &key, &row), 0);
}

static bool candidates_are(struct catalog_txn *txn, enum evict_shelf shelf, size_t max,
	const unsigned *numbers, size_t n)
{
	struct evict_candidate candidates[8];
	size_t found;

	ck_assert_int_eq(catalog_txn_candidates(txn, shelf, candidates, max, &found), 0);
	for (size_t i = 0; i < n && i < found; i++) {
		struct hash128 key = key_of(numbers[i]);

		if (!hash128_equal(&candidates[i].key, &key))
			return false;
	}
	return found == n;
}

START_TEST(candidates_come_by_shelf_and_rank_and_only_the_present_ones)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct hash128 largest = key_of(2);
	uint64_t bytes, entries;

	open_catalog();
	ck_assert_int_eq(catalog_begin(catalog, &txn), 0);
	put_figures(&txn, 1, CACHE_PRESENT, 200, EVICT_USE);
	put_figures(&txn, 2, CACHE_PRESENT, 300, EVICT_USE);
	put_figures(&txn, 3, CACHE_PRESENT, 100, EVICT_USE);
	put_figures(&txn, 4, CACHE_EVICTED, 900, EVICT_USE);
	put_figures(&txn, 5, CACHE_FAILED, 0, 0);
	put_figures(&txn, 6, CACHE_PRESENT, 50, 2 * EVICT_USE);
	ck_assert(candidates_are(&txn, EVICT_PROBATION, 8, (unsigned[]){ 2, 1, 3 }, 3));
	ck_assert(candidates_are(&txn, EVICT_PROBATION, 2, (unsigned[]){ 2, 1 }, 2));
	ck_assert(candidates_are(&txn, EVICT_KEPT, 8, (unsigned[]){ 6 }, 1));
	ck_assert_int_eq(catalog_txn_evict(&txn, &largest), 0);
	ck_assert(candidates_are(&txn, EVICT_PROBATION, 8, (unsigned[]){ 1, 3 }, 2));
	ck_assert_int_eq(catalog_commit(&txn), 0);
	ck_assert_int_eq(catalog_totals(catalog, &bytes, &entries), 0);
	ck_assert_uint_eq(bytes, 350);
	ck_assert_uint_eq(entries, 3);
	check_shelves();
	catalog = catalog_free(catalog);
}
END_TEST

START_TEST(ranks_start_from_the_age_of_their_shelf)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct evict_clock clock;

	open_catalog();
	ck_assert_int_eq(catalog_begin(catalog, &txn), 0);
	ck_assert_int_eq(catalog_txn_clock(&txn, 1000, &clock), 0);
	ck_assert_uint_eq(clock.limit_bytes, 1000);
	ck_assert_uint_eq(clock.turned_bytes + clock.age[0] + clock.age[1], 0);
	put_figures(&txn, 1, CACHE_PRESENT, 10, EVICT_USE);
	clock.age[EVICT_PROBATION] = INT64_MAX / 2;
	clock.turned_bytes = 77;
	ck_assert_int_eq(catalog_txn_set_clock(&txn, &clock), 0);
	/* Of lower value, but later; and one of another shelf. */
	put_figures(&txn, 2, CACHE_PRESENT, 1000, EVICT_USE);
	put_figures(&txn, 3, CACHE_PRESENT, 20, 2 * EVICT_USE);
	ck_assert(candidates_are(&txn, EVICT_PROBATION, 8, (unsigned[]){ 1, 2 }, 2));
	ck_assert_int_eq(catalog_txn_clock(&txn, 1000, &clock), 0);
	ck_assert_uint_eq(clock.age[EVICT_PROBATION], INT64_MAX / 2);
	ck_assert_uint_eq(clock.age[EVICT_KEPT], 0);
	ck_assert_uint_eq(clock.bytes[EVICT_PROBATION], 1010);
	ck_assert_uint_eq(clock.bytes[EVICT_KEPT], 20);
	ck_assert_uint_eq(clock.turned_bytes, 77);
	ck_assert_int_eq(catalog_commit(&txn), 0);
	ck_assert_int_eq(ask("SELECT rank FROM variant WHERE size_bytes = 20"),
		(int64_t)evict_rank(20, 3, 2 * EVICT_USE, 0));
	catalog = catalog_free(catalog);
}
END_TEST

/* Put, replaced, moved to the other shelf, evicted, deleted, rolled back, trimmed: whatever the
 * order, the sums of the shelves are those of the rows. */
static void random_change(struct catalog_txn *txn, unsigned *seed)
{
	unsigned number = (unsigned)rand_r(seed) % 30;
	struct hash128 key = key_of(number);

	switch (rand_r(seed) % 8) {
	case 0:
		ck_assert_int_eq(catalog_txn_delete(txn, &key), 0);
		break;
	case 1:
	case 2:
		ck_assert_int_eq(catalog_txn_evict(txn, &key), 0);
		break;
	case 3:
		ck_assert_int_eq(catalog_txn_trim(txn, 5, 5), 0);
		break;
	default:
		put_figures(txn, number, 1 + (enum cache_state)(rand_r(seed) % 3),
			(uint64_t)rand_r(seed) % 1000,
			(uint32_t)rand_r(seed) % (3 * EVICT_USE));
	}
}

START_TEST(shelves_are_the_sums_of_their_rows_after_every_step)
{
	unsigned seed = 5;

	open_catalog();
	for (unsigned i = 0; i < 600; i++) {
		_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };

		ck_assert_int_eq(catalog_begin(catalog, &txn), 0);
		random_change(&txn, &seed);
		random_change(&txn, &seed);
		if (rand_r(&seed) % 4)
			ck_assert_int_eq(catalog_commit(&txn), 0);
		else
			catalog_txn_done(&txn);
		check_shelves();
	}
	ck_assert_int_gt(ask("SELECT min(entries) FROM shelf"), 0);
	catalog = catalog_free(catalog);
}
END_TEST

START_TEST(trim_takes_the_oldest_without_bytes_and_the_oldest_sources)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct catalog_row row;
	struct hash128 content = key_of(9);

	open_catalog();
	put_row(1, CACHE_PRESENT, 1);
	put_row(2, CACHE_EVICTED, 40);
	put_row(3, CACHE_FAILED, 20);
	put_row(4, CACHE_EVICTED, 10);
	for (unsigned i = 0; i < 5; i++) {
		struct stamp stamp = { .id.ino = i };

		ck_assert_int_eq(catalog_content_put(catalog, &stamp, &content, 100 - i), 0);
	}
	ck_assert_int_eq(catalog_begin(catalog, &txn), 0);
	ck_assert_int_eq(catalog_txn_trim(&txn, 3, 5), 0);
	ck_assert_int_eq(catalog_commit(&txn), 0);
	ck_assert_int_eq(ask("SELECT count(*) FROM variant"), 4);
	ck_assert_int_eq(ask("SELECT count(*) FROM source"), 5);
	ck_assert_int_eq(catalog_begin(catalog, &txn), 0);
	ck_assert_int_eq(catalog_txn_trim(&txn, 1, 2), 0);
	ck_assert_int_eq(catalog_commit(&txn), 0);
	ck_assert_int_eq(get(1, &row), 0);
	ck_assert_int_eq(get(2, &row), 0);
	ck_assert_int_eq(get(3, &row), CATALOG_E_NONE);
	ck_assert_int_eq(get(4, &row), CATALOG_E_NONE);
	ck_assert_int_eq(ask("SELECT count(*) FROM source"), 2);
	ck_assert_int_eq(ask("SELECT max(ino) FROM source"), 1);
	catalog = catalog_free(catalog);
}
END_TEST

START_TEST(sessions_count_and_distrust_what_came_before_an_unclean_stop)
{
	struct catalog_session session;

	open_catalog();
	ck_assert_int_eq(catalog_session_start(catalog, &session), 0);
	ck_assert_uint_eq(session.number, 1);
	ck_assert_uint_eq(session.trusted_from, 0);
	ck_assert(!session.clean); /* fresh: who knows what lies in the folder */
	ck_assert_int_eq(catalog_session_end(catalog), 0);
	catalog = catalog_free(catalog);
	open_catalog();
	ck_assert_int_eq(catalog_session_start(catalog, &session), 0);
	ck_assert_uint_eq(session.number, 2);
	ck_assert_uint_eq(session.trusted_from, 0);
	ck_assert(session.clean);
	catalog = catalog_free(catalog);
	open_catalog();
	ck_assert_int_eq(catalog_session_start(catalog, &session), 0);
	ck_assert_uint_eq(session.trusted_from, 3);
	ck_assert(!session.clean);
	ck_assert_int_eq(catalog_session_end(catalog), 0);
	catalog = catalog_free(catalog);
	open_catalog();
	ck_assert_int_eq(catalog_session_start(catalog, &session), 0);
	ck_assert_uint_eq(session.trusted_from, 3);
	ck_assert(session.clean);
	catalog = catalog_free(catalog);
}
END_TEST

START_TEST(the_journal_is_a_wal_and_choices_use_the_partial_indexes)
{
	char path[300];
	sqlite3 *db;
	sqlite3_stmt *s;

	open_catalog();
	snprintf(path, sizeof(path), "%s/catalog.db-wal", folder);
	ck_assert_int_eq(access(path, F_OK), 0);
	*strrchr(path, '-') = '\0';
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db,
				 "EXPLAIN QUERY PLAN SELECT key, size_bytes, rank FROM variant"
				 " WHERE state = 1 AND shelf = ?1 ORDER BY rank, key"
				 " LIMIT ?2",
				 -1, &s, NULL),
		SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
	ck_assert_ptr_nonnull(strstr(
		(const char *)sqlite3_column_text(s, 3), "COVERING INDEX variant_present"));
	ck_assert_int_eq(sqlite3_step(s), SQLITE_DONE);
	sqlite3_finalize(s);
	sqlite3_close(db);
	catalog = catalog_free(catalog);
}
END_TEST

/* More than the WAL is allowed, with a reader that is never idle, and who maintains it when told.
 */
START_TEST(the_wal_stays_bounded_under_constant_reading)
{
	struct catalog_row row;
	char path[300];
	struct stat st;

	open_catalog();
	snprintf(path, sizeof(path), "%s/catalog.db-wal", folder);
	for (unsigned i = 0; i < 3000; i++) {
		uint64_t due;

		put_row(i, CACHE_PRESENT, i);
		ck_assert_int_eq(get(i, &row), 0);
		if (eventfd_read(catalog_due_fd(catalog), &due) == 0)
			ck_assert_int_eq(catalog_maintain(catalog), 0);
	}
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_lt(st.st_size, 6 * 1024 * 1024);
	catalog = catalog_free(catalog);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		the_schema_applies_and_has_the_version_the_code_expects,
		every_column_makes_the_round_trip,
		a_transaction_without_commit_never_was,
		rows_that_make_no_sense_are_refused,
		candidates_come_by_shelf_and_rank_and_only_the_present_ones,
		ranks_start_from_the_age_of_their_shelf,
		shelves_are_the_sums_of_their_rows_after_every_step,
		trim_takes_the_oldest_without_bytes_and_the_oldest_sources,
		sessions_count_and_distrust_what_came_before_an_unclean_stop,
		the_wal_stays_bounded_under_constant_reading,
		the_journal_is_a_wal_and_choices_use_the_partial_indexes,
	};

	return run_suite("catalog", tests, ARRAY_SIZE(tests));
}
