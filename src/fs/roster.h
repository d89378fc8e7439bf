/* SPDX-License-Identifier: MIT
 *
 * An open folder of a mount that lists views beside its pictures (`list`).
 *
 * One entry of the source is several of ours then, and the place behind each must have an offset
 * of its own, from which the listing goes on. The source's offsets leave no room for that: those
 * of ext4 are hashes of 63 bits. So a folder is really opened in such a mount, and its roster
 * numbers the entries and remembers at which offset of the source each begins: 8 bytes for each.
 * The kernel may ask for an offset that another roster gave, out of a listing that it kept; then
 * the entries up to there are counted.
 */
#ifndef FS_ROSTER_H
#define FS_ROSTER_H

#include "fs/dir_entry.h"

struct roster;

/* NULL: no memory. */
struct roster *roster_new(void);
struct roster *roster_free(struct roster *roster); /* NULL is fine; returns NULL */

/* Fills the answer with the entries of an ordinary folder and these views of its pictures, which
 * may be others with every request. 1 at the end, 0 when the answer is full, or -errno. Any thread,
 * one after the other. */
int roster_fill(struct roster *roster, struct listing *listing, const struct view_list *views);

#endif
