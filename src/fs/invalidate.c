/* SPDX-License-Identifier: MIT */
#include "fs/invalidate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <utlist.h>

#include "fs/context.h"
#include "fs/lens_entry.h"
#include "source/watch.h"
#include "util/log.h"

#define RETRY_USEC (100 * USEC_PER_MSEC)

/* --- Notifications ----------------------------------------------------------------------- */

static fuse_ino_t nodeid_of(struct fs *fs, const struct node *node)
{
	return node == fs->top ? FUSE_ROOT_ID : fs_nodeid(node);
}

/* False: the kernel did not know it. */
static bool note_result(struct fs *fs, const char *what, int r)
{
	fs->invalidator.notifications++;
	/* ENOENT is also what an ended session answers. */
	if (r < 0 && r != -ENOENT)
		log_debug("%s: %s", what, strerror(-r));
	return r != -ENOENT;
}

/* Not merely expired: unhashed, so that a lookup that is under way cannot revive it. */
static void forget_entry(struct fs *fs, const struct node *folder, const char *name)
{
	note_result(fs, "inval_entry",
		fuse_lowlevel_notify_inval_entry(
			fs->session, nodeid_of(fs, folder), name, strlen(name)));
}

void invalidate_name(struct fs *fs, const struct node *folder, const char *name)
{
	forget_entry(fs, folder, name);
}

static bool forget_attributes(struct fs *fs, const struct node *node)
{
	return note_result(fs, "inval_inode",
		fuse_lowlevel_notify_inval_inode(fs->session, nodeid_of(fs, node), -1, 0));
}

/* Attributes and pages: a file's bytes, a folder's cached listing. */
static bool forget_content(struct fs *fs, const struct node *node)
{
	return note_result(fs, "inval_inode",
		fuse_lowlevel_notify_inval_inode(fs->session, nodeid_of(fs, node), 0, 0));
}

static void forget_name(void *context, const struct node *where, const char *name)
{
	forget_entry(context, where, name);
}

/* --- Lenses of a folder ------------------------------------------------------------------ */

static void forget_in_lenses(struct fs *fs, struct node *folder, const char *name)
{
	struct lens *lens = NULL;

	while ((lens = nodes_next_lens(&fs->nodes, folder, lens)))
		lens_names_of(lens, name, forget_name, fs);
}

static void forget_lens_attributes(struct fs *fs, struct node *folder)
{
	struct lens *lens = NULL;

	while ((lens = nodes_next_lens(&fs->nodes, folder, lens)))
		forget_attributes(fs, &lens->node);
}

/* Their listings, too: what a file is decides how it is listed, so a write to it may as well. */
static void forget_lens_contents(struct fs *fs, struct node *folder)
{
	struct lens *lens = NULL;

	while ((lens = nodes_next_lens(&fs->nodes, folder, lens)))
		forget_content(fs, &lens->node);
}

/* A listing of before may be under way, and be kept when it is answered. It holds the folder's lock
 * in the kernel, for which taking back a name waits, whatever name. */
static void forget_listed(struct fs *fs, const struct node *folder)
{
	forget_entry(fs, folder, ".");
	forget_content(fs, folder);
}

static void forget_views_listed(struct fs *fs)
{
	struct node **all;
	size_t n;

	if (nodes_find_all(&fs->nodes, &all, &n) < 0) {
		log_error("out of memory: folders may be listed as before");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (all[i]->watching == NODE_WATCHED)
			forget_listed(fs, all[i]);
		nodes_unref(&fs->nodes, all[i]);
	}
	free(all);
}

/* What is not noted is not believed for longer than a second. */
void fs_config_changed(struct fs *fs)
{
	aliases_take(&fs->aliases, NULL, NULL, forget_name, fs);
	if (fs->can_list_views)
		forget_views_listed(fs);
}

/* --- One change -------------------------------------------------------------------------- */

/* The node that `name` in `folder` is now, if the kernel knows it: with a reference. */
static struct node *find_entry(struct fs *fs, struct node *folder, const char *name)
{
	_cleanup_(fdref_unrefp) struct fdref *open_folder = NULL;
	struct statx stx;

	if (fs_folder(fs, folder, &open_folder) < 0 ||
		tree_stat_child(
			fs->options.tree, fdref_fd(open_folder), &folder->id, name, &stx) < 0)
		return NULL;
	return nodes_find_mirror(&fs->nodes, &stx);
}

/* False: no inode of it is known. */
static bool inode_changed(struct fs *fs, struct node *folder, const struct watch_event *event)
{
	struct node *entry = find_entry(fs, folder, event->name);
	bool known;

	if (!entry)
		return false;
	if (event->arrived)
		nodes_relocate(&fs->nodes, entry, folder, event->name);
	known = event->content ? forget_content(fs, entry) : forget_attributes(fs, entry);
	forget_lens_attributes(fs, entry);
	nodes_unref(&fs->nodes, entry);
	return known;
}

