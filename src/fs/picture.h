/* SPDX-License-Identifier: MIT
 *
 * What a file of the source is. Who asks for a view of a file gets one if its first bytes are a
 * picture's, whatever it is called. Where lensfs itself chooses files to show through a view, in
 * lenses and with -o list, they must be called like pictures as well: or each file would have to be
 * looked into, and a raw photograph (`.cr2`, a TIFF by its bytes), a backup (`.jpg.bak`) or half a
 * download would turn into something that nobody meant.
 */
#ifndef FS_PICTURE_H
#define FS_PICTURE_H

#include "fs/context.h"

/* Behind the last dot; NULL: there is none. The dot that a hidden file begins with is none. */
const char *picture_extension(const char *name);

/* Whether a name has a picture's extension, or none. */
bool picture_is_called(const char *name);

/* Of the regular file `name` in the open folder, with its attributes as they were just seen; *stx
 * is renewed where the file is opened, since it may be another by then. 0 with its format, -ENOENT
 * for what is no picture that we read, or -errno of opening and reading. */
int picture_format(
	struct fs *fs, int dir_fd, const char *name, struct statx *stx, enum format *ret);

/* Whether an error of that only says that we lack descriptors or memory: then the file may be
 * anything. */
bool picture_is_shortage(int r);

#endif
