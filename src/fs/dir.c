/* SPDX-License-Identifier: MIT
 *
 * Listings: what the source lists, and nothing else; in a lens, what it shows of that. Views beside
 * pictures and the control folder are not listed, so that `ls`, indexers and backups cost nothing.
 *
 * Where the source's root is watched, OPENDIR is answered with ENOSYS like OPEN: from then on
 * the kernel opens folders by itself and keeps what they list, so a warm `find` asks nothing.
 * That answer holds for the whole mount. In a folder of it that cannot be watched (the limit of
 * marks, another file system mounted there), the kernel notices a change by the folder's time
 * of modification, which it asks for every second; but a change within the same tick of a
 * coarse clock shows no new time, so such a listing is taken back once more when the tick is
 * over. Elsewhere OPENDIR is answered, and nothing of a listing kept.
 *
 * A request finds its place by its offset alone. The descriptor that the last one left is kept
 * for a while: some file systems (overlayfs) build a listing anew for every open.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#include "fs/dir_entry.h"
#include "fs/lens.h"
#include "fs/roster.h"

#define ENTRIES_MIN 1024 /* bytes: holds the longest name there is */

/* Watched before it is read: what changes while it is read is told. */
static bool watch_folder(struct fs *fs, struct node *folder)
{
	_cleanup_(fdref_unrefp) struct fdref *open_folder = NULL;

	return fs_folder(fs, folder, &open_folder) == 0 &&
	       nodes_watch(&fs->nodes, folder, fdref_fd(open_folder));
}

/* What is left out of a listing until it is made shows when it is, and no change tells of that. */
static bool leaves_out(struct fs *fs)
{
	_cleanup_(config_unrefp) struct config *config = config_slot_get(fs->options.config);

	for (size_t i = 0; i < config->list.n; i++) {
		const char *text = config->list.items[i].text;

		if (config_miss(config, text, strlen(text)) == MISS_ENOENT)
			return true;
	}
	return false;
}

/* Where views are listed, a listing needs a roster. It is kept where the folder is watched, as ever. */
static void open_listed(fuse_req_t req, struct node *node, struct fuse_file_info *fi)
{
	struct fs *fs = fs_of(req);
	struct roster *roster = NULL;

	if (node->kind == NODE_MIRROR) {
		roster = roster_new();
		if (!roster) {
			reply_err(req, ENOMEM);
			return;
		}
	}
	fi->fh = (uintptr_t)roster;
	if (node != &fs->nodes.control)
		fi->cache_readdir = fi->keep_cache =
			watch_folder(fs, node_folder(node)) && !(roster && leaves_out(fs));
	if (reply_open(req, fi) == -ENOENT)
		roster_free(roster);
}

void fs_op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct fs *fs = fs_of(req);

	access_begin(req, "opendir", ino, NULL);
	if (fs->can_list_views)
		open_listed(req, fs_node(fs, ino), fi);
	else if (fs->kernel_opens_folders)
		reply_err(req, ENOSYS);
	else
		reply_open(req, fi);
}

void fs_op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	access_begin(req, "releasedir", ino, NULL);
	roster_free((struct roster *)(uintptr_t)fi->fh);
	reply_err(req, 0);
}

/* --- Reading ----------------------------------------------------------------------------- */

/* 1 at the end of the folder, 0 when the answer is full, or -errno. */
static int fill_from(struct listing *listing, int fd)
{
	/* About as many as fit: what is read beyond is read again. */
	size_t size = listing->plus ? listing->size / 4 : listing->size;
	bool is_lens = listing->node->kind == NODE_LENS;
	_cleanup_free_ char *entries = NULL;
	ssize_t n;

	size = size < ENTRIES_MIN ? ENTRIES_MIN : size;
	entries = malloc(size);
	if (!entries)
		return -ENOMEM;
	if (lseek(fd, listing->offset, SEEK_SET) < 0)
		return -errno;
	while ((n = getdents64(fd, entries, size)) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *d = (const void *)(entries + at);

			int r = is_lens ? listing_add_lens(listing, d, d->d_off)
			                : listing_add_plain(listing, d, d->d_off);

			if (r != 1)
				return r;
			at += d->d_reclen;
		}
	}
	return n < 0 ? -errno : 1;
}

static int fill(struct listing *listing)
{
	struct fs *fs = fs_of(listing->req);
	struct node *folder = node_folder(listing->node);
	const void *key = node_listing_key(listing->node);
	_cleanup_close_ int fd = -1;
	bool is_start = listing->offset == 0;
	int r = 0;

	listing->told = watch_folder(fs, folder);
	fd = fdcache_take(fs->fds, key);
	if (fd < 0)
		r = fs_open_node(fs, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, &fd);
	listing->dir_fd = fd;
	if (r == 0)
		r = fill_from(listing, fd);
	if (r == 0)
		fdref_unref(fdcache_put(fs->fds, key, TAKE_FD(fd), FS_SOURCE_IDLE_USEC));
	if (fs->kernel_opens_folders && !listing->told && (is_start || r == 1))
		listing->is_settling = true;
	return r < 0 && listing->length == 0 ? r : 0;
}

/* The names of the control files; their attributes are asked for one by one. */
static int fill_control(struct listing *listing)
{
	const struct fs_control_file *files = fs_of(listing->req)->options.control_files;

	for (off_t i = 0; files[i].name; i++) {
		struct fuse_entry_param entry = {
			.attr = { .st_ino = (ino_t)i + 1, .st_mode = S_IFREG },
		};

		if (i >= listing->offset &&
			!listing_add(listing, files[i].name, &entry, false, i + 1))
			break;
	}
	return 0;
}

/* The kernel may forget the folder once it is answered, so the reference comes first; and what it
 * is to take back it must have. */
static void reply_settling(struct listing *listing)
{
	struct fs *fs = fs_of(listing->req);

	nodes_ref(&fs->nodes, listing->node);
	reply_buf(listing->req, listing->buf, listing->length);
	invalidator_post_settling(fs, listing->node);
	nodes_unref(&fs->nodes, listing->node);
}

static int fill_roster(struct listing *listing, struct roster *roster)
{
	struct fs *fs = fs_of(listing->req);
	_cleanup_(config_unrefp) struct config *config = config_slot_get(fs->options.config);
	int r;

	listing->told = watch_folder(fs, listing->node);
	r = roster_fill(roster, listing, &config->list);
	return r < 0 && listing->length == 0 ? r : 0;
}

static void list(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, bool plus,
	struct roster *roster)
{
	struct fs *fs = fs_of(req);
	_cleanup_free_ char *buf = malloc(size);
	struct listing listing = {
		.req = req,
		.node = fs_node(fs, ino),
		.plus = plus,
		.buf = buf,
		.size = size,
		.offset = off,
	};
	int r;

	access_begin_at(req, plus ? "readdirplus" : "readdir", ino, size, off);
	if (!buf)
		r = -ENOMEM;
	else if (listing.node == &fs->nodes.control)
		r = fill_control(&listing);
	else if (roster)
		r = fill_roster(&listing, roster);
	else
		r = fill(&listing);
	if (r < 0)
		reply_err(req, -r);
	else if (listing.is_settling)
		reply_settling(&listing);
	else
		reply_buf(req, buf, listing.length);
}

void fs_op_readdir(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	list(req, ino, size, off, false, (struct roster *)(uintptr_t)fi->fh);
}

void fs_op_readdirplus(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	list(req, ino, size, off, true, (struct roster *)(uintptr_t)fi->fh);
}
