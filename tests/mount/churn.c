/* SPDX-License-Identifier: MIT
 *
 * churn SOURCE MOUNT SECONDS SEED: changes a source folder at random while readers check what
 * the mount shows of it.
 *
 * The main thread makes a burst of random changes (create, replace by rename, replace with the
 * old time, write in place, append, delete, rename, move and delete whole folders, touch, chmod,
 * links), waits for one round trip of an event (a new file in the root, noticed in the order of
 * all events), and then compares everything: names, attributes, bytes, the view of every
 * picture, and every name of the pool that does not exist. That comparison also fills the
 * kernel's caches, right and wrong names alike, for the next burst to make them old.
 *
 * Two readers read at random all the while. Files called r… are only ever replaced as a whole,
 * so whatever a reader gets of one must be of one version, and so must what it gets of its view.
 *
 * The oracle of a view: each version of a file has bytes of its own, so each must have a view of
 * its own (the fake encoder makes them so), the same one every time.
 *
 * Ends with 0 and a line of figures, or with 1 and what was wrong.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "churn_content.h"

#define FOLDERS  8
#define FILES    8 /* of each kind, in each folder */
#define BURST    24
#define BODY_MAX 60000
#define VERSIONS (1 << 20)
#define VIEW     "@webp-q50"
static const char *source, *mount_point;
static atomic_bool stopping;
static atomic_uint version;                  /* the last one made */
static atomic_uint_fast64_t views[VERSIONS]; /* hash of the view of each version; 0: not seen */
static atomic_ulong reads_done, reads_stale, reads_gone;
static unsigned long comparisons;
static double latencies[1 << 16];
static size_t n_latencies;

static void __attribute__((format(printf, 1, 2))) wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fprintf(stderr, "churn: ");
	vfprintf(stderr, format, ap);
	fprintf(stderr, "\n");
	va_end(ap);
	exit(1);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static unsigned pick(unsigned *seed, unsigned n)
{
	return (unsigned)rand_r(seed) % n;
}

/* --- Names and contents ------------------------------------------------------------------ */

/* Folder i is below folder (i - 1) / 2 of the pool; 0 is the root. A folder may be anywhere by
 * now: this is only a path, and often there is nothing. */
static void folder_path(char *out, size_t size, const char *root, unsigned i)
{
	char above[1024] = "";

	for (unsigned k = i; k > 0; k = (k - 1) / 2) {
		char longer[1024];

		snprintf(longer, sizeof(longer), "/d%u%.900s", k, above);
		memcpy(above, longer, sizeof(above));
	}
	snprintf(out, size, "%s%s", root, above);
}

static void file_path(
	char *out, size_t size, const char *root, unsigned folder, char kind, unsigned file)
{
	char base[2048];

	folder_path(base, sizeof(base), root, folder);
	snprintf(out, size, "%s/%c%u.jpg", base, kind, file);
}

static size_t make_content(char *out, size_t body)
{
	unsigned v = ++version;
	int n = sprintf(out, HEADER, v, (unsigned)body);

	if (n != HEADER_LEN || v >= VERSIONS)
		wrong("out of versions");
	memset(out + n, (int)(v * 31 + 7) & 0xff, body);
	return (size_t)n + body;
}

/* The view of a version is one and its own. */
static void check_view(unsigned v, const char *path, const char *bytes, size_t size)
{
	uint64_t hash = hash_bytes(bytes, size);
	uint_fast64_t seen = 0;

	if (!atomic_compare_exchange_strong(&views[v], &seen, hash) && seen != hash)
		wrong("%s: the view of version %u has other bytes than before", path, v);
	for (unsigned back = 1; back < 64 && back < v; back++) {
		if (views[v - back] == hash)
			wrong("%s: version %u has the view of version %u", path, v, v - back);
	}
}

/* --- Changes ----------------------------------------------------------------------------- */

