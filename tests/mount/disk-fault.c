/* SPDX-License-Identifier: MIT
 *
 * For LD_PRELOAD into lensfs: a disk that fails. While the file $DISK_FAULT exists, its words say
 * how: the name of an errno, and which calls fail with it below the folder $DISK_FAULT_FOLDER:
 * `read`, `write` (and whatever else changes a file) or `both`, as in "EIO read"; a third word
 * confines it to files in whose path it occurs, as in "EIO read /blobs/", or with a `!` before it,
 * does not.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FAULT_READ = 1, FAULT_WRITE = 2 };

static void *next_of(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/* ISO C has no cast from what dlsym() returns to a function. */
#define NEXT(variable, name)                                                                   \
	do {                                                                                   \
		void *next_ = next_of(name);                                                   \
		memcpy(&(variable), &next_, sizeof(variable));                                 \
	} while (0)

static int errno_named(const char *name)
{
	for (int i = 1; i < 140; i++) {
		const char *known = strerrorname_np(i);

		if (known && strcmp(known, name) == 0)
			return i;
	}
	return 0;
}

/* The errno of calls of this kind on `path`; 0: they go on. By system calls that are not ours. */
static int fault_for(const char *path, int kind)
{
	const char *fault = getenv("DISK_FAULT"), *folder = getenv("DISK_FAULT_FOLDER");
	char name[32] = "", which[16] = "", part[256] = "";
	int kinds, hit;
	FILE *f;

	if (!fault || !folder || strncmp(path, folder, strlen(folder)) != 0)
		return 0;
	f = fopen(fault, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%31s %15s %255s", name, which, part) < 2)
		name[0] = '\0';
	fclose(f);
	kinds = strcmp(which, "both") == 0   ? FAULT_READ | FAULT_WRITE
	        : strcmp(which, "read") == 0 ? FAULT_READ
	                                     : FAULT_WRITE;
	hit = part[0] == '!' ? !strstr(path, part + 1) : strstr(path, part) != NULL;
	return (kinds & kind) && hit ? errno_named(name) : 0;
}

/* True, with errno set, when a call on this descriptor fails. */
static int fails(int fd, int kind)
{
	char link[40], path[PATH_MAX] = "";
	int error, saved = errno;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, path, sizeof(path) - 1) < 0)
		return 0;
	error = fault_for(path, kind);
	errno = error ? error : saved;
	return error != 0;
}

ssize_t pread(int fd, void *buffer, size_t size, off_t at)
{
	ssize_t (*real)(int, void *, size_t, off_t);

	NEXT(real, "pread");
	return fails(fd, FAULT_READ) ? -1 : real(fd, buffer, size, at);
}

ssize_t pread64(int fd, void *buffer, size_t size, off_t at)
{
	return pread(fd, buffer, size, at);
}

ssize_t splice(int from, off_t *from_at, int to, off_t *to_at, size_t size, unsigned flags)
{
	ssize_t (*real)(int, off_t *, int, off_t *, size_t, unsigned);

	NEXT(real, "splice");
	return fails(from, FAULT_READ) ? -1 : real(from, from_at, to, to_at, size, flags);
}

ssize_t pwrite(int fd, const void *buffer, size_t size, off_t at)
{
	ssize_t (*real)(int, const void *, size_t, off_t);

	NEXT(real, "pwrite");
	return fails(fd, FAULT_WRITE) ? -1 : real(fd, buffer, size, at);
}

ssize_t pwrite64(int fd, const void *buffer, size_t size, off_t at)
{
	return pwrite(fd, buffer, size, at);
}

ssize_t write(int fd, const void *buffer, size_t size)
{
	ssize_t (*real)(int, const void *, size_t);

	NEXT(real, "write");
	return fails(fd, FAULT_WRITE) ? -1 : real(fd, buffer, size);
}

ssize_t copy_file_range(
	int from, off_t *from_at, int to, off_t *to_at, size_t size, unsigned flags)
{
	ssize_t (*real)(int, off_t *, int, off_t *, size_t, unsigned);

	NEXT(real, "copy_file_range");
	return fails(to, FAULT_WRITE) ? -1 : real(from, from_at, to, to_at, size, flags);
}

ssize_t sendfile(int to, int from, off_t *at, size_t size)
{
	ssize_t (*real)(int, int, off_t *, size_t);

	NEXT(real, "sendfile");
	return fails(to, FAULT_WRITE) ? -1 : real(to, from, at, size);
}

int fallocate(int fd, int mode, off_t at, off_t size)
{
	int (*real)(int, int, off_t, off_t);

	NEXT(real, "fallocate");
	return fails(fd, FAULT_WRITE) ? -1 : real(fd, mode, at, size);
}

int fsync(int fd)
{
	int (*real)(int);

	NEXT(real, "fsync");
	return fails(fd, FAULT_WRITE) ? -1 : real(fd);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	int (*real)(int, const char *, int, const char *, int);

	NEXT(real, "linkat");
	return fails(to_dir, FAULT_WRITE) ? -1 : real(from_dir, from, to_dir, to, flags);
}

int unlinkat(int dir, const char *path, int flags)
{
	int (*real)(int, const char *, int);

	NEXT(real, "unlinkat");
	return fails(dir, FAULT_WRITE) ? -1 : real(dir, path, flags);
}

int openat(int dir, const char *path, int flags, ...)
{
	int (*real)(int, const char *, int, ...);
	int writes = (flags & O_ACCMODE) != O_RDONLY;
	mode_t mode;
	va_list ap;

	NEXT(real, "openat");
	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	if (writes && fails(dir, FAULT_WRITE))
		return -1;
	return real(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return openat(dir, path, flags, mode);
}
