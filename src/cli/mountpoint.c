/* SPDX-License-Identifier: MIT */
#include "cli/mountpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>

#include "cli/mount_fd.h"
#include "util/cleanup.h"
#include "util/log.h"

_Static_assert(MOUNT_FD_REASON_MAX == MOUNTPOINT_REASON_MAX, "one buffer for both");

extern char **environ;

bool path_is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	if (n > 0 && folder[n - 1] == '/')
		n--;
	return strncmp(path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* realpath() asks the mount itself, which a dead one answers with ENOTCONN: so the parent is
 * resolved, and the name put behind it. */
static char *real_of_dead(const char *path)
{
	_cleanup_free_ char *copy = strdup(path), *parent = NULL;
	char *slash, *real = NULL;
	size_t n;

	if (!copy)
		return NULL;
	for (n = strlen(copy); n > 1 && copy[n - 1] == '/'; n--)
		copy[n - 1] = '\0';
	slash = strrchr(copy, '/');
	if (slash)
		*slash = '\0';
	parent = realpath(!slash ? "." : slash == copy ? "/" : copy, NULL);
	if (!parent || asprintf(&real, "%s/%s", strcmp(parent, "/") == 0 ? "" : parent,
			       slash ? slash + 1 : copy) < 0)
		return NULL;
	return real;
}

static int run_fusermount(const char *path)
{
	char *const argv[] = { (char *)(uintptr_t) "fusermount3", (char *)(uintptr_t) "-uzq",
		(char *)(uintptr_t)path, NULL };
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0)
		return -EPERM;
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPERM;
}

static int clear_dead(const char *path)
{
	_cleanup_free_ char *real = real_of_dead(path);
	int r = 0;

	if (!real)
		return -ENOMEM;
	if (umount2(real, MNT_DETACH) < 0)
		r = errno == EPERM ? run_fusermount(real) : -errno;
	if (r == 0)
		log_info("cleared the mount of a program that died, at '%s'", LOG_QUOTE(real));
	return r;
}

/* The type of the topmost mount just at `real`; "" for none. */
static void mounted_type(const char *real, char *out, size_t out_size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent entry;
	char line[8192];

	out[0] = '\0';
	if (!mounts)
		return;
	while (getmntent_r(mounts, &entry, line, sizeof(line))) {
		if (strcmp(entry.mnt_dir, real) == 0)
			snprintf(out, out_size, "%s", entry.mnt_type);
	}
	endmntent(mounts);
}

/* A next step that is a command is one about the path. */
static int refuse(char *reason, int error, const char *path, const char *next_step)
{
	bool is_command = strchr(next_step, ':');

	snprintf(reason, MOUNTPOINT_REASON_MAX, "cannot mount on '%s': %s; %s%s%s%s",
		LOG_QUOTE(path), error == EBUSY ? "a lensfs is mounted there" : strerror(error),
		next_step, is_command ? " '" : "", is_command ? LOG_QUOTE(path) : "",
		is_command ? "'" : "");
	return -error;
}

/* statfs() first: stat() of a mount whose program just died is answered from the kernel's
 * memory while its attributes last. */
static int look(const char *path, struct stat *ret)
{
	struct statfs fs;

	for (int i = 0; statfs(path, &fs) < 0 || stat(path, ret) < 0; i++) {
		/* It died while it was asked, and is dead the next time. */
		if (errno != ECONNABORTED || i == 8)
			return -errno;
	}
	return 0;
}

static int prepare_folder(const char *path, char **ret_real, char reason[MOUNTPOINT_REASON_MAX])
{
	_cleanup_free_ char *real = NULL;
	struct stat st;
	char type[64];
	int r = look(path, &st);

	/* A second one may lie below the first. */
	for (int i = 0; r == -ENOTCONN && i < 8; i++) {
		r = clear_dead(path);
		if (r < 0)
			return refuse(
				reason, ENOTCONN, path, "unmount it by hand: fusermount3 -uz");
		r = look(path, &st);
	}
	if (r < 0)
		return refuse(reason, -r, path, "make the folder first: mkdir -p");
	if (!S_ISDIR(st.st_mode))
		return refuse(reason, ENOTDIR, path, "name a folder");
	real = realpath(path, NULL);
	if (!real)
		return refuse(reason, errno, path, "name another folder");
	mounted_type(real, type, sizeof(type));
	if (strcmp(type, "fuse.lensfs") == 0)
		return refuse(reason, EBUSY, path, "unmount it first: fusermount3 -u");
	*ret_real = TAKE_PTR(real);
	return 0;
}

/* From here on no program of ours has the descriptor as well, which would keep a mount alive that
 * nobody serves. */
static int prepare_fd(
	const char *path, int fd, struct mountpoint *ret, char reason[MOUNTPOINT_REASON_MAX])
{
	char *folder;
	int r = mount_fd_place(fd, &folder, reason);

	if (r < 0)
		return r;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	*ret = (struct mountpoint){
		.name = folder ? folder : strdup(path),
		.folder = folder,
		.fuse_fd = fd,
	};
	return ret->name ? 0 : -ENOMEM;
}

int mountpoint_prepare(
	const char *path, struct mountpoint *ret, char reason[MOUNTPOINT_REASON_MAX])
{
	char *real;
	int fd, r;

	*ret = (struct mountpoint){ .fuse_fd = -1 };
	snprintf(reason, MOUNTPOINT_REASON_MAX, "out of memory");
	if (mount_fd_parse(path, &fd))
		return prepare_fd(path, fd, ret, reason);
	r = prepare_folder(path, &real, reason);
	if (r == 0)
		ret->folder = ret->name = real;
	return r;
}

void mountpoint_done(struct mountpoint *mountpoint)
{
	free(mountpoint->name);
	*mountpoint = (struct mountpoint){ .fuse_fd = -1 };
}