static void write_file(const char *path, int flags, const char *bytes, size_t size)
{
	int fd = open(path, flags | O_WRONLY | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	if (write(fd, bytes, size) != (ssize_t)size)
		wrong("%s: cannot write", path);
	close(fd);
}

static void replace_file(const char *path, unsigned *seed, bool same_time)
{
	static char bytes[HEADER_LEN + BODY_MAX];
	size_t body = pick(seed, BODY_MAX);
	char temp[4096];
	struct stat old;
	bool had = lstat(path, &old) == 0 && S_ISREG(old.st_mode);

	if (had && same_time && old.st_size > HEADER_LEN && old.st_size <= (off_t)sizeof(bytes))
		body = (size_t)old.st_size - HEADER_LEN;
	snprintf(temp, sizeof(temp), "%s/.new", source);
	write_file(temp, O_CREAT | O_TRUNC, bytes, make_content(bytes, body));
	if (had && same_time)
		utimensat(AT_FDCWD, temp, (struct timespec[]){ old.st_atim, old.st_mtim }, 0);
	if (rename(temp, path) < 0)
		unlink(temp);
}

static void remove_tree(const char *path)
{
	struct dirent *d;
	char child[4096];
	DIR *dir;

	if (unlink(path) == 0 || !(dir = opendir(path)))
		return;
	while ((d = readdir(dir))) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, d->d_name);
		remove_tree(child);
	}
	closedir(dir);
	rmdir(path);
}

static void change_in_place(const char *path, unsigned *seed)
{
	static char bytes[HEADER_LEN + BODY_MAX];
	size_t body = pick(seed, BODY_MAX);
	struct stat old;
	bool keep = pick(seed, 3) == 0 && lstat(path, &old) == 0 && S_ISREG(old.st_mode) &&
	            old.st_size > HEADER_LEN && old.st_size <= (off_t)sizeof(bytes);

	if (keep)
		body = (size_t)old.st_size - HEADER_LEN;
	if (!keep && pick(seed, 3) == 0)
		write_file(path, O_APPEND, bytes, make_content(bytes, body));
	else
		write_file(path, O_CREAT | (pick(seed, 2) ? O_TRUNC : 0), bytes,
			make_content(bytes, body));
	if (keep)
		utimensat(AT_FDCWD, path, (struct timespec[]){ old.st_atim, old.st_mtim }, 0);
}

static void change_folder(unsigned *seed)
{
	char path[2048], other[2048];
	unsigned i = 1 + pick(seed, FOLDERS - 1), k = 1 + pick(seed, FOLDERS - 1);

	folder_path(path, sizeof(path), source, i);
	folder_path(other, sizeof(other), source, k);
	switch (pick(seed, 12)) {
	case 0:
		remove_tree(path);
		break;
	case 1:
	case 2:
		rename(path, other);
		break;
	case 3:
		chmod(path, pick(seed, 2) ? 0755 : 0700);
		break;
	default:
		mkdir(path, 0755);
		break;
	}
}

static void change(unsigned *seed)
{
	char kind = pick(seed, 2) ? 'r' : 'w', path[4096], other[4096];
	unsigned folder = pick(seed, FOLDERS);

	file_path(path, sizeof(path), source, folder, kind, pick(seed, FILES));
	file_path(other, sizeof(other), source, pick(seed, FOLDERS), kind, pick(seed, FILES));
	switch (pick(seed, 14)) {
	case 0:
	case 1:
		unlink(path);
		break;
	case 2:
		rename(path, other);
		break;
	case 3:
		chmod(path, pick(seed, 2) ? 0644 : 0600);
		break;
	case 4:
		utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
		break;
	case 5:
		if (symlink("elsewhere", path) < 0 && pick(seed, 4) == 0)
			unlink(path);
		break;
	case 6:
	case 7:
		change_folder(seed);
		break;
	default:
		if (kind == 'r')
			replace_file(path, seed, pick(seed, 3) == 0);
		else
			change_in_place(path, seed);
		break;
	}
}

