/* SPDX-License-Identifier: MIT
 *
 * POSIX access control lists. The kernel enforces modes and lists of the mount by itself
 * (default_permissions, FUSE_CAP_POSIX_ACL), asks for a list once per inode and keeps it until
 * the attributes are taken back, so `ls -l`, which asks for all of them, costs nothing when
 * warm. A variant has the source's list, read only like its mode: without it, the group's bits
 * of the mode, which are the list's mask, would let the group in.
 */
#ifndef FS_ACL_H
#define FS_ACL_H

#include "fs/context.h"

/* Is it one of the two names under which the kernel knows lists? */
bool acl_is_name(const char *name);

/* The list of a mirrored file or folder, or of a variant's source, as setxattr(2) would take it:
 * *ret_value is the caller's to free. The length, -ENODATA where there is none, or -errno. */
ssize_t acl_read(struct fs *fs, struct node *node, const char *name, void **ret_value);

/* Takes every right but reading out of a list. False: it is not one of the known layout. */
bool acl_keep_reading(void *value, size_t size);

#endif
