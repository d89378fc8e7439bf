/* SPDX-License-Identifier: MIT
 *
 * The file system: a mirror of the source with views beside its pictures, answered to the
 * kernel by low-level FUSE operations. The only room that includes <fuse*>, and this header
 * hides it.
 *
 * The mount is read-only, so OPEN is answered with ENOSYS: from then on the kernel opens files
 * by itself, keeps their pages, and a warm read never comes here. Sizes stay exact because the
 * attributes of a variant that is not made yet expire at once and `default_permissions` makes
 * open(2) ask for them again.
 */
#ifndef FS_FS_H
#define FS_FS_H

#include "config/slot.h"
#include "render/render.h"
#include "source/tree.h"

struct fs;
struct tap;

#define FS_REASON_MAX 512

/* The folder of control files, in the root of every mount and in no listing. */
#define CONTROL_DIR_NAME ".lensfs"

/* A file of the control folder `.lensfs`: its text is made anew whenever it is looked up. Mode: the
 * permissions; those of the group are the control group's. */
struct fs_control_file {
	const char *name;
	uint32_t mode;
	/* 0 with the text (malloc'ed, the caller's) or -errno. FUSE threads. */
	int (*make)(void *context, char **ret_text, size_t *ret_length);
};

struct fs_options {
	const char *source_name; /* shown as the mount's device */
	const char *mountpoint;  /* NULL: mounted beforehand, nobody knows where */
	int fuse_fd; /* the open /dev/fuse of a mount made beforehand; -1: to be mounted here.
			Becomes ours */
	const char *
		mount_options; /* further -o options for libfuse, comma-separated; NULL: none */
	const struct tree *tree;
	struct render *render;
	struct config_slot *config;
	struct watch *watch;         /* NULL: changes are noticed by timeouts alone */
	const struct view *view;     /* that the whole mount is seen through; NULL: none */
	struct watermark *watermark; /* of that view; NULL: none */
	struct tap *accesses;        /* a line for each request (fs/access.h); NULL: no */
	double timeout_sec;          /* where nothing is watched, > 0 */
	const struct fs_control_file *control_files; /* ended by an empty name */
	int64_t control_group;        /* gid that may read what its mode is 0440 of; -1: none */
	void *context;                /* of make and ready */
	void (*ready)(void *context); /* the kernel has shaken hands; the first FUSE thread */
	unsigned threads;
	size_t descriptors; /* capacity of the descriptor cache */
	unsigned prefetch;  /* pictures to be ahead of a reader; 0: none */
	bool debug;         /* libfuse prints every request */
			    /* Everything above is borrowed for the life. */
};

/* Mounts. 0 or -errno with `reason` in words for the user. */
int fs_new(const struct fs_options *options, struct fs **ret, char reason[FS_REASON_MAX]);

/* Serves until unmounted or fs_stop(). 0, or -errno when the session broke. One thread. */
int fs_run(struct fs *fs);

/* Ends fs_run(), from another thread; first the notifications, while requests are still
 * answered. */
void fs_stop(struct fs *fs);

/* Unmounts, if that did not happen yet. No fs_stop() may be under way. */
void fs_unmount(struct fs *fs);
/* After the render is freed: its jobs hold nodes. NULL is fine; returns NULL. */
struct fs *fs_free(struct fs *fs);

/* Gives back descriptors that nobody used for a while; to be called every few seconds. */
void fs_trim(struct fs *fs);

/* Closes variants that the cache does not have any more, until at most `keep_bytes` of them are
 * left on its disk; returns how many are. For struct cache_keeper, with a struct fs as context. */
uint64_t fs_trim_gone(void *fs, uint64_t keep_bytes);

/* Whether views can be listed, now or by another configuration: the mount began with a list. Where
 * it did not, the kernel was told for ever to read folders by itself (dir.c). */
bool fs_can_list_views(const struct fs *fs);

/* Another configuration is in force: names that were answered by the one before are looked up
 * anew, and folders listed. A thread that holds no lock and answers nobody. */
void fs_config_changed(struct fs *fs);

struct fs_stats {
	uint64_t nodes;                            /* known to the kernel or to jobs */
	uint64_t descriptors;                      /* in the cache */
	uint64_t lookups, getattrs, reads, xattrs; /* requests that came to the daemon */
	uint64_t interrupted;                      /* waiters that were answered with EINTR */
	bool watching;
	uint64_t watched_folders, unwatched_folders; /* visited ones */
	uint64_t watch_events, watch_overflows, notifications;
};
void fs_stats(struct fs *fs, struct fs_stats *ret);

#endif
