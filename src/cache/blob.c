/* SPDX-License-Identifier: MIT
 *
 * Why an unnamed file: a crash leaves nothing of it. It becomes a name in one step by linkat()
 * through /proc/self/fd, the way of open(2) that needs no privilege. The directory it was
 * opened in is BLOB_DIR and not the key's, as the key may not be known yet; both are of one
 * file system.
 */
#include "cache/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/clock.h"

#define LEASE_ATTEMPTS 50 /* a millisecond apart */
#define PATH_SIZE      64 /* blobs/ab/ and 32 digits */

static void close_dirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static void blob_path(const struct hash128 *key, char out[PATH_SIZE])
{
	char hex[HASH128_HEX_SIZE];

	hash128_hex(key, hex);
	snprintf(out, PATH_SIZE, BLOB_DIR "/%.2s/%s", hex, hex);
}

static int make_dir(int folder_fd, const char *path)
{
	return mkdirat(folder_fd, path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int make_dirs(int folder_fd, const struct hash128 *key)
{
	char path[PATH_SIZE];
	int r = make_dir(folder_fd, BLOB_DIR);

	snprintf(path, sizeof(path), BLOB_DIR "/%02x", key->bytes[0]);
	return r < 0 ? r : make_dir(folder_fd, path);
}

static int open_unnamed(int folder_fd)
{
	int fd = openat(folder_fd, BLOB_DIR, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

int blob_file_new(int folder_fd, struct blob_file *ret)
{
	int fd = open_unnamed(folder_fd);

	if (fd == -ENOENT) {
		int r = make_dir(folder_fd, BLOB_DIR);

		if (r < 0)
			return r;
		fd = open_unnamed(folder_fd);
	}
	/* A file system without it says EOPNOTSUPP, a kernel without it EISDIR. */
	if (fd == -EOPNOTSUPP || fd == -EISDIR)
		return blob_file_new_named(folder_fd, ret);
	if (fd < 0)
		return fd;
	*ret = (struct blob_file){ .fd = fd };
	return 0;
}

int blob_file_new_named(int folder_fd, struct blob_file *ret)
{
	struct blob_file file = { .fd = -1 };
	char path[PATH_SIZE];
	uint64_t number;
	int r = make_dir(folder_fd, BLOB_DIR);

	if (r < 0)
		return r;
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -EIO;
	snprintf(file.name, sizeof(file.name), "new-%016" PRIx64, number);
	snprintf(path, sizeof(path), BLOB_DIR "/%s", file.name);
	file.fd = openat(folder_fd, path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (file.fd < 0)
		return -errno;
	*ret = file;
	return 0;
}

int blob_file_new_memory(struct blob_file *ret)
{
	int fd = memfd_create("lensfs-blob", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	*ret = (struct blob_file){ .fd = fd, .memory = true };
	return 0;
}

/* The kernel grants a read lease only on what nobody has open for writing; it is given back at
 * once. A program that we start has copies of our descriptors until its exec. */
static int check_unshared(int fd)
{
	int r = 0;

	for (int attempt = 0; attempt < LEASE_ATTEMPTS; attempt++) {
		r = fcntl(fd, F_SETLEASE, F_RDLCK) < 0 ? -errno : 0;
		if (r != -EAGAIN)
			break;
		clock_sleep(USEC_PER_MSEC);
	}
	if (r == -EAGAIN)
		return BLOB_E_SHARED;
	if (r == 0)
		fcntl(fd, F_SETLEASE, F_UNLCK);
	return 0;
}

static int seal_memory(int fd)
{
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) == 0)
		return 0;
	return errno == EBUSY ? BLOB_E_SHARED : -errno; /* mapped for writing */
}

int blob_file_seal(struct blob_file *file)
{
	char self[40];
	int fd;

	if (file->memory)
		return seal_memory(file->fd);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", file->fd);
	fd = open(self, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(file->fd);
	file->fd = fd;
	return check_unshared(fd);
}

void blob_file_done(int folder_fd, struct blob_file *file)
{
	char path[PATH_SIZE];

	close_fd(&file->fd);
	if (!file->name[0])
		return;
	snprintf(path, sizeof(path), BLOB_DIR "/%s", file->name);
	unlinkat(folder_fd, path, 0);
	file->name[0] = '\0';
}

static int link_unnamed(int folder_fd, int fd, const char *path)
{
	char self[40];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, self, folder_fd, path, AT_SYMLINK_FOLLOW) < 0)
		return -errno;
	return 0;
}

static int link_named(int folder_fd, struct blob_file *file, const char *path)
{
	char from[PATH_SIZE];

	snprintf(from, sizeof(from), BLOB_DIR "/%s", file->name);
	if (renameat(folder_fd, from, folder_fd, path) < 0)
		return -errno;
	file->name[0] = '\0';
	return 0;
}

static int link_once(int folder_fd, struct blob_file *file, const char *path)
{
	if (file->name[0])
		return link_named(folder_fd, file, path);
	return link_unnamed(folder_fd, file->fd, path);
}

int blob_link(int folder_fd, struct blob_file *file, const struct hash128 *key)
{
	char path[PATH_SIZE];
	int r;

	if (file->memory)
		return -EXDEV;
	blob_path(key, path);
	r = link_once(folder_fd, file, path);
	if (r == -ENOENT)
		r = make_dirs(folder_fd, key);
	else if (r == -EEXIST)
		r = blob_remove(folder_fd, key);
	else
		return r;
	return r < 0 ? r : link_once(folder_fd, file, path);
}

int blob_open(int folder_fd, const struct hash128 *key, int *ret_fd, uint64_t *ret_size_bytes)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_SIZE];
	struct stat st;

	blob_path(key, path);
	/* O_NONBLOCK: whatever was put there instead must not make us wait for it. */
	fd = openat(folder_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ELOOP || errno == ENXIO || errno == ENOTDIR))
		return BLOB_E_NONE;
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return BLOB_E_NONE;
	*ret_size_bytes = (uint64_t)st.st_size;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int blob_remove(int folder_fd, const struct hash128 *key)
{
	char path[PATH_SIZE];

	blob_path(key, path);
	return unlinkat(folder_fd, path, 0) < 0 && errno != ENOENT ? -errno : 0;
}

static int open_dir(int parent_fd, const char *name, DIR **ret)
{
	_cleanup_close_ int fd =
		openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir)
		return -errno;
	TAKE_FD(fd);
	*ret = dir;
	return 0;
}

