/* SPDX-License-Identifier: MIT
 *
 * A mount that somebody with more privileges made beforehand: MOUNTPOINT is `/dev/fd/N`, where N
 * is the open /dev/fuse of that mount (libfuse 3.3 and later; mount.fuse3's -o
 * drop_privileges works so). What such a mount is cannot be changed any more, so it is looked
 * at: which one it is the kernel tells from Linux 6.16 on (fdinfo), before that nobody does.
 */
#ifndef CLI_MOUNT_FD_H
#define CLI_MOUNT_FD_H

#include <stdbool.h>

#define MOUNT_FD_REASON_MAX 512

/* Whether `mountpoint` is so spelled; its N. */
bool mount_fd_parse(const char *mountpoint, int *ret_fd);

/* The folder that the open /dev/fuse `fd` is mounted on, the caller's to free; NULL where this
 * kernel does not tell. 0, or -errno with a message where there is no such descriptor, or the mount
 * is not what every lensfs mount is: read-only, its permissions checked by the kernel. */
int mount_fd_place(int fd, char **ret_folder, char reason[MOUNT_FD_REASON_MAX]);

/* The mount at `folder` stands already, so its own source would be looked for through it, and
 * wait for us for ever. 0, or -EINVAL with a message where `source` and `folder` are one, or one
 * lies in the other. */
int mount_fd_check_source(
	const char *source, const char *folder, char reason[MOUNT_FD_REASON_MAX]);

#endif
