/* SPDX-License-Identifier: MIT
 *
 * A cache of many entries, made directly, and how long it then takes to open it, to look up, to
 * hit while nothing else happens and while 100,000 entries are evicted.
 *
 *	scale make FOLDER ENTRIES      the folder must not exist
 *	scale measure FOLDER           prints "figure value" lines; evicts, so once per folder
 *
 * Only what is evicted and what is hit has files; for the rest, rows are enough. They are
 * written without indexes and triggers, which are made afterwards: a bulk load, for which the
 * catalog itself has no use.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/cache.h"
#include "cache/evict.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/fdio.h"

#define EVICTED    100000
#define HOT        10000
#define FILE_BYTES 200
#define LOOKUPS    200000
#define LIMIT      (UINT64_C(1) << 50)

static void die(const char *what, const char *why)
{
	fprintf(stderr, "scale: %s: %s\n", what, why);
	exit(1);
}

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* Ascending with i, so that rows are appended. */
static struct hash128 key_of(uint64_t i, uint64_t n)
{
	uint64_t parts[2] = { UINT64_MAX / n * i + mix(i) % (UINT64_MAX / n), mix(i + n) };
	struct hash128 key;

	for (size_t b = 0; b < 8; b++) {
		key.bytes[b] = (uint8_t)(parts[0] >> (56 - 8 * b));
		key.bytes[8 + b] = (uint8_t)(parts[1] >> (56 - 8 * b));
	}
	return key;
}

/* Those with files, spread over all of the keys: one in eleven of them is hot. */
#define FILES     (EVICTED + HOT)
#define HOT_EVERY (FILES / HOT)

static uint64_t file_number(uint64_t j, uint64_t n)
{
	return n / FILES * j;
}

static uint64_t hot_number(uint64_t j, uint64_t n)
{
	return file_number(j * HOT_EVERY, n);
}

/* --- Making ------------------------------------------------------------------------------- */

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die(sql, sqlite3_errmsg(db));
}

/* Drops indexes and triggers, and returns what makes them again. */
static char *strip(sqlite3 *db)
{
	char *again = strdup(""), *drops = strdup("");
	sqlite3_stmt *s;

	sqlite3_prepare_v2(db,
		"SELECT type, name, sql FROM sqlite_schema"
		" WHERE type IN ('index', 'trigger') AND sql IS NOT NULL",
		-1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW) {
		char *more, *more_drops;

		if (asprintf(&more, "%s%s;\n", again, sqlite3_column_text(s, 2)) < 0 ||
			asprintf(&more_drops, "%sDROP %s %s;\n", drops,
				sqlite3_column_text(s, 0), sqlite3_column_text(s, 1)) < 0)
			die("strip", "no memory");
		free(again);
		free(drops);
		again = more;
		drops = more_drops;
	}
	sqlite3_finalize(s);
	run(db, drops);
	free(drops);
	return again;
}

enum kind { PLAIN, GOING, KEPT };

static enum kind kind_of(uint64_t i, uint64_t n)
{
	uint64_t step = n / FILES, j = i / step;

	if (i % step != 0 || j >= FILES)
		return PLAIN;
	return j % HOT_EVERY == 0 ? KEPT : GOING;
}

static void insert(
	sqlite3 *db, sqlite3_stmt *s, uint64_t i, uint64_t n, const struct hash128 *hash)
{
	struct hash128 key = key_of(i, n), content = key_of(i / 3, n / 3 + 1);
	enum kind kind = kind_of(i, n);
	uint64_t size = kind == PLAIN ? 4096 + mix(i) % 200000 : FILE_BYTES;
	usec_t cost = kind == GOING ? 1 : 20000 + mix(i + 7) % 2000000;
	uint32_t uses = kind == KEPT ? EVICT_USES_MAX : EVICT_USE;
	char view[32];

	/* Ranks below all others, in no order of the keys. */
	uint64_t rank =
		kind == GOING ? mix(i) % 1000 : evict_rank(size, cost, uses, 0) + 100000;

	snprintf(view, sizeof(view), "webp-q79-e4-w%u", 400 * (unsigned)(i % 3 + 1));
	sqlite3_bind_blob(s, 1, key.bytes, HASH128_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, (sqlite3_int64)size);
	sqlite3_bind_int64(s, 3, (sqlite3_int64)cost);
	sqlite3_bind_int64(s, 4, (sqlite3_int64)(now_real() - mix(i + 9) % 1000000000));
	sqlite3_bind_int64(s, 5, uses);
	sqlite3_bind_int(s, 6, (int)evict_shelf(uses));
	sqlite3_bind_int64(s, 7, (sqlite3_int64)rank);
	sqlite3_bind_blob(s, 8, content.bytes, HASH128_SIZE, SQLITE_STATIC);
	sqlite3_bind_text(s, 9, view, -1, SQLITE_STATIC);
	sqlite3_bind_blob(s, 10, hash->bytes, HASH128_SIZE, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_DONE)
		die("insert", sqlite3_errmsg(db));
	sqlite3_reset(s);
}