/* --- The round trip of an event ---------------------------------------------------------- */

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* All folders are watched by one queue, so what came before this file was noticed before it. */
static void settle(void)
{
	static unsigned n;
	char there[4096], here[4096];
	struct stat st;
	double start;

	snprintf(there, sizeof(there), "%s/.settle-%u", source, ++n);
	snprintf(here, sizeof(here), "%s/.settle-%u", mount_point, n);
	if (lstat(here, &st) == 0)
		wrong("%s is there before it was made", here);
	start = now();
	write_file(there, O_CREAT | O_EXCL, "", 0);
	while (lstat(here, &st) < 0) {
		if (now() - start > 10)
			wrong("a new file is not seen after ten seconds");
		usleep(200);
	}
	if (n_latencies < sizeof(latencies) / sizeof(latencies[0]))
		latencies[n_latencies++] = now() - start;
	unlink(there);
	while (lstat(here, &st) == 0) {
		if (now() - start > 10)
			wrong("a deleted file is still there after ten seconds");
		usleep(200);
	}
}

/* --- Comparison -------------------------------------------------------------------------- */

static void compare_attributes(const char *here, const struct stat *a)
{
	struct stat b;

	if (lstat(here, &b) < 0)
		wrong("%s: %s, but it is in the source", here, strerror(errno));
	if (a->st_mode != b.st_mode || a->st_ino != b.st_ino || a->st_uid != b.st_uid ||
		a->st_size != b.st_size || a->st_mtim.tv_sec != b.st_mtim.tv_sec ||
		a->st_mtim.tv_nsec != b.st_mtim.tv_nsec || a->st_nlink != b.st_nlink ||
		a->st_ctim.tv_sec != b.st_ctim.tv_sec ||
		a->st_ctim.tv_nsec != b.st_ctim.tv_nsec)
		wrong("%s: attributes differ from the source (size %lld, not %lld; mode %o, "
		      "not "
		      "%o; links %lu, not %lu; mtime %ld ns apart, ctime %ld)",
			here, (long long)b.st_size, (long long)a->st_size, b.st_mode,
			a->st_mode, (unsigned long)b.st_nlink, (unsigned long)a->st_nlink,
			b.st_mtim.tv_nsec - a->st_mtim.tv_nsec,
			b.st_ctim.tv_nsec - a->st_ctim.tv_nsec);
}

static void compare_file(const char *there, const char *here)
{
	static char a[1 << 22], b[1 << 22];
	char view[8192];
	ssize_t n = slurp(there, a, sizeof(a)), m = slurp(here, b, sizeof(b));
	unsigned v;

	if (n < 0 || n != m || memcmp(a, b, (size_t)n) != 0)
		wrong("%s: bytes differ (%zd, not %zd)", here, m, n);
	comparisons++;
	v = version_of(a, (size_t)n);
	snprintf(view, sizeof(view), "%s" VIEW, here);
	m = slurp(view, b, sizeof(b));
	if (n >= 3 && memcmp(a, "\xff\xd8\xff", 3) == 0) {
		if (m < 0)
			wrong("%s: %s", view, strerror((int)-m));
		if (v)
			check_view(v, view, b, (size_t)m);
	} else if (m != -ENOENT) {
		wrong("%s: a view of what is no picture", view);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t list(const char *path, char *names[], size_t max)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	size_t n = 0;

	if (!dir)
		wrong("%s: %s", path, strerror(errno));
	while ((d = readdir(dir)) && n < max)
		names[n++] = strdup(d->d_name);
	closedir(dir);
	qsort(names, n, sizeof(*names), compare_names);
	return n;
}

static void compare_folder(const char *there, const char *here)
{
	char *a[512], *b[512], child_there[4096], child_here[4096];
	size_t n = list(there, a, 512), m = list(here, b, 512);
	struct stat st;

	if (n != m)
		wrong("%s: lists %zu names, not %zu", here, m, n);
	if (lstat(there, &st) < 0)
		wrong("%s: %s", there, strerror(errno));
	compare_attributes(here, &st);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(a[i], b[i]) != 0)
			wrong("%s: lists '%s', not '%s'", here, b[i], a[i]);
		snprintf(child_there, sizeof(child_there), "%s/%s", there, a[i]);
		snprintf(child_here, sizeof(child_here), "%s/%s", here, a[i]);
		if (strcmp(a[i], ".") != 0 && strcmp(a[i], "..") != 0) {
			if (lstat(child_there, &st) < 0)
				wrong("%s: %s", child_there, strerror(errno));
			if (S_ISDIR(st.st_mode))
				compare_folder(child_there, child_here);
			else
				compare_attributes(child_here, &st);
			if (S_ISREG(st.st_mode))
				compare_file(child_there, child_here);
		}
		free(a[i]);
		free(b[i]);
	}
}

