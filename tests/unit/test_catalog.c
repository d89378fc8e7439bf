/* SPDX-License-Identifier: MIT */
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

START_TEST(candidates_come_by_rank_and_only_the_present_ones)
{
	_cleanup_(catalog_txn_done) struct catalog_txn txn = { 0 };
	struct evict_candidate candidates[4];
	struct hash128 oldest = key_of(2), next = key_of(1);
	uint64_t bytes, entries;
	size_t n;

	open_catalog();
	put_row(1, CACHE_PRESENT, 20);
	put_row(2, CACHE_PRESENT, 10);
	put_row(3, CACHE_PRESENT, 30);
	put_row(4, CACHE_EVICTED, 1);
	put_row(5, CACHE_FAILED, 2);
	ck_assert_int_eq(catalog_totals(catalog, &bytes, &entries), 0);
	ck_assert_uint_eq(bytes, 300);
	ck_assert_uint_eq(entries, 3);
	ck_assert_int_eq(catalog_begin(catalog, &txn), 0);
	ck_assert_int_eq(catalog_txn_candidates(&txn, candidates, 2, &n), 0);
	ck_assert_uint_eq(n, 2);
	ck_assert(hash128_equal(&candidates[0].key, &oldest));
	ck_assert(hash128_equal(&candidates[1].key, &next));
	ck_assert_int_eq(catalog_txn_evict(&txn, &oldest), 0);
	ck_assert_int_eq(catalog_txn_candidates(&txn, candidates, 4, &n), 0);
	ck_assert_uint_eq(n, 2);
	catalog_txn_done(&txn);
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
				 " WHERE state = 1 ORDER BY rank LIMIT ?1",
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

/* More than the WAL is allowed, with a reader that is never idle. */
START_TEST(the_wal_stays_bounded_under_constant_reading)
{
	struct catalog_row row;
	char path[300];
	struct stat st;

	open_catalog();
	snprintf(path, sizeof(path), "%s/catalog.db-wal", folder);
	for (unsigned i = 0; i < 3000; i++) {
		put_row(i, CACHE_PRESENT, i);
		ck_assert_int_eq(get(i, &row), 0);
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
		candidates_come_by_rank_and_only_the_present_ones,
		trim_takes_the_oldest_without_bytes_and_the_oldest_sources,
		sessions_count_and_distrust_what_came_before_an_unclean_stop,
		the_wal_stays_bounded_under_constant_reading,
		the_journal_is_a_wal_and_choices_use_the_partial_indexes,
	};

	return run_suite("catalog", tests, ARRAY_SIZE(tests));
}
