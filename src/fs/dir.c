/* SPDX-License-Identifier: MIT
 *
 * Listings: what the source lists, and nothing else. Views and the control folder are never
 * listed, so that `ls`, indexers and backups cost nothing.
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

#include "fs/context.h"

#define ENTRIES_MIN 1024 /* bytes: holds the longest name there is */

/* One request's answer in the making. */
struct listing {
	fuse_req_t req;
	struct node *node;
	bool plus;
	char *buf; /* owned */
	size_t size, length;
	off_t offset;     /* behind the last entry in it */
	bool is_settling; /* what the kernel keeps of it must be taken back */
};

void fs_op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	if (fs_of(req)->kernel_opens_folders)
		fuse_reply_err(req, ENOSYS);
	else
		fuse_reply_open(req, fi);
}

/* --- Entries ----------------------------------------------------------------------------- */

/* The bytes it takes; more than there are left: it is not in. */
static size_t add_plain(
	struct listing *listing, const char *name, ino_t ino, mode_t type, off_t off)
{
	struct stat st = { .st_ino = ino, .st_mode = type };

	return fuse_add_direntry(listing->req, listing->buf + listing->length,
		listing->size - listing->length, name, &st, off);
}

static size_t add_plus(struct listing *listing, const char *name,
	const struct fuse_entry_param *entry, off_t off)
{
	return fuse_add_direntry_plus(listing->req, listing->buf + listing->length,
		listing->size - listing->length, name, entry, off);
}

/* An entry that vanished is left out; one that cannot be looked up for another reason is listed
 * without its attributes: the kernel will ask again, and be told. */
static size_t look_up_and_add(struct listing *listing, const struct dirent64 *d)
{
	struct fuse_entry_param bare = {
		.attr = { .st_ino = d->d_ino, .st_mode = (mode_t)d->d_type << 12 },
	};
	struct fuse_entry_param entry = bare;
	struct fs *fs = fs_of(listing->req);
	bool special = strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0;
	int r = special ? 0 : fs_lookup(fs, listing->node, d->d_name, &entry);
	size_t n;

	if (r == -ENOENT)
		return 0;
	n = add_plus(listing, d->d_name, r < 0 ? &bare : &entry, d->d_off);
	if (n > listing->size - listing->length && r == 0 && entry.ino)
		nodes_forget(&fs->nodes, fs_node(fs, entry.ino), 1);
	return n;
}

static bool is_hidden(const struct listing *listing, const char *name)
{
	return listing->node == &fs_of(listing->req)->nodes.root &&
	       strcmp(name, CONTROL_DIR_NAME) == 0;
}

/* False: it does not fit. */
static bool add_entry(struct listing *listing, const struct dirent64 *d)
{
	size_t n = 0;

	if (!is_hidden(listing, d->d_name))
		n = listing->plus ? look_up_and_add(listing, d)
		                  : add_plain(listing, d->d_name, d->d_ino,
					    (mode_t)d->d_type << 12, d->d_off);
	if (n > listing->size - listing->length)
		return false;
	listing->length += n;
	listing->offset = d->d_off;
	return true;
}

/* --- Reading ----------------------------------------------------------------------------- */

/* 1 at the end of the folder, 0 when the answer is full, or -errno. */
static int fill_from(struct listing *listing, int fd)
{
	/* About as many as fit: what is read beyond is read again. */
	size_t size = listing->plus ? listing->size / 4 : listing->size;
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

			if (!add_entry(listing, d))
				return 0;
			at += d->d_reclen;
		}
	}
	return n < 0 ? -errno : 1;
}

/* Watched before it is read: what changes while it is read is told. */
static bool watch_folder(struct fs *fs, struct node *node)
{
	_cleanup_(fdref_unrefp) struct fdref *folder = NULL;

	return fs_folder(fs, node, &folder) == 0 &&
	       nodes_watch(&fs->nodes, node, fdref_fd(folder));
}

static int fill(struct listing *listing)
{
	struct fs *fs = fs_of(listing->req);
	const void *key = node_listing_key(listing->node);
	bool is_start = listing->offset == 0, told = watch_folder(fs, listing->node);
	_cleanup_close_ int fd = fdcache_take(fs->fds, key);
	int r = 0;

	if (fd < 0)
		r = fs_open_node(fs, listing->node, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, &fd);
	if (r == 0)
		r = fill_from(listing, fd);
	if (r == 0)
		fdref_unref(fdcache_put(fs->fds, key, TAKE_FD(fd), FS_SOURCE_IDLE_USEC));
	listing->is_settling = fs->kernel_opens_folders && !told && (is_start || r == 1);
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
		size_t n;

		if (i < listing->offset)
			continue;
		n = listing->plus
		            ? add_plus(listing, files[i].name, &entry, i + 1)
		            : add_plain(listing, files[i].name, (ino_t)i + 1, S_IFREG, i + 1);
		if (n > listing->size - listing->length)
			break;
		listing->length += n;
	}
	return 0;
}

/* The kernel may forget the folder once it is answered, so the reference comes first; and what it
 * is to take back it must have. */
static void reply_settling(struct listing *listing)
{
	struct fs *fs = fs_of(listing->req);

	nodes_ref(&fs->nodes, listing->node);
	fuse_reply_buf(listing->req, listing->buf, listing->length);
	invalidator_post_settling(fs, listing->node);
	nodes_unref(&fs->nodes, listing->node);
}

static void list(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, bool plus)
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

	if (!buf)
		r = -ENOMEM;
	else if (listing.node == &fs->nodes.control)
		r = fill_control(&listing);
	else
		r = fill(&listing);
	if (r < 0)
		fuse_reply_err(req, -r);
	else if (listing.is_settling)
		reply_settling(&listing);
	else
		fuse_reply_buf(req, buf, listing.length);
}

void fs_op_readdir(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	(void)fi;
	list(req, ino, size, off, false);
}

void fs_op_readdirplus(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	(void)fi;
	list(req, ino, size, off, true);
}