static void fill(const char *path, uint64_t n, const struct hash128 *hash)
{
	_cleanup_free_ char *again = NULL;
	sqlite3_stmt *s;
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		die(path, "cannot be opened");
	run(db, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF;"
		"PRAGMA cache_size = -262144; PRAGMA locking_mode = EXCLUSIVE; BEGIN");
	again = strip(db);
	sqlite3_prepare_v2(db,
		"INSERT INTO variant (key, state, session, hash, size_bytes, width, height,"
		" format, quality, encode_usec, used_usec, uses, turned_bytes, shelf, rank,"
		" expires_usec, error,"
		" reason, content, view) VALUES (?1, 1, 1, ?10, ?2, 800, 600, 2, 79, ?3, ?4,"
		" ?5, 0, ?6, ?7, 0, 0, '', ?8, ?9)",
		-1, &s, NULL);
	for (uint64_t i = 0; i < n; i++)
		insert(db, s, i, n, hash);
	sqlite3_finalize(s);
	run(db, "UPDATE shelf SET"
		" bytes = (SELECT coalesce(sum(size_bytes), 0) FROM variant v"
		" WHERE v.shelf = shelf.shelf),"
		" entries = (SELECT count(*) FROM variant v WHERE v.shelf = shelf.shelf)");
	run(db, again);
	run(db, "COMMIT; PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL");
	sqlite3_close(db);
}

static void make_file(const char *folder, uint64_t i, uint64_t n)
{
	struct hash128 key = key_of(i, n);
	char hex[HASH128_HEX_SIZE], path[4200], bytes[FILE_BYTES] = { 0 };
	int fd;

	hash128_hex(&key, hex);
	snprintf(path, sizeof(path), "%s/blobs/%.2s/%s", folder, hex, hex);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || fdio_write_full(fd, bytes, sizeof(bytes)) < 0)
		die(path, strerror(errno));
	close(fd);
}

static struct cache *open_cache(const char *folder)
{
	struct cache_options options = {
		.folder = folder,
		.limit_bytes = LIMIT,
		.fingerprint = "scale",
	};
	char reason[CACHE_REASON_MAX];
	struct cache *cache;

	if (cache_new(&options, &cache, reason) != 0)
		die(folder, reason);
	return cache;
}

/* All files are the same: zeros. */
static struct hash128 hash_of_files(const char *folder)
{
	struct cache *cache = open_cache(folder);
	FILE *f = tmpfile();
	struct hash128 hash;
	uint64_t bytes;

	if (!f || ftruncate(fileno(f), FILE_BYTES) < 0 ||
		hash128_of_fd(cache_secret(cache), fileno(f), &hash, &bytes) < 0)
		die("hash", "failed");
	fclose(f);
	cache_free(cache);
	return hash;
}

static void make(const char *folder, uint64_t n)
{
	struct hash128 hash;
	char path[4200];

	if (n < FILES)
		die("make", "too few entries");
	hash = hash_of_files(folder);
	snprintf(path, sizeof(path), "%s/catalog.db", folder);
	fill(path, n, &hash);
	snprintf(path, sizeof(path), "%s/blobs", folder);
	mkdir(path, 0700);
	for (unsigned i = 0; i < 256; i++) {
		snprintf(path, sizeof(path), "%s/blobs/%02x", folder, i);
		mkdir(path, 0700);
	}
	for (uint64_t j = 0; j < FILES; j++)
		make_file(folder, file_number(j, n), n);
	snprintf(path, sizeof(path), "%s/entries", folder);
	FILE *f = fopen(path, "we");

	if (!f)
		die(path, strerror(errno));
	fprintf(f, "%" PRIu64 "\n", n);
	fclose(f);
}

