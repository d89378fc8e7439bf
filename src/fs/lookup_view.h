/* SPDX-License-Identifier: MIT
 *
 * Names that carry a view, `photo.jpg@webp` and `holiday@webp`, and what the kernel is told of the
 * nodes behind them.
 */
#ifndef FS_LOOKUP_VIEW_H
#define FS_LOOKUP_VIEW_H

#include "fs/context.h"
#include "fs/lens.h"

/* Looks up a name that is not in the source in `where`, a folder or a lens, whose folder is open
 * as `dir_fd`. 0 with an entry that counts as looked up, or -errno; ret->entry_timeout in either
 * case, where the name carries a view. */
int lookup_view(struct fs *fs, struct node *where, int dir_fd, const char *name,
	struct fuse_entry_param *ret);

/* A picture of `folder` as it was found, through a resolved view. */
struct found_picture {
	struct node *folder; /* borrowed */
	const char *source_name;
	struct statx stx;
	enum format format;
	struct view view;
	struct watermark *watermark; /* borrowed: of that view; NULL: none */
	enum miss_policy miss;
};

/* Enters its variant, for a name that is told as `said` has it (but for its time) and is believed
 * for `timeout` seconds; or answers as found->miss has it. 0, -ENOMEM or
 * -ENOENT. */
int lookup_enter_variant(struct fs *fs, const struct found_picture *found, const char *name,
	struct said said, double timeout, struct fuse_entry_param *ret);

/* Enters the folder `source_name`, as it was found in the folder of `where`, through a view. 0 or
 * -ENOMEM. */
int lookup_enter_folder(struct fs *fs, struct node *where, const char *source_name,
	const struct statx *stx, const struct view *view, struct watermark *watermark,
	struct fuse_entry_param *ret);

/* About a minute, in seconds: how long the kernel may believe in the name of a variant. */
double lookup_view_timeout(void);

#endif