static void entry_changed(struct fs *fs, struct node *folder, const struct watch_event *event)
{
	aliases_take(&fs->aliases, folder, event->name, forget_name, fs);
	if (event->names)
		forget_entry(fs, folder, event->name);
	/* Which views are listed depends on what the files are. */
	if (fs->can_list_views)
		forget_listed(fs, folder);
	else if (event->names)
		forget_content(fs, folder);
	forget_in_lenses(fs, folder, event->name);
	forget_lens_contents(fs, folder);
	/* A lookup may be under way with attributes from before the change. It holds the folder's
	 * lock in the kernel, for which this waits. */
	if (!inode_changed(fs, folder, event) && !event->names)
		forget_entry(fs, folder, event->name);
}

/* --- Everything -------------------------------------------------------------------------- */

/* Names that appeared while nobody listened may be known as missing. */
static void forget_listing(struct fs *fs, struct node *folder)
{
	struct dirent *entry;
	DIR *dir;
	int fd;

	if (fs_open_node(fs, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, &fd) < 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		forget_entry(fs, folder, entry->d_name);
		forget_in_lenses(fs, folder, entry->d_name);
	}
	closedir(dir);
}

/* A variant by its names in lenses: those that are views are taken from fs/alias. */
static void forget_node(struct fs *fs, struct node *node)
{
	_cleanup_free_ char *name = NULL;
	struct node *parent;

	if (node->kind != NODE_VARIANT)
		forget_content(fs, node);
	forget_lens_contents(fs, node);
	if (node->type == S_IFDIR >> 12 && node->watching != NODE_UNVISITED)
		forget_listing(fs, node);
	if (nodes_place(&fs->nodes, node, &parent, &name) < 0)
		return;
	forget_entry(fs, parent, name);
	forget_in_lenses(fs, parent, name);
	nodes_unref(&fs->nodes, parent);
}

static void everything_changed(struct fs *fs)
{
	struct node **all;
	size_t n;

	log_warning("changes of the source came faster than they could be read; "
		    "everything is looked up anew");
	fs->invalidator.overflows++;
	aliases_take(&fs->aliases, NULL, NULL, forget_name, fs);
	if (nodes_find_all(&fs->nodes, &all, &n) < 0) {
		log_error("out of memory: what the kernel knows of the source may be old");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		forget_node(fs, all[i]);
		nodes_unref(&fs->nodes, all[i]);
	}
	free(all);
}

/* What lies at its place is not it any more: something was mounted over it, or it was what was
 * mounted there. */
static void check_place(struct fs *fs, struct node *node)
{
	_cleanup_free_ char *name = NULL;
	struct node *parent, *there;

	if (nodes_place(&fs->nodes, node, &parent, &name) < 0)
		return;
	there = find_entry(fs, parent, name);
	if (there != node) {
		forget_entry(fs, parent, name);
		forget_in_lenses(fs, parent, name);
	}
	if (there)
		nodes_unref(&fs->nodes, there);
	nodes_unref(&fs->nodes, parent);
}