static int walk_open(struct blob_walk *walk)
{
	char name[PATH_SIZE];
	int r;

	if (walk->number == BLOB_DIRS)
		snprintf(name, sizeof(name), BLOB_DIR);
	else
		snprintf(name, sizeof(name), BLOB_DIR "/%02x", walk->number);
	r = open_dir(walk->folder_fd, name, &walk->dir);
	return r == -ENOENT || r == -ENOTDIR || r == -ELOOP ? BLOB_E_NONE : r;
}

/* A name of ours, in the directory where it belongs; in the directory of directories every file
 * is a temporary one. */
static bool is_ours(const struct blob_walk *walk, const char *name)
{
	struct hash128 key;

	return strlen(name) == HASH128_HEX_SIZE - 1 && hash128_from_hex(name, &key) &&
	       key.bytes[0] == walk->number;
}

int blob_walk_next(struct blob_walk *walk, bool *ret_ours, struct hash128 *ret_key)
{
	int r = walk->dir ? 0 : walk_open(walk);

	if (r != 0)
		return r;
	while ((errno = 0, walk->entry = readdir(walk->dir))) {
		const char *name = walk->entry->d_name;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
			walk->entry->d_type == DT_DIR)
			continue;
		*ret_ours = is_ours(walk, name);
		if (*ret_ours)
			hash128_from_hex(name, ret_key);
		return 0;
	}
	return errno ? -errno : BLOB_E_NONE;
}

int blob_walk_remove(struct blob_walk *walk)
{
	return unlinkat(dirfd(walk->dir), walk->entry->d_name, 0) < 0 && errno != ENOENT
	               ? -errno
	               : 0;
}

void blob_walk_done(struct blob_walk *walk)
{
	close_dirp(&walk->dir);
	walk->dir = NULL;
}
