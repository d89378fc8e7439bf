/* SPDX-License-Identifier: MIT */
#include "source/watch.h"

#include <errno.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/vfs.h>

#include "source/mounts.h"
#include "util/cleanup.h"

/* Not in linux/magic.h of every Debian we build on. */
#ifndef CIFS_SUPER_MAGIC
#define CIFS_SUPER_MAGIC 0xFF534D42
#endif
#ifndef SMB2_SUPER_MAGIC
#define SMB2_SUPER_MAGIC 0xFE534D42
#endif
#define LUSTRE_SUPER_MAGIC 0x0BD00BD0
#define GPFS_SUPER_MAGIC   0x47504653

#define BUFFER_SIZE 65536

#define NAMES_MASK   (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)
#define CONTENT_MASK (IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE)

struct watch {
	int fd;                /* owned */
	struct mounts *mounts; /* owned; NULL where /proc does not tell */
	char *buffer;          /* owned, BUFFER_SIZE, aligned for struct inotify_event */
};

int watch_new(const char *source, struct watch **ret)
{
	_cleanup_(watch_freep) struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return -ENOMEM;
	watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch->fd < 0)
		return -errno;
	watch->buffer = malloc(BUFFER_SIZE);
	if (!watch->buffer)
		return -ENOMEM;
	/* Without /proc/self/mountinfo: mounts below the source are seen when looked up. */
	mounts_new(source, &watch->mounts);
	*ret = TAKE_PTR(watch);
	return 0;
}

struct watch *watch_free(struct watch *watch)
{
	if (watch) {
		close_fd(&watch->fd);
		mounts_free(watch->mounts);
		free(watch->buffer);
		free(watch);
	}
	return NULL;
}

/* Whether everybody's changes pass through this kernel's inodes. */
static bool is_local(int dir_fd)
{
	struct statfs st;

	if (fstatfs(dir_fd, &st) < 0)
		return false;
	switch ((uint32_t)st.f_type) {
	case NFS_SUPER_MAGIC:
	case CIFS_SUPER_MAGIC:
	case SMB_SUPER_MAGIC:
	case SMB2_SUPER_MAGIC:
	case FUSE_SUPER_MAGIC:
	case V9FS_MAGIC:
	case CEPH_SUPER_MAGIC:
	case AFS_SUPER_MAGIC:
	case CODA_SUPER_MAGIC:
	case OCFS2_SUPER_MAGIC:
	case LUSTRE_SUPER_MAGIC:
	case GPFS_SUPER_MAGIC:
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
		return false;
	default:
		return true;
	}
}

int watch_add(struct watch *watch, int dir_fd, int *ret_wd)
{
	char path[64];
	int wd;

	if (!is_local(dir_fd))
		return WATCH_E_UNWATCHABLE;
	/* By the descriptor, not by a path that may lead elsewhere by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir_fd);
	wd = inotify_add_watch(
		watch->fd, path, NAMES_MASK | CONTENT_MASK | IN_DELETE_SELF | IN_ONLYDIR);
	if (wd < 0)
		return -errno;
	*ret_wd = wd;
	return 0;
}

void watch_remove(struct watch *watch, int wd)
{
	/* EINVAL: the folder went first, and took its mark with it. */
	inotify_rm_watch(watch->fd, wd);
}

static struct watch_event translate(const struct inotify_event *in)
{
	return (struct watch_event){
		.wd = in->mask & IN_Q_OVERFLOW ? WATCH_EVERYTHING : in->wd,
		.names = in->mask & NAMES_MASK,
		.content = in->mask & CONTENT_MASK,
		.arrived = in->mask & IN_MOVED_TO,
		.gone = in->mask & (IN_DELETE_SELF | IN_UNMOUNT | IN_IGNORED),
		.name = in->len > 0 ? in->name : "",
	};
}

static bool is_same(const struct inotify_event *a, const struct inotify_event *b)
{
	return a && a->wd == b->wd && a->mask == b->mask && a->len == b->len &&
	       memcmp(a->name, b->name, b->len) == 0;
}

int watch_read(struct watch *watch, int wake_fd,
	void (*handle)(void *context, const struct watch_event *event), void *context)
{
	struct pollfd fds[] = {
		{ .fd = watch->fd, .events = POLLIN },
		{ .fd = wake_fd, .events = POLLIN },
		{ .fd = watch->mounts ? mounts_fd(watch->mounts) : -1, .events = POLLPRI },
	};
	const struct inotify_event *last = NULL;
	ssize_t n;

	if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[2].revents && mounts_changed(watch->mounts))
		handle(context, &(struct watch_event){ .wd = WATCH_MOUNTS, .name = "" });
	n = read(watch->fd, watch->buffer, BUFFER_SIZE);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *in =
			(const struct inotify_event *)(const void *)(watch->buffer + at);
		struct watch_event event = translate(in);

		/* A big write is many events, and one piece of news. */
		if (!is_same(last, in))
			handle(context, &event);
		last = in;
		at += (ssize_t)(sizeof(*in) + in->len);
	}
	return 0;
}
