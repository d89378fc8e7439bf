/* SPDX-License-Identifier: MIT */
#include "fs/roster.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "fs/picture.h"
#include "fs/variant.h"

#define READ_SIZE 8192

/* An offset is the number of an entry, and how much of it was listed: itself, the first view… */
#define PART_BITS 8
#define PART_MASK ((1 << PART_BITS) - 1)

struct roster {
	/* 0 in util/lock.h: held for a whole request */
	struct lock lock;
	int fd;        /* owned; -1 before the first request */
	off_t *starts; /* owned: where entry i begins in the source */
	size_t n, capacity;
};

struct roster *roster_new(void)
{
	struct roster *roster = calloc(1, sizeof(*roster));

	if (roster) {
		lock_init(&roster->lock);
		roster->fd = -1;
	}
	return roster;
}

struct roster *roster_free(struct roster *roster)
{
	if (roster) {
		close_fd(&roster->fd);
		free(roster->starts);
		lock_done(&roster->lock);
		free(roster);
	}
	return NULL;
}

static int note_start(struct roster *roster, size_t number, off_t start)
{
	if (number == roster->capacity) {
		size_t capacity = roster->capacity ? 2 * roster->capacity : 256;
		off_t *starts = reallocarray(roster->starts, capacity, sizeof(*starts));

		if (!starts)
			return -ENOMEM;
		roster->starts = starts;
		roster->capacity = capacity;
	}
	roster->starts[number] = start;
	if (number == roster->n)
		roster->n++;
	return 0;
}

/* --- One entry of the source -------------------------------------------------------------- */

/* Attributes of `name` in the folder; false where there is nothing. */
static bool look(const struct listing *listing, const char *name, struct statx *ret)
{
	return tree_stat_child(fs_of(listing->req)->options.tree, listing->dir_fd,
		       &listing->node->id, name, ret) == 0;
}

/* The view of a picture by the name it is listed by: added, or left out where it makes no sense
 * for the picture, or where a real file has the name and is listed itself. */
static int add_view(struct listing *listing, const struct dirent64 *d,
	const struct view_list_item *item, const struct statx *stx, enum format format,
	off_t off)
{
	struct fuse_entry_param bare = { .attr = { .st_mode = S_IFREG } };
	char name[2 * NAME_MAX];
	struct statx real;
	struct stamp stamp;
	struct view view;

	if (view_resolve(&item->view, format, &view, NULL) != 0)
		return 1;
	snprintf(name, sizeof(name), "%s@%s", d->d_name, item->text);
	if (strlen(name) > NAME_MAX || look(listing, name, &real))
		return 1;
	stamp_from_statx(stx, &stamp);
	bare.attr.st_ino = variant_ino(&stamp, &view);
	return listing_add_name(listing, name, &bare, off);
}

/* 1 with the format of an entry that is a picture and called like one, 0 for all else, or -errno
 * when that cannot be said now. */
static int find_picture(
	struct listing *listing, const struct dirent64 *d, struct statx *stx, enum format *ret)
{
	int r;

	if ((d->d_type != DT_REG && d->d_type != DT_UNKNOWN) || !picture_is_called(d->d_name) ||
		!look(listing, d->d_name, stx))
		return 0;
	listing_depends_on(listing, stx);
	r = picture_format(fs_of(listing->req), listing->dir_fd, d->d_name, stx, ret);
	if (r < 0)
		return picture_is_shortage(r) ? r : 0;
	return 1;
}

/* Adds the parts of entry `number` from `part` on. 1, 0 when they do not all fit, or -errno. */
static int add_parts(struct listing *listing, const struct view_list *views,
	const struct dirent64 *d, size_t number, unsigned part)
{
	off_t base = (off_t)number << PART_BITS, next = base + (1 << PART_BITS);
	struct statx stx;
	enum format format;
	bool is_picture;
	int r = 1;

	if (part == 0)
		r = listing_add_plain(listing, d, base + 1);
	if (r != 1)
		return r;
	r = find_picture(listing, d, &stx, &format);
	if (r < 0)
		return r;
	is_picture = r == 1;
	r = 1;
	for (unsigned i = part ? part - 1 : 0; is_picture && r == 1 && i < views->n; i++)
		r = add_view(listing, d, &views->items[i], &stx, format, base + 2 + i);
	if (r == 1)
		listing->offset = next;
	return r;
}

/* --- The folder --------------------------------------------------------------------------- */

static int open_once(struct roster *roster, struct listing *listing)
{
	struct fs *fs = fs_of(listing->req);

	if (roster->fd >= 0)
		return 0;
	return fs_open_node(
		fs, listing->node, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, &roster->fd);
}

/* Entry `number` and those behind it, from `part` of the first on. */
static int fill_from(struct roster *roster, struct listing *listing,
	const struct view_list *views, size_t number, unsigned part)
{
	size_t at_number = number < roster->n ? number : roster->n - 1;
	char entries[READ_SIZE] __attribute__((aligned(__alignof__(struct dirent64))));
	ssize_t n;
	int r;

	if (lseek(roster->fd, roster->starts[at_number], SEEK_SET) < 0)
		return -errno;
	while ((n = getdents64(roster->fd, entries, sizeof(entries))) > 0) {
		for (ssize_t at = 0; at < n; at_number++) {
			const struct dirent64 *d = (const void *)(entries + at);

			r = 1;
			if (at_number >= number)
				r = add_parts(listing, views, d, at_number, part);
			if (at_number >= number)
				part = 0;
			if (r == 1)
				r = note_start(roster, at_number + 1, d->d_off) < 0 ? -ENOMEM
				                                                    : 1;
			if (r != 1)
				return r;
			at += d->d_reclen;
		}
	}
	return n < 0 ? -errno : 1;
}

int roster_fill(struct roster *roster, struct listing *listing, const struct view_list *views)
{
	size_t number = (size_t)(listing->offset >> PART_BITS);
	unsigned part = (unsigned)(listing->offset & PART_MASK);
	LOCK_SCOPE(&roster->lock);
	int r = open_once(roster, listing);

	if (r == 0 && roster->n == 0)
		r = note_start(roster, 0, 0);
	if (r < 0)
		return r;
	listing->dir_fd = roster->fd;
	return fill_from(roster, listing, views, number, part);
}
