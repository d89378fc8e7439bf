/* SPDX-License-Identifier: MIT
 *
 * What stands at MOUNTPOINT before we mount there.
 */
#ifndef CLI_MOUNTPOINT_H
#define CLI_MOUNTPOINT_H

#include <stdbool.h>

#define MOUNTPOINT_REASON_MAX 512

struct mountpoint {
	char *name;         /* owned: what messages call it */
	const char *folder; /* absolute, in `name`; NULL: a mount made beforehand, somewhere */
	int fuse_fd;        /* of a mount made beforehand (cli/mount_fd.h); -1: ours to make */
};

/* Makes sure that `path` is a folder to mount on: a mount whose program died (ENOTCONN) is
 * cleared, a living lensfs there is a refusal; or that it names a mount made beforehand. 0 or
 * -errno with a message that names the next step. */
int mountpoint_prepare(
	const char *path, struct mountpoint *ret, char reason[MOUNTPOINT_REASON_MAX]);
void mountpoint_done(struct mountpoint *mountpoint);

/* Whether absolute `path` is `folder` or lies below it. */
bool path_is_below(const char *path, const char *folder);

#endif