/* --- Measuring ---------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t now_nsec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void print_times(const char *name, uint64_t *nsec, size_t n)
{
	qsort(nsec, n, sizeof(*nsec), by_size);
	printf("%s_count %zu\n%s_p50_usec %.1f\n%s_p99_usec %.1f\n%s_max_usec %.1f\n", name, n,
		name, (double)nsec[n / 2] / 1000, name, (double)nsec[n - n / 100 - 1] / 1000,
		name, (double)nsec[n - 1] / 1000);
}

static void print_rss(const char *name)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[200];
	long kb;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "RssAnon: %ld", &kb) == 1)
			printf("%s_mib %.1f\n", name, (double)kb / 1024);
	if (f)
		fclose(f);
}

static void forget_pages(const char *folder)
{
	char path[4200];
	int fd;

	snprintf(path, sizeof(path), "%s/catalog.db", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	fsync(fd);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
}

static void measure_start(const char *folder, const char *name, bool clean)
{
	usec_t begun;
	pid_t pid;
	int status;

	forget_pages(folder);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		begun = now_monotonic();
		struct cache *cache = open_cache(folder);

		printf("%s_msec %.1f\n", name, (double)(now_monotonic() - begun) / 1000);
		fflush(stdout);
		if (clean)
			cache_free(cache);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (status != 0)
		die(name, "failed");
}

static void measure_lookups(struct cache *cache, uint64_t n)
{
	uint64_t *nsec = calloc(LOOKUPS, sizeof(*nsec));

	/* The first ones read the disk's pages; what is measured is a catalog in memory. */
	for (unsigned pass = 0; pass < 2; pass++) {
		for (uint64_t j = 0; j < LOOKUPS; j++) {
			struct hash128 key = key_of(mix(j) % n, n);
			struct cache_entry entry;
			uint64_t begun;

			if (j % 4 == 3)
				key.bytes[15] ^= 1; /* one that is not there */
			begun = now_nsec();
			if (cache_lookup(cache, &key, &entry) != 0 ||
				(entry.state == CACHE_PRESENT) != (j % 4 != 3))
				die("lookup", "wrong");
			nsec[j] = now_nsec() - begun;
		}
	}
	print_times("lookup", nsec, LOOKUPS);
	free(nsec);
}

static uint64_t hit(struct cache *cache, uint64_t j, uint64_t n)
{
	struct hash128 key = key_of(hot_number(mix(j) % HOT, n), n);
	struct cache_entry entry;
	uint64_t begun = now_nsec();
	int fd;

	if (cache_open(cache, &key, &entry, &fd) != 0)
		die("hit", "missed");
	close(fd);
	return now_nsec() - begun;
}

struct eviction {
	struct cache *cache;
	uint64_t bytes;
	usec_t took;
	atomic_bool over;
};

static void *evict(void *arg)
{
	struct eviction *eviction = arg;
	usec_t begun = now_monotonic();
	int r = cache_set_limit(eviction->cache, eviction->bytes);

	eviction->took = now_monotonic() - begun;
	if (r < 0)
		die("evict", strerror(-r));
	atomic_store(&eviction->over, true);
	return NULL;
}

/* The daemon's housekeeper, as far as the catalog knows it. */
static void *maintain(void *arg)
{
	struct eviction *eviction = arg;

	while (!atomic_load(&eviction->over)) {
		cache_maintain(eviction->cache);
		clock_sleep(5 * USEC_PER_MSEC);
	}
	return NULL;
}

#define HITS_MAX 4000000

static void measure_hits(struct cache *cache, uint64_t n)
{
	uint64_t *nsec = calloc(HITS_MAX, sizeof(*nsec));
	struct eviction eviction = { .cache = cache };
	struct cache_stats stats, after;
	pthread_t evictor, maintainer;
	size_t count = 0;

	for (uint64_t j = 0; j < LOOKUPS; j++)
		nsec[j] = hit(cache, j, n);
	print_times("hit", nsec, LOOKUPS);
	cache_stats(cache, &stats);
	eviction.bytes = stats.bytes - (uint64_t)EVICTED * FILE_BYTES;
	pthread_create(&maintainer, NULL, maintain, &eviction);
	pthread_create(&evictor, NULL, evict, &eviction);
	while (!atomic_load(&eviction.over) && count < HITS_MAX) {
		nsec[count] = hit(cache, count, n);
		count++;
		clock_sleep(50); /* an idle processor is part of normal */
	}
	pthread_join(evictor, NULL);
	pthread_join(maintainer, NULL);
	cache_stats(cache, &after);
	printf("evicted %" PRIu64 "\nevict_sec %.2f\n", after.evictions - stats.evictions,
		(double)eviction.took / 1e6);
	print_times("hit_evicting", nsec, count);
	free(nsec);
}

static void measure(const char *folder)
{
	struct cache *cache;
	char path[4200];
	uint64_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/entries", folder);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%" SCNu64, &n) != 1)
		die(path, "cannot be read");
	fclose(f);
	measure_start(folder, "start_clean", true);
	measure_start(folder, "start_before_kill", false);
	measure_start(folder, "start_unclean", true);
	cache = open_cache(folder);
	measure_lookups(cache, n);
	measure_hits(cache, n);
	print_rss("anon");
	cache_free(cache);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "make") == 0)
		make(argv[2], strtoull(argv[3], NULL, 10));
	else if (argc == 3 && strcmp(argv[1], "measure") == 0)
		measure(argv[2]);
	else
		die("usage", "scale make FOLDER ENTRIES | measure FOLDER");
	return 0;
}
