/* SPDX-License-Identifier: MIT
 *
 * flock and not a pid file: the kernel drops it with the process, however that dies. The pid
 * inside is only for the message. It is locked before anything else of the folder is looked at.
 */
#include "cache/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/log.h"

#define SECRET_NAME     "secret"
#define SECRET_NEW_NAME "secret.new"

static int fail(char reason[CACHE_REASON_MAX], const char *what, const char *path, int r)
{
	snprintf(reason, CACHE_REASON_MAX, "%s '%.128s': %s", what, LOG_QUOTE(path),
		strerror(-r));
	return r;
}

/* mkdir -p. */
static int make_path(const char *path)
{
	_cleanup_free_ char *part = strdup(path);

	if (!part)
		return -ENOMEM;
	for (char *p = part + 1; *part && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static void name_owner(int lock_fd, const char *path, char reason[CACHE_REASON_MAX])
{
	char text[24] = { 0 };
	long pid;

	if (fdio_pread_full(lock_fd, text, sizeof(text) - 1, 0) < 0)
		text[0] = '\0';
	pid = strtol(text, NULL, 10);
	if (pid > 0)
		snprintf(reason, CACHE_REASON_MAX,
			"cache folder '%.128s' is in use by process %ld", LOG_QUOTE(path), pid);
	else
		snprintf(reason, CACHE_REASON_MAX,
			"cache folder '%.128s' is in use by another process", LOG_QUOTE(path));
}

static int write_pid(int lock_fd)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(lock_fd, 0) < 0)
		return -errno;
	return fdio_pwrite_full(lock_fd, text, (size_t)n, 0);
}

static int take_lock(const struct folder *folder, int *ret_fd, char reason[CACHE_REASON_MAX])
{
	_cleanup_close_ int fd =
		openat(folder->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return fail(reason, "cannot lock cache folder", folder->path, -errno);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return fail(reason, "cannot lock cache folder", folder->path, -errno);
		name_owner(fd, folder->path, reason);
		return CACHE_E_LOCKED;
	}
	/* A full disk must not keep a cache from starting for want of a pid in a message. */
	write_pid(fd);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void folder_done(struct folder *folder)
{
	if (folder->lock_fd >= 0 && ftruncate(folder->lock_fd, 0) < 0)
		log_debug("cache: lock file keeps a stale pid");
	close_fd(&folder->lock_fd);
	close_fd(&folder->fd);
	free(folder->path);
	folder->path = NULL;
}

int folder_open(const char *path, struct folder *ret, char reason[CACHE_REASON_MAX])
{
	struct folder folder = { .fd = -1, .lock_fd = -1 };
	int r = make_path(path);

	if (r < 0)
		return fail(reason, "cannot make cache folder", path, r);
	folder.path = realpath(path, NULL);
	if (folder.path)
		folder.fd = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = folder.fd < 0 ? fail(reason, "cannot open cache folder", path, -errno)
	                  : take_lock(&folder, &folder.lock_fd, reason);
	if (r != 0) {
		folder_done(&folder);
		return r;
	}
	*ret = folder;
	return 0;
}

static int secret_read(int folder_fd, struct secret *ret)
{
	_cleanup_close_ int fd =
		openat(folder_fd, SECRET_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint8_t bytes[SECRET_SIZE + 1];
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = fdio_pread_full(fd, bytes, sizeof(bytes), 0);
	if (n < 0)
		return (int)n;
	if (n != SECRET_SIZE)
		return -ENOENT;
	memcpy(ret->bytes, bytes, SECRET_SIZE);
	return 0;
}

static int secret_write(int folder_fd, const struct secret *secret)
{
	_cleanup_close_ int fd = -1;
	int r;

	unlinkat(folder_fd, SECRET_NEW_NAME, 0);
	fd = openat(folder_fd, SECRET_NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fdio_write_full(fd, secret->bytes, SECRET_SIZE);
	if (r < 0)
		return r;
	if (fsync(fd) < 0 || renameat(folder_fd, SECRET_NEW_NAME, folder_fd, SECRET_NAME) < 0)
		return -errno;
	return fsync(folder_fd) < 0 ? -errno : 0;
}

int folder_secret(const struct folder *folder, struct secret *ret, bool *ret_created,
	char reason[CACHE_REASON_MAX])
{
	struct secret secret;
	int r = secret_read(folder->fd, &secret);

	*ret_created = r == -ENOENT;
	if (r == -ENOENT) {
		r = getrandom(&secret, sizeof(secret), 0) == sizeof(secret) ? 0 : -EIO;
		if (r == 0)
			r = secret_write(folder->fd, &secret);
	}
	if (r < 0)
		return fail(reason, "cannot keep a secret in cache folder", folder->path, r);
	*ret = secret;
	return 0;
}

int folder_keep_secret(const struct folder *folder, const struct secret *secret)
{
	struct secret there;
	int r = secret_read(folder->fd, &there);

	if (r == -ENOENT)
		return secret_write(folder->fd, secret);
	if (r == 0 && memcmp(&there, secret, sizeof(there)) != 0)
		r = -EEXIST;
	explicit_bzero(&there, sizeof(there));
	return r;
}
