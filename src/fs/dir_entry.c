/* SPDX-License-Identifier: MIT */
#include "fs/dir_entry.h"

#include <errno.h>
#include <string.h>

#include "fs/lens_entry.h"
#include "fs/picture.h"

bool listing_add(struct listing *listing, const char *name,
	const struct fuse_entry_param *entry, bool counted, off_t off)
{
	size_t left = listing->size - listing->length, n;
	struct fs *fs = fs_of(listing->req);
	char *at = listing->buf + listing->length;

	if (listing->plus)
		n = fuse_add_direntry_plus(listing->req, at, left, name, entry, off);
	else
		n = fuse_add_direntry(listing->req, at, left, name, &entry->attr, off);
	if (n > left) {
		if (counted && entry->ino)
			nodes_forget(&fs->nodes, fs_node(fs, entry->ino), 1);
		return false;
	}
	listing->length += n;
	listing->offset = off;
	return true;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool is_hidden(const struct listing *listing, const char *name)
{
	return listing->node == fs_of(listing->req)->top && strcmp(name, CONTROL_DIR_NAME) == 0;
}

int listing_add_name(struct listing *listing, const char *name,
	const struct fuse_entry_param *bare, off_t off)
{
	bool look = listing->plus && !is_dots(name);
	struct fuse_entry_param entry = *bare;
	int r = 0;

	if (look)
		r = fs_lookup(fs_of(listing->req), listing->node, name,
			fuse_req_ctx(listing->req)->pid, &entry);
	if (r == -ENOENT)
		return 1;
	return listing_add(listing, name, r < 0 ? bare : &entry, look && r == 0, off);
}

int listing_add_plain(struct listing *listing, const struct dirent64 *d, off_t off)
{
	struct fuse_entry_param bare = {
		.attr = { .st_ino = d->d_ino, .st_mode = (mode_t)d->d_type << 12 },
	};

	return is_hidden(listing, d->d_name) ? 1
	                                     : listing_add_name(listing, d->d_name, &bare, off);
}

void listing_depends_on(struct listing *listing, const struct statx *stx)
{
	if (fs_has_other_names(stx))
		listing->is_settling = true;
}

static mode_t type_of(const struct lens_entry *entry)
{
	return entry->stx.stx_mode & S_IFMT;
}

int listing_add_lens(struct listing *listing, const struct dirent64 *d, off_t off)
{
	struct lens *lens = node_lens(listing->node);
	struct fs *fs = fs_of(listing->req);
	struct fuse_entry_param bare = {
		.attr = { .st_ino = d->d_ino, .st_mode = (mode_t)d->d_type << 12 },
	};
	struct fuse_entry_param param = {
		.entry_timeout = listing->told ? FS_FOREVER_SEC : fs->options.timeout_sec,
	};
	struct lens_entry entry;
	int r;

	if (is_dots(d->d_name)) {
		if (!d->d_name[1])
			bare.attr.st_ino = lens->ino;
		return listing_add(listing, d->d_name, &bare, false, off);
	}
	if (is_hidden(listing, d->d_name))
		return 1;
	r = lens_entry_of(fs, lens, listing->dir_fd, d->d_name, &entry);
	if (r == -ENOENT || (r == 0 && lens_entry_is_hidden(fs, lens, listing->dir_fd, &entry)))
		return 1;
	/* Such as a mount that nobody answers for any more: as it is, like in its folder. */
	if (r < 0)
		return picture_is_shortage(r)
		               ? r
		               : listing_add(listing, d->d_name, &bare, false, off);
	listing_depends_on(listing, &entry.stx);
	bare.attr.st_ino = lens_entry_ino(fs, lens, &entry);
	bare.attr.st_mode = type_of(&entry);
	r = listing->plus ? lens_enter(fs, lens, &entry, &param) : -EAGAIN;
	return listing_add(listing, entry.name, r < 0 ? &bare : &param, r == 0, off);
}
