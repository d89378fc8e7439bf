/* SPDX-License-Identifier: MIT
 *
 * Answers to the kernel. Every request with an answer gets it here, once, and is told of
 * (fs/access.h). As libfuse's fuse_reply_NAME otherwise: nobody has the request afterwards.
 */
#ifndef FS_REPLY_H
#define FS_REPLY_H

#include <fuse_lowlevel.h>

/* `error` is a positive errno, or 0. */
void reply_err(fuse_req_t req, int error);
/* -ENOENT: the kernel did not take the entry, and does not know its node. */
int reply_entry(fuse_req_t req, const struct fuse_entry_param *entry);
void reply_attr(fuse_req_t req, const struct stat *st, double timeout);
void reply_buf(fuse_req_t req, const void *buf, size_t size);
/* `size` bytes of the file at `off`, or what it has of them, uncopied. */
void reply_file(fuse_req_t req, int fd, size_t size, off_t off);
void reply_readlink(fuse_req_t req, const char *target);
/* -ENOENT: the kernel did not take it, and will not release it. */
int reply_open(fuse_req_t req, const struct fuse_file_info *fi);
void reply_xattr(fuse_req_t req, size_t size);
void reply_statfs(fuse_req_t req, const struct statvfs *st);

#endif
