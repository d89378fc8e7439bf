/* SPDX-License-Identifier: MIT
 *
 * Attributes. The mirror's are the source's own. A variant's size is known from the catalog or
 * not told at all: then the request waits until the variant is made.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <xxhash.h>

#include "fs/context.h"
#include "fs/lens.h"
#include "fs/parked.h"

/* A mount has one device number, so inodes of folders mounted below the source are hashed out
 * of the way of the root device's. */
uint64_t fs_ino_of_file(const struct fs *fs, const struct file_id *id)
{
	uint64_t both[2] = { id->dev, id->ino };

	if (id->dev == fs->root_dev)
		return id->ino;
	return (XXH3_64bits(both, sizeof(both)) | 1ull << 62) & ~(1ull << 63);
}

uint64_t fs_ino(const struct fs *fs, const struct node *node)
{
	return node->kind == NODE_LENS ? ((const struct lens *)node)->ino
	                               : fs_ino_of_file(fs, &node->id);
}

static struct timespec timespec_of(struct statx_timestamp t)
{
	return (struct timespec){ .tv_sec = t.tv_sec, .tv_nsec = t.tv_nsec };
}

void fs_attr_of_mirror(const struct fs *fs, const struct statx *stx, struct stat *ret)
{
	struct stamp stamp;

	stamp_from_statx(stx, &stamp);
	*ret = (struct stat){
		.st_ino = fs_ino_of_file(fs, &stamp.id),
		.st_mode = stx->stx_mode,
		.st_nlink = stx->stx_nlink,
		.st_uid = stx->stx_uid,
		.st_gid = stx->stx_gid,
		.st_rdev = makedev(stx->stx_rdev_major, stx->stx_rdev_minor),
		.st_size = (off_t)stx->stx_size,
		.st_blksize = stx->stx_blksize,
		.st_blocks = (blkcnt_t)stx->stx_blocks,
		.st_atim = timespec_of(stx->stx_atime),
		.st_mtim = timespec_of(stx->stx_mtime),
		.st_ctim = timespec_of(stx->stx_ctime),
	};
}

void fs_attr_of_lens(
	const struct fs *fs, const struct lens *lens, const struct statx *stx, struct stat *ret)
{
	fs_attr_of_mirror(fs, stx, ret);
	ret->st_ino = lens->ino;
}

void fs_attr_of_variant(const struct variant *variant, uint64_t size_bytes, struct stat *ret)
{
	*ret = (struct stat){
		.st_ino = variant->ino,
		.st_mode = variant->mode,
		.st_nlink = 1,
		.st_uid = variant->uid,
		.st_gid = variant->gid,
		.st_size = (off_t)size_bytes,
		.st_blksize = 4096,
		.st_blocks = (blkcnt_t)((size_bytes + 511) / 512),
		.st_atim = variant->mtime,
		.st_mtim = variant->mtime,
		.st_ctim = variant->ctime,
	};
}

static void fill_own(
	const struct fs *fs, uint64_t ino, mode_t mode, usec_t time, struct stat *ret)
{
	struct timespec ts = {
		.tv_sec = (time_t)(time / USEC_PER_SEC),
		.tv_nsec = (long)(time % USEC_PER_SEC) * 1000,
	};

	*ret = (struct stat){
		.st_ino = ino,
		.st_mode = mode,
		.st_nlink = S_ISDIR(mode) ? 2 : 1,
		.st_uid = fs->uid,
		.st_gid = fs->gid,
		.st_blksize = 4096,
		.st_atim = ts,
		.st_mtim = ts,
		.st_ctim = ts,
	};
}

/* The daemon's own group is everybody's on many machines, so only a group that was named is meant. */
static void set_group(const struct fs *fs, struct stat *st)
{
	int64_t group = fs->options.control_group;

	if (group >= 0)
		st->st_gid = (gid_t)group;
	else if (!(st->st_mode & S_IROTH))
		st->st_mode &= ~(mode_t)S_IRWXG;
}

void fs_attr_of_snapshot(const struct fs *fs, const struct snapshot *snapshot, struct stat *ret)
{
	fill_own(fs, snapshot->node.id.ino, S_IFREG | snapshot->mode, snapshot->taken_at, ret);
	set_group(fs, ret);
	ret->st_size = (off_t)snapshot->length;
	ret->st_blocks = (blkcnt_t)((snapshot->length + 511) / 512);
}

void fs_attr_of_control(const struct fs *fs, struct stat *ret)
{
	fill_own(fs, 3ull << 62, S_IFDIR | 0555, fs->started_at, ret);
}

void fs_name_depends_on(
	const struct fs *fs, const struct statx *stx, struct fuse_entry_param *ret)
{
	if (fs_has_other_names(stx))
		ret->entry_timeout = fs->options.timeout_sec;
}

/* Of a file with several names, the one that is written through may lie in a folder that is not
 * watched. A folder's own times and link count change with its entries, which only a mark on
 * itself tells. */
double fs_attr_timeout(const struct fs *fs, const struct node *folder, const struct node *node,
	const struct statx *stx)
{
	bool told = folder->watching == NODE_WATCHED;

	if (S_ISDIR(stx->stx_mode))
		told = told && node->watching == NODE_WATCHED;
	else
		told = told && stx->stx_nlink == 1;
	return told ? FS_FOREVER_SEC : fs->options.timeout_sec;
}