/* By name, and not by what a folder lists, which would tell the kernel the attributes anew. And
 * what is not in the source is not in the mount, however it is called. */
static void compare_pool(void)
{
	char there[4096], here[4096], view[8192];
	struct stat a, b;

	for (unsigned folder = 0; folder < FOLDERS; folder++) {
		for (unsigned i = 0; i < 2 * FILES; i++) {
			char kind = i % 2 ? 'r' : 'w';

			file_path(there, sizeof(there), source, folder, kind, i / 2);
			file_path(here, sizeof(here), mount_point, folder, kind, i / 2);
			if (lstat(there, &a) == 0) {
				compare_attributes(here, &a);
				if (S_ISREG(a.st_mode))
					compare_file(there, here);
				continue;
			}
			if (lstat(here, &b) == 0)
				wrong("%s: is there, but not in the source", here);
			snprintf(view, sizeof(view), "%s" VIEW, here);
			if (lstat(view, &b) == 0)
				wrong("%s: a view of what is not there", view);
		}
	}
}

/* --- Readers ----------------------------------------------------------------------------- */

/* Returns false for the errors that a reader of a changing tree may honestly get. */
static bool note_error(const char *path, ssize_t n)
{
	if (n >= 0)
		return true;
	if (n == -ESTALE)
		reads_stale++;
	else if (n == -ENOENT || n == -ENOTDIR || n == -ELOOP)
		reads_gone++;
	else
		wrong("%s: a reader got %s", path, strerror((int)-n));
	return false;
}

static void *read_at_random(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;
	char *bytes = malloc(1 << 20), path[4096], view[8192];

	while (!stopping) {
		ssize_t n;

		file_path(path, sizeof(path), mount_point, pick(&seed, FOLDERS), 'r',
			pick(&seed, FILES));
		n = slurp(path, bytes, 1 << 20);
		if (note_error(path, n) && !version_of(bytes, (size_t)n))
			wrong("%s: a reader got a mixture (%zd bytes)", path, n);
		snprintf(view, sizeof(view), "%s" VIEW, path);
		n = slurp(view, bytes, 1 << 20);
		if (note_error(view, n) && n != 1000)
			wrong("%s: a reader got %zd bytes of a view of 1000", view, n);
		reads_done += 2;
		if (pick(&seed, 8) == 0)
			usleep(1000);
	}
	free(bytes);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned seed = argc > 4 ? (unsigned)atoi(argv[4]) : 1, rounds = 0;
	pthread_t readers[2];
	double end;

	if (argc != 5) {
		fprintf(stderr, "usage: churn SOURCE MOUNT SECONDS SEED\n");
		return 2;
	}
	source = argv[1];
	mount_point = argv[2];
	end = now() + atof(argv[3]);
	for (size_t i = 0; i < 2; i++)
		pthread_create(
			&readers[i], NULL, read_at_random, (void *)(uintptr_t)(seed + i + 1));
	while (now() < end) {
		for (unsigned i = 0; i < BURST; i++)
			change(&seed);
		settle();
		if (rounds++ % 2)
			compare_pool();
		compare_folder(source, mount_point);
		compare_pool();
	}
	stopping = true;
	for (size_t i = 0; i < 2; i++)
		pthread_join(readers[i], NULL);
	qsort(latencies, n_latencies, sizeof(double), compare_doubles);
	printf("%u bursts, %u versions, %lu comparisons, %lu reads (%lu gone, %lu stale), "
	       "a change is seen after %.2f ms (median), %.2f ms (worst)\n",
		rounds, (unsigned)version, comparisons, (unsigned long)reads_done,
		(unsigned long)reads_gone, (unsigned long)reads_stale,
		n_latencies ? latencies[n_latencies / 2] * 1e3 : 0,
		n_latencies ? latencies[n_latencies - 1] * 1e3 : 0);
	return 0;
}
