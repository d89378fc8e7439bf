/* SPDX-License-Identifier: MIT
 *
 * What stands at MOUNTPOINT before we mount there.
 */
#ifndef CLI_MOUNTPOINT_H
#define CLI_MOUNTPOINT_H

#include <stdbool.h>

#define MOUNTPOINT_REASON_MAX 512

/* Makes sure that `path` is a folder to mount on: a mount whose program died (ENOTCONN) is
 * cleared, a living lensfs there is a refusal. Gives its absolute path, the caller's to free. 0
 * or -errno with a message that names the next step. */
int mountpoint_prepare(const char *path, char **ret_real, char reason[MOUNTPOINT_REASON_MAX]);

/* Whether absolute `path` is `folder` or lies below it. */
bool path_is_below(const char *path, const char *folder);

#endif
