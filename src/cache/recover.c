/* SPDX-License-Identifier: MIT */
#include "cache/recover.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cache/blob.h"
#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/log.h"

#define DAMAGE_NAME "catalog.damaged"
#define SWEEP_USEC  (400 * USEC_PER_MSEC) /* of a start */
#define READ_BYTES  ((size_t)256 * 1024)

enum { RECOVER_E_LATER = 1 };

static void close_dirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* catalog.db.TIME and catalog.db.TIME-wal */
static bool is_set_aside(const char *name)
{
	size_t prefix = strlen(CATALOG_NAME ".");

	return strncmp(name, CATALOG_NAME ".", prefix) == 0 &&
	       isdigit((unsigned char)name[prefix]);
}

static void remove_set_aside(const struct folder *folder)
{
	_cleanup_(close_dirp) DIR *dir = opendir(folder->path);
	const struct dirent *d;

	while (dir && (d = readdir(dir)))
		if (is_set_aside(d->d_name))
			unlinkat(folder->fd, d->d_name, 0);
}

static int move_aside(const struct folder *folder, const char *suffix, uint64_t time_sec)
{
	char from[64], to[64];

	snprintf(from, sizeof(from), CATALOG_NAME "%s", suffix);
	snprintf(to, sizeof(to), CATALOG_NAME ".%" PRIu64 "%s", time_sec, suffix);
	if (renameat(folder->fd, from, folder->fd, to) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

/* The database first: a crash between the two leaves a WAL without one, which SQLite drops. */
static int set_aside(const struct folder *folder)
{
	uint64_t time_sec = now_real() / USEC_PER_SEC;
	int r;

	remove_set_aside(folder);
	r = move_aside(folder, "", time_sec);
	if (r == 0)
		r = move_aside(folder, "-wal", time_sec);
	unlinkat(folder->fd, CATALOG_NAME "-shm", 0);
	if (r == 0)
		unlinkat(folder->fd, DAMAGE_NAME, 0);
	return r;
}

static bool exists(const struct folder *folder, const char *name)
{
	return faccessat(folder->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int recover_note_damage(const struct folder *folder)
{
	int fd = openat(
		folder->fd, DAMAGE_NAME, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* Why the catalog must not be used although it could be opened; NULL: nothing is known. */
static const char *disqualify(const struct folder *folder, bool secret_lost)
{
	if (!exists(folder, CATALOG_NAME))
		return NULL;
	if (secret_lost)
		return "its secret was lost";
	return exists(folder, DAMAGE_NAME) ? "damage was found while it was in use" : NULL;
}

DEFINE_CLEANUP(struct catalog *, catalog_free)

static int open_catalog(const char *path, struct recovered *ret, char why[CACHE_REASON_MAX])
{
	_cleanup_(catalog_freep) struct catalog *catalog = NULL;
	int r = catalog_new(path, &catalog, why);

	if (r == 0)
		r = catalog_session_start(catalog, &ret->session);
	if (r == 0)
		r = catalog_totals(catalog, &ret->bytes, &ret->entries);
	/* Damage after a clean stop shows first here, where no page was checked before: of the
	 * file, or of sizes that add up to nothing that could be. */
	if (r == -EUCLEAN || r == CATALOG_E_NONE) {
		snprintf(why, CACHE_REASON_MAX, "damaged pages");
		return CATALOG_E_UNUSABLE;
	}
	if (r == 0)
		ret->catalog = TAKE_PTR(catalog);
	return r;
}

/* SQLite calls a file damaged that the disk cannot read (SQLITE_IOERR_CORRUPTFS, which becomes
 * SQLITE_CORRUPT): such a disk may recover, and the catalog with it. */
static int check_readable(const struct folder *folder)
{
	_cleanup_close_ int fd = openat(
		folder->fd, CATALOG_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	_cleanup_free_ char *buffer = malloc(READ_BYTES);
	off_t at = 0;
	ssize_t n = 0;

	if (!buffer)
		return -ENOMEM;
	do
		at += n;
	while (fd >= 0 && (n = fdio_pread_full(fd, buffer, READ_BYTES, at)) > 0);
	return n == -EIO ? -EIO : 0;
}

/* What is ours but may not be written may be made so. */
static bool unlock_catalog(const struct folder *folder)
{
	return fchmodat(folder->fd, CATALOG_NAME, 0600, 0) == 0;
}

static bool is_locked(int r)
{
	return r == -EACCES || r == -EPERM || r == -EROFS;
}

/* 0, CATALOG_E_UNUSABLE or -errno. */
static int open_as_it_is(
	const struct folder *folder, const char *path, struct recovered *ret, char *why)
{
	int r = open_catalog(path, ret, why);

	if (is_locked(r) && unlock_catalog(folder))
		r = open_catalog(path, ret, why);
	/* The folder is ours to write, or setting it aside will fail. */
	if (is_locked(r))
		r = CATALOG_E_UNUSABLE;
	if (r == CATALOG_E_UNUSABLE && check_readable(folder) < 0)
		r = -EIO;
	return r;
}

int recover_catalog(const struct folder *folder, bool secret_lost, bool as_is,
	struct recovered *ret, char reason[CACHE_REASON_MAX])
{
	const char *disqualified = disqualify(folder, secret_lost);
	char path[4096 + sizeof("/" CATALOG_NAME)], why[CACHE_REASON_MAX] = "";
	int r = CATALOG_E_UNUSABLE;

	reason[0] = '\0';
	snprintf(path, sizeof(path), "%s/" CATALOG_NAME, folder->path);
	if (disqualified)
		snprintf(why, sizeof(why), "%s", disqualified);
	else
		r = open_as_it_is(folder, path, ret, why);
	if (r == CATALOG_E_UNUSABLE && !as_is) {
		snprintf(reason, CACHE_REASON_MAX,
			"catalog of cache folder '%.96s' was set aside and begun anew: %.80s",
			LOG_QUOTE(folder->path), why);
		r = set_aside(folder);
		if (r == 0)
			r = open_catalog(path, ret, why);
	}
	/* What is unusable twice is not worth a third file. */
	if (r == CATALOG_E_UNUSABLE)
		r = -EUCLEAN;
	if (r < 0)
		snprintf(reason, CACHE_REASON_MAX,
			"cannot open the catalog '%.96s': %.32s %.80s", LOG_QUOTE(path),
			strerror(-r), why);
	return r;
}

static bool is_recorded(struct catalog *catalog, const struct hash128 *key)
{
	struct catalog_row row;
	int r = catalog_get(catalog, key, &row);

	/* Where the catalog cannot tell, the file stays. */
	return r < 0 || (r == 0 && row.entry.state == CACHE_PRESENT);
}

/* All of one directory, or as much as there is time for. 0, RECOVER_E_LATER or -errno. */
static int sweep_dir(
	const struct folder *folder, struct catalog *catalog, unsigned number, usec_t deadline)
{
	_cleanup_(blob_walk_done) struct blob_walk walk = {
		.folder_fd = folder->fd,
		.number = number,
	};
	struct hash128 key;
	bool ours;
	int r;

	while ((r = blob_walk_next(&walk, &ours, &key)) == 0) {
		if (!ours || !is_recorded(catalog, &key))
			blob_walk_remove(&walk);
		if (now_monotonic() > deadline)
			return RECOVER_E_LATER;
	}
	return r == BLOB_E_NONE ? 0 : r;
}

int recover_blobs(const struct folder *folder, struct catalog *catalog, uint64_t *dir)
{
	usec_t deadline = now_monotonic() + SWEEP_USEC;
	int r = 0;

	/* Temporary files are few, and the scrub could not tell them from new ones. */
	if (*dir == 0)
		r = sweep_dir(folder, catalog, BLOB_DIRS, USEC_NEVER);
	while (r == 0 && *dir < BLOB_DIRS) {
		r = sweep_dir(folder, catalog, (unsigned)*dir, deadline);
		if (r == 0)
			(*dir)++;
	}
	return r < 0 ? r : 0;
}
