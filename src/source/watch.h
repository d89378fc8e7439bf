/* SPDX-License-Identifier: MIT
 *
 * Watching folders of the source: one inotify mark for every folder that somebody visited, none
 * for the rest, so a busy disk beside the source is never heard of. inotify, not fanotify: it
 * needs no privilege, marks are on inodes whatever mount they were reached by, and events name
 * the entry. What it cannot tell is written where it matters: changes through mmap, changes
 * through a hard link in a folder that is not watched, changes made by others on network file
 * systems (refused here, by the file system's type).
 *
 * watch_add and watch_remove: any thread. watch_read: one thread.
 */
#ifndef SOURCE_WATCH_H
#define SOURCE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "util/cleanup.h"

struct watch;

enum {
	WATCH_EVERYTHING = -1, /* events were lost */
	WATCH_MOUNTS = -2,     /* something was mounted or unmounted below the source */
};

/* Of one entry of a folder, or of the folder itself where `name` is "". */
struct watch_event {
	int wd;       /* of the folder, or one of the two above */
	bool names;   /* the entry appeared, vanished or is another file now */
	bool content; /* bytes or attributes of the entry changed */
	bool arrived; /* an entry came from elsewhere under this name */
	bool gone;    /* the folder itself is gone or was unmounted: its wd means nothing now */
	const char *name; /* borrowed until the handler returns */
};

/* `source` is the folder's absolute path, below which mounts are of interest. 0 or -errno
 * (EMFILE: the limit of inotify instances). */
int watch_new(const char *source, struct watch **ret);
struct watch *watch_free(struct watch *watch);
DEFINE_CLEANUP(struct watch *, watch_free)

enum { WATCH_E_UNWATCHABLE = 1 }; /* the file system tells nothing of others' changes */

/* Marks the open folder; again gives the same number. 0 with its wd, WATCH_E_UNWATCHABLE, or
 * -errno (ENOSPC: the limit of marks, fs.inotify.max_user_watches). */
int watch_add(struct watch *watch, int dir_fd, int *ret_wd);
void watch_remove(struct watch *watch, int wd);

/* Waits for events and hands each to `handle`; returns 0 after at least one, or 0 without when
 * `wake_fd` became readable. Repeated events of a batch are told once. -errno when broken. */
int watch_read(struct watch *watch, int wake_fd,
	void (*handle)(void *context, const struct watch_event *event), void *context);

#endif
