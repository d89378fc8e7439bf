/* SPDX-License-Identifier: MIT
 *
 * One entry of a listing: what of the source becomes which lines of the kernel's answer.
 */
#ifndef FS_DIR_ENTRY_H
#define FS_DIR_ENTRY_H

#include <dirent.h>

#include "fs/context.h"

/* One request's answer in the making. */
struct listing {
	fuse_req_t req;
	struct node *node; /* a mirrored folder, or a lens */
	int dir_fd;        /* borrowed: the folder */
	bool told;         /* what changes in it is told */
	bool plus;         /* with attributes, and each entry looked up */
	char *buf;         /* borrowed */
	size_t size, length;
	off_t offset;     /* behind the last entry in it */
	bool is_settling; /* what the kernel keeps of it must be taken back */
};

/* Adds a line for `name`; `counted`: `entry` counts as looked up, which is taken back where it does
 * not fit. False: it does not. */
bool listing_add(struct listing *listing, const char *name,
	const struct fuse_entry_param *entry, bool counted, off_t off);

/* Adds a line for a name that stands in the folder, which is looked up if the answer wants that: a
 * name that is gone is left out, and one that cannot be looked up for another reason is listed as
 * `bare`, without its attributes: the kernel will ask again, and be told. 1, or 0 when it does not
 * fit. */
int listing_add_name(struct listing *listing, const char *name,
	const struct fuse_entry_param *bare, off_t off);

/* The listing depends on what this file is. Where it may be written through another name, nothing
 * tells of that, and what is kept of the listing must be taken back by itself. */
void listing_depends_on(struct listing *listing, const struct statx *stx);

/* Each adds what one entry of the source, behind which is `off`, is shown as: one line or none.
 * 1, 0 when it does not fit, or -errno when that cannot be said now. */
int listing_add_plain(struct listing *listing, const struct dirent64 *d, off_t off);
int listing_add_lens(struct listing *listing, const struct dirent64 *d, off_t off);

#endif
