/* SPDX-License-Identifier: MIT */
#include "cli/mount_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cli/mountpoint.h"
#include "util/cleanup.h"
#include "util/log.h"

#define FUSE_MAJOR 10
#define FUSE_MINOR 229

bool mount_fd_parse(const char *mountpoint, int *ret_fd)
{
	int end = 0;

	return sscanf(mountpoint, "/dev/fd/%9d%n", ret_fd, &end) == 1 && *ret_fd >= 0 &&
	       mountpoint[end] == '\0';
}

/* The device number of the mount's files; 0 where the kernel does not tell. */
static dev_t device_of(int fd)
{
	unsigned connection = 0;
	char path[64], line[256];
	FILE *info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = fopen(path, "re");
	while (info && fgets(line, sizeof(line), info)) {
		if (sscanf(line, "fuse_connection: %u", &connection) == 1)
			break;
	}
	if (info)
		fclose(info);
	return connection;
}

/* Blanks and backslashes are written in octal there: proc(5). */
static void unescape(char *path)
{
	char *out = path;

	for (; *path; out++) {
		unsigned byte;

		if (sscanf(path, "\\%3o", &byte) == 1) {
			*out = (char)byte;
			path += 4;
		} else {
			*out = *path++;
		}
	}
	*out = '\0';
}

static bool has_option(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (; list; list = strchr(list, ','), list += list != NULL) {
		if (strncmp(list, name, n) == 0 && (list[n] == ',' || list[n] <= ' '))
			return true;
	}
	return false;
}

struct found {
	char folder[4096], options[256]; /* of the mount */
	char more[1024];                 /* of the file system */
};

/* In the kernel's own numbers: `dev` is major << 20 | minor. */
static bool find_mount(dev_t dev, struct found *ret)
{
	FILE *list = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	bool found = false;
	size_t size = 0;

	while (list && !found && getline(&line, &size, list) > 0) {
		const char *rest = strstr(line, " - ");
		unsigned at[2];

		found = rest &&
		        sscanf(line, "%*d %*d %u:%u %*s %4095s %255s", &at[0], &at[1],
				ret->folder, ret->options) == 4 &&
		        sscanf(rest, " - %*s %*s %1023s", ret->more) == 1 &&
		        ((dev_t)at[0] << 20 | at[1]) == dev;
	}
	if (list)
		fclose(list);
	return found;
}

static bool is_fuse(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(FUSE_MAJOR, FUSE_MINOR);
}

int mount_fd_place(int fd, char **ret_folder, char reason[MOUNT_FD_REASON_MAX])
{
	struct found mount;
	dev_t dev;

	*ret_folder = NULL;
	if (!is_fuse(fd)) {
		snprintf(reason, MOUNT_FD_REASON_MAX,
			"cannot mount on '/dev/fd/%d': descriptor %d is no open /dev/fuse", fd,
			fd);
		return -EBADF;
	}
	dev = device_of(fd);
	if (!dev || !find_mount(dev, &mount))
		return 0;
	unescape(mount.folder);
	if ((!has_option(mount.options, "ro") && !has_option(mount.more, "ro")) ||
		!has_option(mount.more, "default_permissions")) {
		snprintf(reason, MOUNT_FD_REASON_MAX,
			"the mount on '%s' was not made for lensfs; mount it with -o "
			"ro,default_permissions",
			LOG_QUOTE(mount.folder));
		return -EINVAL;
	}
	*ret_folder = strdup(mount.folder);
	return *ret_folder ? 0 : -ENOMEM;
}

/* realpath() of what lies in the mount would wait for it. */
static bool lies_in(const char *source, const char *folder)
{
	_cleanup_free_ char *here = NULL, *whole = NULL;
	struct statx a, b;
	int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;

	if (source[0] != '/') {
		here = getcwd(NULL, 0);
		if (!here || asprintf(&whole, "%s/%s", here, source) < 0)
			whole = NULL;
	}
	if (path_is_below(whole ? whole : source, folder))
		return true;
	return statx(AT_FDCWD, source, flags, STATX_TYPE, &a) == 0 &&
	       statx(AT_FDCWD, folder, flags, STATX_TYPE, &b) == 0 &&
	       a.stx_dev_major == b.stx_dev_major && a.stx_dev_minor == b.stx_dev_minor;
}

int mount_fd_check_source(
	const char *source, const char *folder, char reason[MOUNT_FD_REASON_MAX])
{
	_cleanup_free_ char *real = NULL;

	if (!lies_in(source, folder)) {
		real = realpath(source, NULL);
		if (!real || !path_is_below(folder, real))
			return 0;
	}
	snprintf(reason, MOUNT_FD_REASON_MAX,
		"a mount that was made beforehand, on '%s', and its SOURCE '%s' cannot lie in "
		"one another",
		LOG_QUOTE(folder), LOG_QUOTE(source));
	return -EINVAL;
}
