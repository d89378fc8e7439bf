/* SPDX-License-Identifier: MIT
 *
 * A folder of the source as an order of its files: what fs/order.h cannot know by itself.
 */
#ifndef FS_SURVEY_H
#define FS_SURVEY_H

#include "fs/node.h"
#include "fs/order.h"

struct fs;

/* Its regular files, as they are listed; names can be found. 0, or -errno: -E2BIG for too many. */
int survey_folder(struct fs *fs, struct node *folder, struct order **ret);

/* The numbers that variants of this view have, which is what programs sort by: made of the
 * sources' versions, so each of them is looked at. 0 or -errno. (slow) */
int survey_inodes(
	struct fs *fs, struct node *folder, const struct view *view, struct order *order);

#endif
