/* SPDX-License-Identifier: MIT
 *
 * Listings: what the source lists, and nothing else. Views and the control folder are never
 * listed, so that `ls`, indexers and backups cost nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fs/context.h"

/* An open folder. The kernel may read it from several threads. */
struct listing {
	struct lock lock;
	struct node *node;    /* borrowed: open, so the kernel holds it */
	DIR *dir;             /* owned; NULL: the control folder */
	struct dirent *entry; /* read, but it did not fit */
	off_t offset;
};

static struct listing *listing_of(struct fuse_file_info *fi)
{
	return (struct listing *)(uintptr_t)fi->fh;
}

static void listing_free(struct listing *listing)
{
	if (listing->dir)
		closedir(listing->dir);
	lock_done(&listing->lock);
	free(listing);
}

/* Marked before it is read: what changes while it is read is told. */
static bool watch_folder(struct fs *fs, struct node *node)
{
	_cleanup_(fdref_unrefp) struct fdref *folder = NULL;

	return fs_folder(fs, node, &folder) == 0 &&
	       nodes_watch(&fs->nodes, node, fdref_fd(folder));
}

static int listing_new(struct fs *fs, struct node *node, struct listing **ret)
{
	struct listing *listing = calloc(1, sizeof(*listing));
	int fd, r = 0;

	if (!listing)
		return -ENOMEM;
	lock_init(&listing->lock);
	listing->node = node;
	if (node != &fs->nodes.control) {
		r = fs_open_node(fs, node, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, &fd);
		if (r == 0) {
			listing->dir = fdopendir(fd);
			r = listing->dir ? 0 : -errno;
			if (r < 0)
				close(fd);
		}
	}
	if (r < 0)
		listing_free(listing);
	else
		*ret = listing;
	return r;
}

void fs_op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct fs *fs = fs_of(req);
	struct node *node = fs_node(fs, ino);
	bool told = node != &fs->nodes.control && watch_folder(fs, node);
	struct listing *listing;
	int r = listing_new(fs, node, &listing);

	if (r < 0) {
		fuse_reply_err(req, -r);
		return;
	}
	fi->fh = (uintptr_t)listing;
	/* The kernel lists it by itself from now on, until something in it changes. */
	fi->cache_readdir = told;
	fi->keep_cache = told;
	if (fuse_reply_open(req, fi) == -ENOENT)
		listing_free(listing);
}

void fs_op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	listing_free(listing_of(fi));
	fuse_reply_err(req, 0);
}

/* --- Reading ----------------------------------------------------------------------------- */

static int next_entry(struct listing *listing, struct dirent **ret)
{
	if (!listing->entry) {
		errno = 0;
		listing->entry = readdir(listing->dir);
		if (!listing->entry && errno)
			return -errno;
	}
	*ret = listing->entry;
	return 0;
}

static void seek_to(struct listing *listing, off_t off)
{
	if (off == listing->offset)
		return;
	seekdir(listing->dir, off);
	listing->entry = NULL;
	listing->offset = off;
}

static size_t add_plain(fuse_req_t req, char *buf, size_t size, const struct dirent *d)
{
	struct stat st = { .st_ino = d->d_ino, .st_mode = (mode_t)d->d_type << 12 };

	return fuse_add_direntry(req, buf, size, d->d_name, &st, d->d_off);
}

/* An entry that vanished is left out (size 0 with *ret_gone); one that cannot be looked up for
 * another reason is listed without its attributes: the kernel will ask again, and be told. */
static size_t add_plus(fuse_req_t req, struct listing *listing, char *buf, size_t size,
	const struct dirent *d, bool *ret_gone)
{
	struct fuse_entry_param entry = {
		.attr = { .st_ino = d->d_ino, .st_mode = (mode_t)d->d_type << 12 },
	};
	struct fs *fs = fs_of(req);
	bool special = strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0;
	size_t n;
	int r = 0;

	if (!special)
		r = fs_lookup(fs, listing->node, d->d_name, &entry);
	*ret_gone = r == -ENOENT;
	if (*ret_gone)
		return 0;
	if (r < 0)
		entry = (struct fuse_entry_param){
			.attr = { .st_ino = d->d_ino, .st_mode = (mode_t)d->d_type << 12 },
		};
	n = fuse_add_direntry_plus(req, buf, size, d->d_name, &entry, d->d_off);
	if (n > size && entry.ino)
		nodes_forget(&fs->nodes, fs_node(fs, entry.ino), 1);
	return n;
}

static bool is_hidden(const struct fs *fs, const struct listing *listing, const char *name)
{
	return listing->node == &fs->nodes.root && strcmp(name, CONTROL_DIR_NAME) == 0;
}

/* Fills `buf` from the stream's place on; the count, or -errno when nothing was filled. */
static ssize_t fill(fuse_req_t req, struct listing *listing, char *buf, size_t size, bool plus)
{
	struct dirent *d;
	size_t at = 0;
	int r;

	while ((r = next_entry(listing, &d)) == 0 && d) {
		bool gone = is_hidden(fs_of(req), listing, d->d_name);
		size_t n = 0;

		if (!gone && plus)
			n = add_plus(req, listing, buf + at, size - at, d, &gone);
		else if (!gone)
			n = add_plain(req, buf + at, size - at, d);
		if (n > size - at)
			break;
		at += n;
		listing->offset = d->d_off;
		listing->entry = NULL;
	}
	return at > 0 || r == 0 ? (ssize_t)at : r;
}

/* The names of the control files; their attributes are asked for one by one. */
static ssize_t fill_control(fuse_req_t req, char *buf, size_t size, off_t off, bool plus)
{
	const struct fs_control_file *files = fs_of(req)->options.control_files;
	size_t at = 0;

	for (off_t i = 0; files[i].name; i++) {
		struct fuse_entry_param entry = {
			.attr = { .st_ino = (ino_t)i + 1, .st_mode = S_IFREG },
		};
		size_t n;

		if (i < off)
			continue;
		if (plus)
			n = fuse_add_direntry_plus(
				req, buf + at, size - at, files[i].name, &entry, i + 1);
		else
			n = fuse_add_direntry(
				req, buf + at, size - at, files[i].name, &entry.attr, i + 1);
		if (n > size - at)
			break;
		at += n;
	}
	return (ssize_t)at;
}

static void read_listing(
	fuse_req_t req, struct listing *listing, size_t size, off_t off, bool plus)
{
	_cleanup_free_ char *buf = malloc(size);
	ssize_t n;

	if (!buf) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	if (listing->dir) {
		lock_take(&listing->lock);
		seek_to(listing, off);
		n = fill(req, listing, buf, size, plus);
		lock_drop(&listing->lock);
	} else {
		n = fill_control(req, buf, size, off, plus);
	}
	if (n < 0)
		fuse_reply_err(req, (int)-n);
	else
		fuse_reply_buf(req, buf, (size_t)n);
}

void fs_op_readdir(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	(void)ino;
	read_listing(req, listing_of(fi), size, off, false);
}

void fs_op_readdirplus(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	(void)ino;
	read_listing(req, listing_of(fi), size, off, true);
}
