/* SPDX-License-Identifier: MIT
 *
 * Bytes. What comes here was not in the kernel's page cache; it is answered from a descriptor of
 * the cache, files of the source by splice, so that the daemon never copies them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "fs/context.h"
#include "fs/parked.h"
#include "util/fdio.h"

#define SECOND_COPY_MIN (1 << 20) /* bytes */

static void read_mirror(fuse_req_t req, struct node *node, size_t size, off_t off)
{
	_cleanup_(fdref_unrefp) struct fdref *file = NULL;
	int r = fs_file(fs_of(req), node, &file);

	if (r < 0)
		reply_err(req, -r);
	else
		reply_file(req, fdref_fd(file), size, off);
}

/* A large variant is cached once, as pages of the mount, and not a second time as those of its
 * blob: nobody else reads that. Once answered, the kernel may forget the variant at any time. By
 * a copy and not by splice, where an error of the disk would be the reader's before we know of
 * it. 0, or -errno and nothing is answered. */
static int reply_from_blob(
	fuse_req_t req, struct variant *variant, int fd, size_t size, off_t off)
{
	struct fs *fs = fs_of(req);
	bool is_large = variant->told_bytes >= SECOND_COPY_MIN;
	_cleanup_free_ char *bytes = malloc(size ? size : 1);
	ssize_t n = bytes ? fdio_pread_full(fd, bytes, size, off) : -ENOMEM;

	if (n < 0)
		return (int)n;
	readers_note(fs, variant);
	reply_buf(req, bytes, (size_t)n);
	if (is_large)
		posix_fadvise(fd, off, (off_t)size, POSIX_FADV_DONTNEED);
	return 0;
}

/* The descriptor goes into the cache first: there are more reads to come, and bytes that the
 * cache folder could not keep have no other place. */
static void read_answer(struct parked *parked, const struct render_result *result)
{
	_cleanup_(fdref_unrefp) struct fdref *file = NULL;
	struct variant *variant = parked->variant;
	int fd, r;

	if (result->error) {
		reply_err(parked->req, result->error);
		return;
	}
	if (!fs_tell(parked->fs, variant, &result->entry)) {
		reply_err(parked->req, ESTALE);
		return;
	}
	fd = fcntl(result->fd, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0)
		file = fdcache_put_blob(
			parked->fs->fds, &variant->node, fd, FS_VARIANT_IDLE_USEC);
	r = reply_from_blob(parked->req, variant, result->fd, parked->size, parked->off);
	if (r < 0)
		reply_err(parked->req, -r);
}

/* What the disk cannot give back any more is made again. */
static void read_again(fuse_req_t req, struct variant *variant, size_t size, off_t off)
{
	struct fs *fs = fs_of(req);

	fdcache_drop(fs->fds, &variant->node);
	render_give_up(fs->options.render, &variant->source.stamp, &variant->view);
	fs_park(req, variant, read_answer, size, off);
}

static void read_variant(fuse_req_t req, struct variant *variant, size_t size, off_t off)
{
	struct fs *fs = fs_of(req);
	_cleanup_(fdref_unrefp) struct fdref *file = fdcache_get(fs->fds, &variant->node);
	struct cache_entry entry;
	int fd;

	prefetcher_note_used(fs, variant);
	if (!file) {
		if (render_open(fs->options.render, &variant->source.stamp, &variant->view,
			    &entry, &fd) != 0) {
			fs_park(req, variant, read_answer, size, off);
			return;
		}
		/* Before another reader may find it. */
		if (!fs_tell(fs, variant, &entry)) {
			close(fd);
			reply_err(req, ESTALE);
			return;
		}
		file = fdcache_put_blob(fs->fds, &variant->node, fd, FS_VARIANT_IDLE_USEC);
		if (!file) {
			reply_err(req, ENOMEM);
			return;
		}
	}
	access_note(req, "hit");
	if (reply_from_blob(req, variant, fdref_fd(file), size, off) < 0)
		read_again(req, variant, size, off);
}

static void read_snapshot(fuse_req_t req, struct snapshot *snapshot, size_t size, off_t off)
{
	size_t at = (size_t)off < snapshot->length ? (size_t)off : snapshot->length;
	size_t left = snapshot->length - at;

	snapshot->was_read = true;
	reply_buf(req, snapshot->text + at, left < size ? left : size);
}

void fs_op_read(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	struct fs *fs = fs_of(req);
	struct node *node = fs_node(fs, ino);

	(void)fi;
	fs->reads++;
	access_begin_at(req, "read", ino, size, off);
	if (node->kind == NODE_MIRROR)
		read_mirror(req, node, size, off);
	else if (node->kind == NODE_VARIANT)
		read_variant(req, node_variant(node), size, off);
	else if (node->kind == NODE_SNAPSHOT)
		read_snapshot(req, node_snapshot(node), size, off);
	else
		reply_err(req, EISDIR);
}

/* Once, and the kernel opens files by itself from then on. It has asked for the attributes
 * before, so a variant is there, or its error was the answer. */
void fs_op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)fi;
	access_begin(req, "open", ino, NULL);
	reply_err(req, ENOSYS);
}

void fs_op_readlink(fuse_req_t req, fuse_ino_t ino)
{
	struct fs *fs = fs_of(req);
	_cleanup_close_ int fd = -1;
	char target[PATH_MAX];
	ssize_t n;
	int r;

	access_begin(req, "readlink", ino, NULL);
	r = fs_open_node(fs, fs_node(fs, ino), O_PATH | O_NOFOLLOW, &fd);
	if (r < 0) {
		reply_err(req, -r);
		return;
	}
	n = readlinkat(fd, "", target, sizeof(target) - 1);
	if (n < 0) {
		reply_err(req, errno);
		return;
	}
	target[n] = '\0';
	reply_readlink(req, target);
}
