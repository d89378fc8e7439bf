/* SPDX-License-Identifier: MIT
 *
 * Inside the room: what every operation shares.
 */
#ifndef FS_CONTEXT_H
#define FS_CONTEXT_H

#include <fuse_lowlevel.h>
#include <stdatomic.h>

#include "fs/access.h"
#include "fs/alias.h"
#include "fs/fdcache.h"
#include "fs/fs.h"
#include "fs/invalidate.h"
#include "fs/kinds.h"
#include "fs/node.h"
#include "fs/prefetch.h"
#include "fs/reader.h"
#include "fs/reply.h"

/* Seconds that the kernel may believe us, where changes are told. */
#define FS_FOREVER_SEC (365 * 24 * 3600.0)

/* And what it is told of a variant's name: the lookup that follows is how we hear that the
 * variant is in use (DESIGN §5). With a fifth of jitter, or a site's pages would expire at
 * once. */
#define FS_VIEW_SEC 60.0

/* Names of views whose answers the kernel may keep for that long, at most; beyond, a second. */
#define FS_ALIASES_MAX 100000
#define FS_UNNOTED_SEC 1.0

/* How long descriptors that nobody uses are kept: of the source briefly, or a disk below it
 * could not be unmounted; of variants for some minutes, so that one that was evicted stays
 * readable for who has it open (DESIGN §1). */
#define FS_SOURCE_IDLE_USEC  (5 * USEC_PER_SEC)
#define FS_VARIANT_IDLE_USEC (180 * USEC_PER_SEC)

/* What variants that the cache folder could not keep may take of the memory, while nobody reads
 * them: else a full disk would be followed by a full memory. */
#define FS_UNKEPT_BYTES (UINT64_C(64) << 20)

/* The coarsest clock of a file system that we mean to see a change by: FAT's has two seconds. */
#define FS_TICK_USEC (2 * USEC_PER_SEC)

struct fs {
	/* fixed after init */
	struct fs_options options;
	struct fuse_session *session; /* owned */
	struct fdcache *fds;          /* owned */
	uint64_t root_dev;
	uint32_t uid, gid; /* of control files: ours */
	usec_t started_at;
	bool mounted;
	struct node *top;          /* what the kernel's root is; borrowed from nodes */
	bool can_list_views;       /* see fs_can_list_views() */
	bool kernel_opens_folders; /* see dir.c; fixed in the handshake */
	pthread_t loop_thread;     /* while looping */
	atomic_bool looping;
	atomic_bool tuned;

	/* with locks of their own */
	struct nodes nodes;
	struct accesses accesses;
	struct aliases aliases;
	struct kinds kinds;
	struct invalidator invalidator;
	struct prefetcher prefetcher;

	/* owned by the thread that calls fs_trim() */
	struct readers readers;

	atomic_uint misses; /* see miss.h */
	atomic_uint_fast64_t lookups, getattrs, reads, xattrs, interrupted;
};

static inline struct fs *fs_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

static inline struct node *fs_node(struct fs *fs, fuse_ino_t ino)
{
	return ino == FUSE_ROOT_ID ? fs->top : (struct node *)(uintptr_t)ino;
}

/* Never of the top: it is not looked up. */
static inline fuse_ino_t fs_nodeid(const struct node *node)
{
	return (uintptr_t)node;
}

/* What file handles (of NFS servers) are made of. An address comes again, for another node; with
 * the generation it does not, so an old handle is ESTALE and never another file. */
static inline void fs_introduce(const struct node *node, struct fuse_entry_param *ret)
{
	ret->ino = fs_nodeid(node);
	ret->generation = node->generation;
}

/* --- open.c: descriptors of nodes, through the descriptor cache. 0 or -errno; -ESTALE when
 * what is at the node's place now is not the node. --- */

/* Of a mirrored folder, O_PATH. */
int fs_folder(struct fs *fs, struct node *node, struct fdref **ret);
/* Of a mirrored regular file, for reading. */
int fs_file(struct fs *fs, struct node *node, struct fdref **ret);
/* A description of the caller's own. */
int fs_open_node(struct fs *fs, struct node *node, int flags, int *ret_fd);

/* --- attr.c --- */

/* What is there under a name depends on what this file is. It may be written through another name,
 * in a folder that nobody watches, and nothing tells: then the name is not believed for long. */
void fs_name_depends_on(
	const struct fs *fs, const struct statx *stx, struct fuse_entry_param *ret);
static inline bool fs_has_other_names(const struct statx *stx)
{
	return S_ISREG(stx->stx_mode) && stx->stx_nlink > 1;
}

/* Seconds that attributes of an entry of `folder` (the root: of itself) may be believed. */
double fs_attr_timeout(const struct fs *fs, const struct node *folder, const struct node *node,
	const struct statx *stx);

/* st_ino of a file of the source, and of a node: a mirrored one or a lens. */
uint64_t fs_ino_of_file(const struct fs *fs, const struct file_id *id);
uint64_t fs_ino(const struct fs *fs, const struct node *node);

void fs_attr_of_mirror(const struct fs *fs, const struct statx *stx, struct stat *ret);
void fs_attr_of_lens(const struct fs *fs, const struct lens *lens, const struct statx *stx,
	struct stat *ret);
void fs_attr_of_variant(const struct variant *variant, uint64_t size_bytes, struct stat *ret);
void fs_attr_of_snapshot(
	const struct fs *fs, const struct snapshot *snapshot, struct stat *ret);
void fs_attr_of_control(const struct fs *fs, struct stat *ret);

/* True with the size of the variant where it is known without an encode. */
bool fs_peek(struct fs *fs, struct variant *variant, struct cache_entry *ret);

/* variant_tell(), and where it says no, has the kernel look the variant's names up anew. */
bool fs_tell(struct fs *fs, struct variant *variant, const struct cache_entry *entry);

/* --- lookup.c: 0 with an entry that counts as looked up, or -errno --- */

/* `looker`: the process that asks. */
int fs_lookup(struct fs *fs, struct node *parent, const char *name, int looker,
	struct fuse_entry_param *ret);

/* Enters what `folder` has under `name`. */
int fs_enter_mirror(struct fs *fs, struct node *folder, const char *name,
	const struct statx *stx, struct fuse_entry_param *ret);

/* Operations, as fs_op_NAME; session.c has their table. */
void fs_op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name);
void fs_op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup);
void fs_op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets);
void fs_op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void fs_op_readlink(fuse_req_t req, fuse_ino_t ino);
void fs_op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void fs_op_read(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi);
void fs_op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void fs_op_readdir(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi);
void fs_op_readdirplus(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi);
void fs_op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void fs_op_statfs(fuse_req_t req, fuse_ino_t ino);
void fs_op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size);
void fs_op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size);

#endif
