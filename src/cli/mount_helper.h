/* SPDX-License-Identifier: MIT
 *
 * lensfs as a helper of mount(8): mount.lensfs SOURCE MOUNTPOINT [-sfnv] [-N NAMESPACE] [-o OPTIONS]
 * [-t TYPE]. The same letters mean other things than with FUSE programs.
 */
#ifndef CLI_MOUNT_HELPER_H
#define CLI_MOUNT_HELPER_H

#include <stdbool.h>

#include "cli/options.h"

/* For getopt, beside those that mean the same everywhere. */
#define MOUNT_HELPER_LETTERS "sfnvN:t:"

/* Whether this name of ours is that of a helper. */
bool mount_helper_is(const char *program);

/* What one of those letters says. 0, or -EINVAL with a message. */
int mount_helper_set(int letter, struct options *ret, char reason[OPTIONS_REASON_MAX]);

/* mount(8) hands on exit codes of its helpers, and has its own, as its manual says. */
int mount_helper_code(int exit_code);

#endif
