/* SPDX-License-Identifier: MIT */
#include "config/changes.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

/* A file that is being written has changed when it is closed: half a file is none of its states.
 * IN_CREATE is for links, and for folders that were missing. */
#define MASK                                                                                   \
	(IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |    \
		IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct interest {
	int wd;
	char name[NAME_MAX + 1]; /* in its folder; "*.conf"; "" for anything */
};

struct changes {
	int fd;                     /* owned */
	struct interest *interests; /* owned */
	size_t n;
};

static int add_interest(struct changes *changes, int wd, const char *name)
{
	struct interest *grown =
		reallocarray(changes->interests, changes->n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	changes->interests = grown;
	grown[changes->n].wd = wd;
	snprintf(grown[changes->n].name, sizeof(grown->name), "%s", name);
	changes->n++;
	return 0;
}

/* Where a link leads may change by a link in between, whatever its name. */
static bool is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

/* Of `path`, in its folder or, while that is missing, of the first missing one above. */
static int watch_place(struct changes *changes, const char *path, bool whole)
{
	_cleanup_free_ char *folder = strdup(path);

	if (!folder)
		return -ENOMEM;
	for (;;) {
		char *slash = strrchr(folder, '/');
		const char *name;
		int wd;

		if (!slash)
			return 0;
		name = slash + 1;
		*slash = '\0';
		wd = inotify_add_watch(changes->fd, slash == folder ? "/" : folder, MASK);
		if (wd >= 0)
			return add_interest(changes, wd, whole ? "" : name);
		if (errno == ENOSPC || errno == ENOMEM)
			return -errno;
		if ((errno != ENOENT && errno != ENOTDIR) || slash == folder)
			return 0;
		whole = false;
	}
}

static int watch_path(struct changes *changes, const char *path)
{
	_cleanup_free_ char *real = NULL;
	bool link = is_link(path);
	int r = watch_place(changes, path, link);

	if (r < 0 || !link)
		return r;
	real = realpath(path, NULL);
	return real ? watch_place(changes, real, false) : 0;
}

int changes_new(const struct paths *paths, struct changes **ret)
{
	_cleanup_(changes_freep) struct changes *changes = calloc(1, sizeof(*changes));
	int r = 0;

	if (!changes)
		return -ENOMEM;
	changes->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (changes->fd < 0)
		return -errno;
	for (size_t i = 0; i < paths->n && r == 0; i++)
		r = watch_path(changes, paths->items[i]);
	if (r == 0)
		*ret = TAKE_PTR(changes);
	return r;
}

struct changes *changes_free(struct changes *changes)
{
	if (changes) {
		close_fd(&changes->fd);
		free(changes->interests);
		free(changes);
	}
	return NULL;
}

int changes_fd(const struct changes *changes)
{
	return changes->fd;
}

static bool name_fits(const char *wanted, const char *name)
{
	size_t len = strlen(name);

	if (strcmp(wanted, "*.conf") == 0)
		return len > 5 && strcmp(name + len - 5, ".conf") == 0;
	return !wanted[0] || strcmp(wanted, name) == 0;
}

static bool concerns(const struct changes *changes, const struct inotify_event *event)
{
	if (event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT))
		return true;
	for (size_t i = 0; i < changes->n; i++) {
		if (changes->interests[i].wd == event->wd && event->len > 0 &&
			name_fits(changes->interests[i].name, event->name))
			return true;
	}
	return false;
}

bool changes_read(struct changes *changes)
{
	_Alignas(struct inotify_event) char buffer[4096];
	bool found = false;
	ssize_t n;

	while ((n = read(changes->fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(const void *)(buffer + at);

			found = found || concerns(changes, event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	return found;
}
