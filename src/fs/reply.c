/* SPDX-License-Identifier: MIT */
#include "fs/reply.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "fs/access.h"

void reply_err(fuse_req_t req, int error)
{
	access_end(req, error, -1);
	fuse_reply_err(req, error);
}

/* Number 0: the kernel is to remember that there is nothing. */
int reply_entry(fuse_req_t req, const struct fuse_entry_param *entry)
{
	access_end(req, entry->ino ? 0 : ENOENT, -1);
	return fuse_reply_entry(req, entry);
}

void reply_attr(fuse_req_t req, const struct stat *st, double timeout)
{
	access_end(req, 0, S_ISREG(st->st_mode) ? st->st_size : -1);
	fuse_reply_attr(req, st, timeout);
}

void reply_buf(fuse_req_t req, const void *buf, size_t size)
{
	access_end(req, 0, (int64_t)size);
	fuse_reply_buf(req, buf, size);
}

/* Of the `size` bytes at `off`, as many as the file has. */
static int64_t bytes_there(int fd, size_t size, off_t off)
{
	struct stat st;
	int64_t left = fstat(fd, &st) == 0 ? st.st_size - off : (int64_t)size;

	return left < 0 ? 0 : left < (int64_t)size ? left : (int64_t)size;
}

void reply_file(fuse_req_t req, int fd, size_t size, off_t off)
{
	struct fuse_bufvec buf = FUSE_BUFVEC_INIT(size);

	buf.buf[0].flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK | FUSE_BUF_FD_RETRY;
	buf.buf[0].fd = fd;
	buf.buf[0].pos = off;
	if (access_is_any(req))
		access_end(req, 0, bytes_there(fd, size, off));
	fuse_reply_data(req, &buf, FUSE_BUF_SPLICE_MOVE);
}

void reply_readlink(fuse_req_t req, const char *target)
{
	access_end(req, 0, -1);
	fuse_reply_readlink(req, target);
}

int reply_open(fuse_req_t req, const struct fuse_file_info *fi)
{
	access_end(req, 0, -1);
	return fuse_reply_open(req, fi);
}

void reply_xattr(fuse_req_t req, size_t size)
{
	access_end(req, 0, (int64_t)size);
	fuse_reply_xattr(req, size);
}

void reply_statfs(fuse_req_t req, const struct statvfs *st)
{
	access_end(req, 0, -1);
	fuse_reply_statfs(req, st);
}
