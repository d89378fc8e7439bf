/* SPDX-License-Identifier: MIT
 *
 * How the entries of a folder look through a lens, in both directions: a listing goes from what
 * is in the source to the name it is shown by, a lookup from the name to what it shows. Both ask
 * lens_entry_of(), so what is listed can be opened.
 *
 * A picture (fs/picture.h says what is one) is shown as `photo.jpg.webp`, everything else as it is
 * called, and so is a picture for which the view makes no sense. With `keepname`, or `auto`, or an
 * extension that belongs to the format, or where another one would make the name longer than any
 * file system takes, a picture keeps its name. A real file wins over a derived name; the picture
 * is then `photo.jpg@webp`, which works for all.
 */
#ifndef FS_LENS_ENTRY_H
#define FS_LENS_ENTRY_H

#include <limits.h>

#include "fs/context.h"
#include "fs/lens.h"

struct lens_entry {
	enum node_kind kind; /* MIRROR, LENS or VARIANT */
	struct statx stx;    /* of the source */
	enum format format;  /* VARIANT: of the source */
	struct view view;    /* VARIANT: resolved */
	char source_name[NAME_MAX + 1];
	char name[NAME_MAX + 1]; /* that it is shown by */
};

/* What the entry `source_name` of the lens's folder, open as `dir_fd`, is. 0 or -errno; -ENOENT,
 * -ENAMETOOLONG: there is none. */
int lens_entry_of(struct fs *fs, struct lens *lens, int dir_fd, const char *source_name,
	struct lens_entry *ret);

/* Whether that name is taken by a real file. */
bool lens_entry_is_hidden(
	struct fs *fs, struct lens *lens, int dir_fd, const struct lens_entry *entry);

/* As fs_lookup(), of a name in the lens. */
int lens_lookup(
	struct fs *fs, struct lens *lens, const char *name, struct fuse_entry_param *ret);

/* Enters what an entry is, with a lookup of the kernel's. 0 or -errno. */
int lens_enter(struct fs *fs, struct lens *lens, const struct lens_entry *entry,
	struct fuse_entry_param *ret);

/* The st_ino of what an entry is, without entering it. */
uint64_t lens_entry_ino(
	const struct fs *fs, const struct lens *lens, const struct lens_entry *entry);

/* Calls `each` for every name by which the lens may show the entry `source_name`, other than its
 * views by name, which are noted in fs/alias. */
void lens_names_of(const struct lens *lens, const char *source_name,
	void (*each)(void *context, const struct node *where, const char *name), void *context);

#endif
