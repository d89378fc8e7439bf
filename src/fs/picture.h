/* SPDX-License-Identifier: MIT
 *
 * What a file of the source is: a picture, by its first bytes.
 */
#ifndef FS_PICTURE_H
#define FS_PICTURE_H

#include "fs/context.h"

/* Of the regular file `name` in the open folder, with its attributes as they were just seen; *stx
 * is renewed where the file is opened, since it may be another by then. 0 with its format, -ENOENT
 * for what is no picture that we read, or -errno of opening and reading. */
int picture_format(
	struct fs *fs, int dir_fd, const char *name, struct statx *stx, enum format *ret);

#endif