static void mounts_changed_below(struct fs *fs)
{
	struct node **all;
	size_t n;

	/* Sources that only views were asked of have no node of their own. */
	aliases_take(&fs->aliases, NULL, NULL, forget_name, fs);
	if (nodes_find_all(&fs->nodes, &all, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		check_place(fs, all[i]);
		nodes_unref(&fs->nodes, all[i]);
	}
	free(all);
}

/* --- Posted by others -------------------------------------------------------------------- */

struct posted {
	struct posted *next;
	struct node *node; /* owns a ref */
	usec_t due;
};

static void posted_drop(struct fs *fs, struct posted *posted)
{
	nodes_unref(&fs->nodes, posted->node);
	free(posted);
}

static void wake_locked(struct invalidator *invalidator)
{
	if (invalidator->listening)
		eventfd_write(invalidator->wake_fd, 1);
}

static void post(struct fs *fs, struct node *node, usec_t due)
{
	struct invalidator *invalidator = &fs->invalidator;
	struct posted *posted = malloc(sizeof(*posted));
	bool listening;

	/* Without: the kernel asks again by itself when the name expires or the time is new. */
	if (!posted)
		return;
	nodes_ref(&fs->nodes, node);
	posted->node = node;
	posted->due = due;
	lock_take(&invalidator->lock);
	listening = invalidator->listening;
	if (listening)
		LL_PREPEND(invalidator->posted, posted);
	if (due == 0)
		wake_locked(invalidator);
	lock_drop(&invalidator->lock);
	if (!listening)
		posted_drop(fs, posted);
}

void invalidator_post(struct fs *fs, struct node *variant)
{
	post(fs, variant, 0);
}

void invalidator_post_settling(struct fs *fs, struct node *folder)
{
	post(fs, folder, now_monotonic() + FS_TICK_USEC);
}

void invalidator_tick(struct invalidator *invalidator)
{
	LOCK_SCOPE(&invalidator->lock);

	if (invalidator->posted)
		wake_locked(invalidator);
}

static void forget_names(struct fs *fs, struct node *variant)
{
	_cleanup_free_ char *source = NULL;
	struct node *folder;

	if (nodes_place(&fs->nodes, variant, &folder, &source) < 0)
		return;
	aliases_take(&fs->aliases, folder, source, forget_name, fs);
	forget_in_lenses(fs, folder, source);
	nodes_unref(&fs->nodes, folder);
}

static struct posted *take_posted(struct invalidator *invalidator, usec_t now)
{
	LOCK_SCOPE(&invalidator->lock);
	struct posted **p = &invalidator->posted, *due = NULL;
	eventfd_t wakes;

	while (*p) {
		struct posted *posted = *p;

		if (posted->due > now) {
			p = &posted->next;
			continue;
		}
		*p = posted->next;
		LL_PREPEND(due, posted);
	}
	if (invalidator->listening)
		eventfd_read(invalidator->wake_fd, &wakes);
	return due;
}

static void handle_posted(struct fs *fs, bool notify)
{
	struct posted *posted, *next;

	posted = take_posted(&fs->invalidator, notify ? now_monotonic() : USEC_NEVER);
	for (; posted; posted = next) {
		next = posted->next;
		if (notify && posted->node->kind == NODE_VARIANT)
			forget_names(fs, posted->node);
		else if (notify)
			forget_content(fs, posted->node);
		posted_drop(fs, posted);
	}
}

/* --- The thread -------------------------------------------------------------------------- */

static void on_event(void *context, const struct watch_event *event)
{
	struct fs *fs = context;
	struct node *folder;

	fs->invalidator.events++;
	if (event->wd == WATCH_EVERYTHING) {
		everything_changed(fs);
		return;
	}
	if (event->wd == WATCH_MOUNTS) {
		mounts_changed_below(fs);
		return;
	}
	folder = nodes_find_watched(&fs->nodes, event->wd);
	if (!folder)
		return;
	if (event->gone)
		nodes_unwatch(&fs->nodes, folder);
	if (event->name[0])
		entry_changed(fs, folder, event);
	else if (event->content) {
		forget_attributes(fs, folder);
		forget_lens_attributes(fs, folder);
	}
	nodes_unref(&fs->nodes, folder);
}

static void stop_listening(struct invalidator *invalidator)
{
	LOCK_SCOPE(&invalidator->lock);

	invalidator->listening = false;
}

static void *invalidator_main(void *arg)
{
	struct fs *fs = arg;
	bool is_known = false;

	pthread_setname_np(pthread_self(), "lensfs-watch");
	while (!fs->invalidator.stopping) {
		int r;

		handle_posted(fs, true);
		r = watch_read(fs->options.watch, fs->invalidator.wake_fd, on_event, fs);
		/* No memory, for now. Events wait, or are told to be too many. */
		if (r < 0 && !is_known)
			log_error("cannot hear of changes of the source: %s; trying again",
				strerror(-r));
		if (r < 0)
			clock_sleep(RETRY_USEC);
		is_known = r < 0;
	}
	stop_listening(&fs->invalidator);
	handle_posted(fs, false);
	return NULL;
}

void invalidator_init(struct invalidator *invalidator)
{
	lock_init(&invalidator->lock);
	invalidator->wake_fd = -1;
}

void invalidator_done(struct invalidator *invalidator)
{
	lock_done(&invalidator->lock);
}

int invalidator_start(struct invalidator *invalidator, struct fs *fs)
{
	int r;

	if (!fs->options.watch)
		return 0;
	invalidator->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (invalidator->wake_fd < 0)
		return -errno;
	/* Before the thread looks at it. */
	invalidator->listening = true;
	r = -pthread_create(&invalidator->thread, NULL, invalidator_main, fs);
	invalidator->running = r == 0;
	if (r < 0) {
		invalidator->listening = false;
		close_fd(&invalidator->wake_fd);
	}
	return r;
}

void invalidator_stop(struct invalidator *invalidator)
{
	if (!invalidator->running)
		return;
	invalidator->stopping = true;
	eventfd_write(invalidator->wake_fd, 1);
	pthread_join(invalidator->thread, NULL);
	invalidator->running = false;
	close_fd(&invalidator->wake_fd);
}
