/* SPDX-License-Identifier: MIT
 *
 * Fuzzes what the cache makes of its catalog's rows: an input becomes rows of any numbers, texts
 * and blobs, past every CHECK, and everything a daemon asks is asked of them. A row may be
 * nonsense, and then it is missed or dropped; what is answered keeps its own rules all the same.
 */
#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <unistd.h>

#include "cache/cache.h"
#include "fuzz.h"
#include "util/cleanup.h"

#define N_KEYS 4

static char folder[PATH_MAX], database[PATH_MAX + 16];
static struct cache *cache;
static sqlite3 *db;

static void cache_reopen(void)
{
	struct cache_options options = {
		.folder = folder,
		.limit_bytes = 1 << 20,
		.fingerprint = "fuzz",
	};
	char reason[CACHE_REASON_MAX];

	/* A catalog that is set aside takes its connections along. */
	cache = cache_free(cache);
	sqlite3_close(db);
	db = NULL;
	if (cache_new(&options, &cache, reason) != 0) {
		fprintf(stderr, "%s\n", reason);
		abort();
	}
	MUST(sqlite3_open(database, &db) == SQLITE_OK);
	/* Nothing here shall survive, so nothing need wait for a disk. */
	MUST(sqlite3_exec(db, "PRAGMA ignore_check_constraints = 1; PRAGMA synchronous = 0",
		     NULL, NULL, NULL) == SQLITE_OK);
}

static void folder_remove(void)
{
	char command[PATH_MAX + 16];

	cache = cache_free(cache);
	sqlite3_close(db);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	if (system(command) != 0)
		perror(folder);
}

static void folder_make(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/lensfs-fuzz-XXXXXX", tmp ? tmp : "/tmp");
	MUST(mkdtemp(folder));
	atexit(folder_remove);
	snprintf(database, sizeof(database), "%s/catalog.db", folder);
	cache_reopen();
}

static struct hash128 key_of(unsigned i)
{
	struct hash128 key;

	memset(&key, (int)('a' + i % N_KEYS), sizeof(key));
	return key;
}

/* --- Rows ---------------------------------------------------------------------------------- */

static void bind_number(sqlite3_stmt *s, int column, struct bytes *b)
{
	uint8_t how = bytes_u8(b);

	sqlite3_bind_int64(s, column,
		how < 200   ? how % 8
		: how < 220 ? -(int64_t)how
			    : (int64_t)bytes_u64(b));
}

static void bind_bytes(sqlite3_stmt *s, int column, struct bytes *b, bool text)
{
	uint8_t data[512] = { 0 };
	size_t size = bytes_u8(b) < 200 ? 16 : bytes_u16(b) % sizeof(data);

	for (size_t i = 0; i < size; i++)
		data[i] = bytes_u8(b);
	if (text)
		sqlite3_bind_text(s, column, (char *)data, (int)size, SQLITE_TRANSIENT);
	else
		sqlite3_bind_blob(s, column, data, (int)size, SQLITE_TRANSIENT);
}

/* A row of the table as it is, whatever columns it has. */
static void row_add(const char *table, struct bytes *b)
{
	struct hash128 key = key_of(bytes_u8(b));
	char sql[256], marks[128] = "?";
	sqlite3_stmt *columns, *s;
	int n = 0;

	snprintf(sql, sizeof(sql), "SELECT type, name = 'key' FROM pragma_table_info('%s')",
		table);
	MUST(sqlite3_prepare_v2(db, sql, -1, &columns, NULL) == SQLITE_OK);
	while (sqlite3_step(columns) == SQLITE_ROW) {
		if (n++ > 0)
			strcat(marks, ",?");
		MUST(strlen(marks) + 3 < sizeof(marks));
	}
	snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO %s VALUES (%s)", table, marks);
	MUST(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK);
	sqlite3_reset(columns);
	for (int i = 1; sqlite3_step(columns) == SQLITE_ROW; i++) {
		const char *type = (const char *)sqlite3_column_text(columns, 0);

		if (sqlite3_column_int(columns, 1))
			sqlite3_bind_blob(s, i, &key, sizeof(key), SQLITE_TRANSIENT);
		else if (strcmp(type, "REAL") == 0)
			sqlite3_bind_double(s, i, (double)bytes_u64(b));
		else if (strcmp(type, "INTEGER") == 0)
			bind_number(s, i, b);
		else
			bind_bytes(s, i, b, strcmp(type, "TEXT") == 0);
	}
	sqlite3_finalize(columns);
	sqlite3_step(s);
	sqlite3_finalize(s);
}

/* --- Questions ----------------------------------------------------------------------------- */

static void entry_check(const struct cache_entry *entry)
{
	MUST(entry->state <= CACHE_FAILED);
	MUST(memchr(entry->reason, '\0', sizeof(entry->reason)));
	/* An errno goes to the kernel, which takes nothing else. */
	MUST(entry->state != CACHE_FAILED || (entry->error > 0 && entry->error < 4096));
	MUST(entry->size_bytes <= INT64_MAX);
}

static void ask(unsigned i)
{
	struct hash128 key = key_of(i), content;
	struct stamp stamp = { .size_bytes = i };
	struct cache_entry entry;
	int fd = -1, r;

	r = cache_lookup(cache, &key, &entry);
	MUST(r <= 0);
	if (r == 0)
		entry_check(&entry);
	r = cache_open(cache, &key, &entry, &fd);
	entry_check(&entry);
	MUST((r == 0) == (fd >= 0));
	close_fd(&fd);
	MUST(cache_content_get(cache, &stamp, &content) <= CACHE_E_MISS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };
	unsigned how = bytes_u8(&b);
	struct cache_stats stats;

	if (!cache)
		folder_make();
	MUST(sqlite3_exec(db, "BEGIN; DELETE FROM variant; DELETE FROM source", NULL, NULL,
		     NULL) == SQLITE_OK);
	for (int i = 0; i < 8 && b.left > 0; i++) {
		if (bytes_u8(&b) % 4)
			row_add("variant", &b);
		else
			row_add("source", &b);
	}
	MUST(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
	if (how % 8 == 0)
		cache_reopen();
	for (unsigned i = 0; i < N_KEYS; i++)
		ask(i);
	(void)cache_set_limit(cache, how % 2 ? 1 : 1 << 20);
	(void)cache_flush(cache);
	cache_stats(cache, &stats);
	for (unsigned i = 0; i < N_KEYS; i++) {
		struct hash128 key = key_of(i);
		struct cache_entry entry;

		MUST(cache_drop(cache, &key) <= 0);
		if (cache_lookup(cache, &key, &entry) == 0)
			MUST(entry.state == CACHE_ABSENT);
	}
	return 0;
}

size_t fuzz_seed(size_t i, uint8_t *out, size_t max)
{
	size_t size = 256;

	if (i >= 24 || max < size)
		return 0;
	for (size_t at = 0; at < size; at++)
		out[at] = (uint8_t)(at * (2 * i + 1) + i * 37);
	out[0] = (uint8_t)i;
	return size;
}
