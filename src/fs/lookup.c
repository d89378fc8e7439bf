/* SPDX-License-Identifier: MIT
 *
 * From a name to a node. A real file always wins; only a name that is not there is read as a
 * view, and that costs nothing more unless its right part parses as one.
 */
#include <errno.h>
#include <string.h>

#include "fs/context.h"
#include "fs/lens_entry.h"
#include "fs/lookup_view.h"
#include "fs/readahead.h"
#include "util/log.h"

/* --- The mirror -------------------------------------------------------------------------- */

int fs_enter_mirror(struct fs *fs, struct node *folder, const char *name,
	const struct statx *stx, struct fuse_entry_param *ret)
{
	struct node *node = nodes_enter_mirror(&fs->nodes, folder, name, stx);

	if (!node)
		return -ENOMEM;
	fs_introduce(node, ret);
	ret->attr_timeout = fs_attr_timeout(fs, folder, node, stx);
	fs_attr_of_mirror(fs, stx, &ret->attr);
	return 0;
}

static int lookup_in_folder(
	struct fs *fs, struct node *parent, const char *name, struct fuse_entry_param *ret)
{
	_cleanup_(fdref_unrefp) struct fdref *folder = NULL;
	struct statx stx;
	int r = fs_folder(fs, parent, &folder);

	if (r < 0)
		return r;
	ret->entry_timeout = nodes_watch(&fs->nodes, parent, fdref_fd(folder))
	                             ? FS_FOREVER_SEC
	                             : fs->options.timeout_sec;
	r = tree_stat_child(fs->options.tree, fdref_fd(folder), &parent->id, name, &stx);
	if (r == -ENOENT || r == -ENAMETOOLONG) {
		int view_r = lookup_view(fs, parent, fdref_fd(folder), name, ret);

		return view_r == -ENOENT ? r : view_r;
	}
	if (r < 0)
		return r;
	return fs_enter_mirror(fs, parent, name, &stx, ret);
}

/* --- The control folder ------------------------------------------------------------------ */

static int take_snapshot(struct fs *fs, const char *name, int looker, struct snapshot **ret)
{
	const struct fs_control_file *file = fs->options.control_files;
	size_t length;
	char *text;
	int r;

	while (file->name && strcmp(file->name, name) != 0)
		file++;
	if (!file->name)
		return -ENOENT;
	r = file->make(fs->options.context, &text, &length);
	if (r < 0)
		return r;
	*ret = nodes_enter_snapshot(&fs->nodes, file->name, file->mode, looker, text, length);
	return *ret ? 0 : -ENOMEM;
}

/* Whoever looks anew gets a new snapshot: its size is exact, and a reader sees one moment. */
static int lookup_control(
	struct fs *fs, const char *name, int looker, struct fuse_entry_param *ret)
{
	struct snapshot *snapshot = nodes_snapshot_again(&fs->nodes, name, looker);
	int r = snapshot ? 0 : take_snapshot(fs, name, looker, &snapshot);

	if (r < 0)
		return r;
	fs_introduce(&snapshot->node, ret);
	ret->attr_timeout = FS_FOREVER_SEC;
	ret->entry_timeout = 0;
	fs_attr_of_snapshot(fs, snapshot, &ret->attr);
	return 0;
}

static int lookup_control_dir(struct fs *fs, struct fuse_entry_param *ret)
{
	LOCK_SCOPE(&fs->nodes.lock);

	fs->nodes.control.nlookup++;
	fs->nodes.control.refs += fs->nodes.control.nlookup == 1;
	fs_introduce(&fs->nodes.control, ret);
	ret->attr_timeout = ret->entry_timeout = FS_FOREVER_SEC;
	fs_attr_of_control(fs, &ret->attr);
	return 0;
}

/* --- The operation ----------------------------------------------------------------------- */

/* The kernel set its own value in the handshake; the first lookup is the first thing after. */
static void tune_once(struct fs *fs)
{
	int r;

	if (atomic_exchange(&fs->tuned, true) || !fs->options.mountpoint)
		return;
	r = readahead_raise(fs->options.mountpoint);
	if (r < 0)
		log_debug("read-ahead stays at the kernel's default: %s", strerror(-r));
}

int fs_lookup(struct fs *fs, struct node *parent, const char *name, int looker,
	struct fuse_entry_param *ret)
{
	*ret = (struct fuse_entry_param){ 0 };
	tune_once(fs);
	/* `.` and `..` come from NFS exports only, which need file handles that last. */
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -ENOENT;
	if (parent == &fs->nodes.control)
		return lookup_control(fs, name, looker, ret);
	if (parent == fs->top && strcmp(name, CONTROL_DIR_NAME) == 0)
		return lookup_control_dir(fs, ret);
	if (parent->kind == NODE_LENS)
		return lens_lookup(fs, node_lens(parent), name, ret);
	return lookup_in_folder(fs, parent, name, ret);
}

void fs_op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fs *fs = fs_of(req);
	struct fuse_entry_param entry;
	int r;

	fs->lookups++;
	access_begin(req, "lookup", parent, name);
	r = fs_lookup(fs, fs_node(fs, parent), name, fuse_req_ctx(req)->pid, &entry);
	if (r == -ENOENT && fs_node(fs, parent) != &fs->nodes.control) {
		/* Number 0 with a timeout: the kernel remembers that there is nothing. */
		entry.ino = 0;
		reply_entry(req, &entry);
		return;
	}
	if (r < 0)
		reply_err(req, -r);
	/* The kernel that did not take the answer does not know the node. */
	else if (reply_entry(req, &entry) == -ENOENT)
		nodes_forget(&fs->nodes, fs_node(fs, entry.ino), 1);
}

void fs_op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup)
{
	struct fs *fs = fs_of(req);

	if (ino != FUSE_ROOT_ID)
		nodes_forget(&fs->nodes, fs_node(fs, ino), nlookup);
	fuse_reply_none(req);
}

void fs_op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	struct fs *fs = fs_of(req);

	for (size_t i = 0; i < count; i++) {
		if (forgets[i].ino != FUSE_ROOT_ID)
			nodes_forget(
				&fs->nodes, fs_node(fs, forgets[i].ino), forgets[i].nlookup);
	}
	fuse_reply_none(req);
}