/* --- getattr ----------------------------------------------------------------------------- */

/* By name in the parent's descriptor: no open for what is only looked at. */
static int stat_by_place(
	struct fs *fs, struct node *node, struct statx *ret, double *ret_timeout)
{
	_cleanup_(fdref_unrefp) struct fdref *folder = NULL;
	_cleanup_free_ char *name = NULL;
	struct node *parent;
	struct stamp stamp;
	int r;

	r = nodes_place(&fs->nodes, node, &parent, &name);
	if (r < 0)
		return r;
	r = fs_folder(fs, parent, &folder);
	if (r == 0)
		r = tree_stat_child(fs->options.tree, fdref_fd(folder), &parent->id, name, ret);
	if (r == 0)
		*ret_timeout = fs_attr_timeout(fs, parent, node, ret);
	nodes_unref(&fs->nodes, parent);
	if (r < 0)
		return r == -ENOENT ? -ESTALE : r;
	stamp_from_statx(ret, &stamp);
	return file_id_equal(&stamp.id, &node->id) ? 0 : -ESTALE;
}

static int stat_mirror(struct fs *fs, struct node *node, struct statx *ret, double *ret_timeout)
{
	int fd = tree_pinned(fs->options.tree, &node->id), r;
	_cleanup_(fdref_unrefp) struct fdref *open_file = NULL;

	if (fd < 0) {
		r = stat_by_place(fs, node, ret, ret_timeout);
		if (r != -ESTALE)
			return r;
		/* Replaced or renamed, but somebody reads it: it is still what it was. */
		open_file = fdcache_get(fs->fds, node);
		if (!open_file)
			return r;
		fd = fdref_fd(open_file);
	}
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_SYNC_AS_STAT, STAMP_STATX_MASK, ret) < 0)
		return -errno;
	*ret_timeout =
		open_file ? fs->options.timeout_sec : fs_attr_timeout(fs, node, node, ret);
	return 0;
}

/* Of a lens: those of its folder. */
static void getattr_mirror(fuse_req_t req, struct node *node)
{
	struct fs *fs = fs_of(req);
	struct statx stx;
	struct stat st;
	double timeout = 0;
	int r = stat_mirror(fs, node_folder(node), &stx, &timeout);

	if (r < 0) {
		reply_err(req, -r);
		return;
	}
	if (node->kind == NODE_LENS)
		fs_attr_of_lens(fs, node_lens(node), &stx, &st);
	else
		fs_attr_of_mirror(fs, &stx, &st);
	reply_attr(req, &st, timeout);
}

bool fs_tell(struct fs *fs, struct variant *variant, const struct cache_entry *entry)
{
	if (variant_tell(variant, entry))
		return true;
	invalidator_post(fs, &variant->node);
	return false;
}

/* What readers were told once stays true, also when the catalog does not know it any more, or
 * cannot be asked. */
bool fs_peek(struct fs *fs, struct variant *variant, struct cache_entry *ret)
{
	int r = render_peek(fs->options.render, &variant->source.stamp, &variant->view, ret);

	if (r < 0 || ret->state == CACHE_ABSENT)
		return variant_told(variant, ret);
	return ret->state == CACHE_PRESENT || ret->state == CACHE_EVICTED;
}

static void reply_variant_attr(
	fuse_req_t req, struct variant *variant, const struct cache_entry *entry)
{
	struct stat st;

	if (!fs_tell(fs_of(req), variant, entry)) {
		reply_err(req, ESTALE);
		return;
	}
	/* Immutable: another version is another inode. */
	fs_attr_of_variant(variant, entry->size_bytes, &st);
	reply_attr(req, &st, FS_FOREVER_SEC);
}

static void getattr_answer(struct parked *parked, const struct render_result *result)
{
	if (result->error)
		reply_err(parked->req, result->error);
	else
		reply_variant_attr(parked->req, parked->variant, &result->entry);
}

static void getattr_variant(fuse_req_t req, struct variant *variant)
{
	struct fs *fs = fs_of(req);
	struct cache_entry entry;

	if (fs_peek(fs, variant, &entry)) {
		prefetcher_note_used(fs, variant);
		access_note(req, "known");
		reply_variant_attr(req, variant, &entry);
	} else {
		fs_park(req, variant, getattr_answer, 0, 0);
	}
}

void fs_op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct fs *fs = fs_of(req);
	struct node *node = fs_node(fs, ino);
	struct stat st;

	(void)fi;
	fs->getattrs++;
	access_begin(req, "getattr", ino, NULL);
	switch (node->kind) {
	case NODE_MIRROR:
	case NODE_LENS:
		getattr_mirror(req, node);
		return;
	case NODE_VARIANT:
		getattr_variant(req, node_variant(node));
		return;
	case NODE_SNAPSHOT:
		fs_attr_of_snapshot(fs, node_snapshot(node), &st);
		break;
	default:
		fs_attr_of_control(fs, &st);
		break;
	}
	reply_attr(req, &st, FS_FOREVER_SEC);
}

void fs_op_statfs(fuse_req_t req, fuse_ino_t ino)
{
	struct fs *fs = fs_of(req);
	struct statvfs st;

	access_begin(req, "statfs", ino, NULL);
	if (fstatvfs(tree_root(fs->options.tree), &st) < 0)
		reply_err(req, errno);
	else
		reply_statfs(req, &st);
}
