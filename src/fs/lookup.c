/* SPDX-License-Identifier: MIT
 *
 * From a name to a node. A real file always wins; only a name that is not there is read as a
 * view, and that costs nothing more unless its right part parses as one.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "fs/context.h"
#include "fs/miss.h"
#include "fs/readahead.h"
#include "source/sniff.h"
#include "util/log.h"
#include "view/name.h"

/* --- Views ------------------------------------------------------------------------------- */

/* Opens `name` if it is a regular file, and tells what it is now: what was seen before the open
 * may have been another file. -ENOENT for all that is not. */
static int open_picture(struct fs *fs, int dir_fd, const struct file_id *dir, const char *name,
	struct statx *ret_stx, enum format *ret_format)
{
	_cleanup_close_ int fd = -1;
	int r = tree_stat_child(fs->options.tree, dir_fd, dir, name, ret_stx);

	if (r < 0)
		return r;
	if (!S_ISREG(ret_stx->stx_mode))
		return -ENOENT;
	fd = tree_open(dir_fd, name, O_RDONLY | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_SYNC_AS_STAT, STAMP_STATX_MASK, ret_stx) < 0)
		return -errno;
	r = sniff_fd(fd, ret_format);
	if (r < 0)
		return r;
	return S_ISREG(ret_stx->stx_mode) && format_info(*ret_format)->readable ? 0 : -ENOENT;
}

static void fill_variant_entry(
	struct fs *fs, struct variant *variant, double timeout, struct fuse_entry_param *ret)
{
	struct render *render = fs->options.render;
	const struct stamp *stamp = &variant->source.stamp;
	struct cache_entry known;
	bool sized = fs_peek(fs, variant, &known) && fs_tell(fs, variant, &known);

	/* Reads of cached pages are not seen. That its name is asked for again, once it expired,
	 * is; a mere stat of what nobody read says nothing about its bytes. */
	if (variant->was_read)
		render_use(render, stamp, &variant->view);
	ret->ino = fs_nodeid(&variant->node);
	ret->entry_timeout = timeout;
	/* Not made yet: no size is told, and the attributes have expired when they arrive. */
	ret->attr_timeout = sized ? FS_FOREVER_SEC : 0;
	fs_attr_of_variant(variant, sized ? known.size_bytes : 0, &ret->attr);
}

/* Seconds that the kernel may keep what it is told of a view's name, yes or no. What is noted can
 * be taken back: when the source changes, where that is told; when the configuration does,
 * anywhere. */
static double view_timeout(
	struct fs *fs, const struct node *folder, const char *name, size_t source_len)
{
	double jitter = (double)(now_monotonic() % 1000) / 1000 - 0.5;
	double timeout = folder->watching == NODE_WATCHED ? FS_VIEW_SEC * (1 + 0.4 * jitter)
	                                                  : fs->options.timeout_sec;
	usec_t expires = now_monotonic() + (usec_t)(timeout * USEC_PER_SEC) + USEC_PER_SEC;

	if (timeout <= FS_UNNOTED_SEC ||
		aliases_note(&fs->aliases, folder, name, source_len, expires))
		return timeout;
	return FS_UNNOTED_SEC;
}

/* Until the variant is made, its name is another one of the source's. */
static int answer_with_source(struct fs *fs, struct node *parent, const char *source_name,
	const struct statx *stx, struct fuse_entry_param *ret)
{
	struct node *node = nodes_enter_mirror(&fs->nodes, parent, source_name, stx);

	if (!node)
		return -ENOMEM;
	ret->ino = fs_nodeid(node);
	ret->attr_timeout = fs_attr_timeout(fs, parent, node, stx);
	fs_attr_of_mirror(fs, stx, &ret->attr);
	return 0;
}

/* What is not there yet is asked for anew by every lookup. */
static int answer_miss(struct fs *fs, struct node *parent, const char *source_name,
	const struct statx *stx, enum miss_policy policy, struct fuse_entry_param *ret)
{
	ret->entry_timeout = 0;
	return policy == MISS_ENOENT ? -ENOENT
	                             : answer_with_source(fs, parent, source_name, stx, ret);
}

/* A view as a name says it, under one configuration. */
struct named {
	struct view view;
	struct watermark *watermark; /* owns a ref; NULL: none */
	enum miss_policy miss;
	size_t source_len;
};

/* False: it is no view. */
static bool name_read(struct fs *fs, const char *name, const char *text, struct named *ret)
{
	_cleanup_(config_unrefp) struct config *config = config_slot_get(fs->options.config);

	if (name_split(name, &config->vocabulary, &ret->source_len, &ret->view, NULL) != 0)
		return false;
	ret->watermark = watermark_ref(config_watermark(config, &ret->view.watermark));
	ret->miss = config_miss(config, text, strlen(text));
	return true;
}

static int lookup_named(struct fs *fs, struct node *parent, int dir_fd, const char *name,
	const struct named *named, struct fuse_entry_param *ret)
{
	char source_name[NAME_MAX + 1];
	struct variant *variant;
	struct view view;
	enum format format;
	struct statx stx = { 0 };
	int r;

	memcpy(source_name, name, named->source_len);
	source_name[named->source_len] = '\0';
	r = open_picture(fs, dir_fd, &parent->id, source_name, &stx, &format);
	/* Written through another name of it, in a folder nobody watches: see fs_attr_timeout. */
	if (stx.stx_nlink > 1 && !S_ISDIR(stx.stx_mode))
		ret->entry_timeout = fs->options.timeout_sec;
	if (r < 0)
		return r;
	if (view_resolve(&named->view, format, &view, NULL) != 0)
		return -ENOENT;
	variant = nodes_enter_variant(
		&fs->nodes, parent, source_name, &stx, format, &view, named->watermark);
	if (!variant)
		return -ENOMEM;
	if (named->miss != MISS_WAIT && !miss_ask(fs, variant)) {
		nodes_forget(&fs->nodes, &variant->node, 1);
		return answer_miss(fs, parent, source_name, &stx, named->miss, ret);
	}
	nodes_say_variant(&fs->nodes, variant, name,
		now_monotonic() + (usec_t)(ret->entry_timeout * USEC_PER_SEC));
	fill_variant_entry(fs, variant, ret->entry_timeout, ret);
	return 0;
}

/* The alias is noted before the source is looked at, and before the configuration is: a change of
 * either in between takes it back. So what could be a view by another configuration is noted even
 * if it is none by this. */
static int lookup_view(struct fs *fs, struct node *parent, int dir_fd, const char *name,
	struct fuse_entry_param *ret)
{
	const char *text = name_view_text(name);
	struct named named = { 0 };
	size_t len;
	int r;

	if (!text)
		return -ENOENT;
	len = (size_t)(text - name) - 1;
	if (len > NAME_MAX)
		return -ENOENT;
	ret->entry_timeout = view_timeout(fs, parent, name, len);
	if (!name_read(fs, name, text, &named))
		return -ENOENT;
	r = lookup_named(fs, parent, dir_fd, name, &named, ret);
	watermark_unref(named.watermark);
	return r;
}

/* --- The mirror -------------------------------------------------------------------------- */

static int lookup_in_folder(
	struct fs *fs, struct node *parent, const char *name, struct fuse_entry_param *ret)
{
	_cleanup_(fdref_unrefp) struct fdref *folder = NULL;
	struct statx stx;
	struct node *node;
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
	node = nodes_enter_mirror(&fs->nodes, parent, name, &stx);
	if (!node)
		return -ENOMEM;
	ret->ino = fs_nodeid(node);
	ret->attr_timeout = fs_attr_timeout(fs, parent, node, &stx);
	fs_attr_of_mirror(fs, &stx, &ret->attr);
	return 0;
}

/* --- The control folder ------------------------------------------------------------------ */

/* Every lookup takes a new snapshot: its size is exact, and a reader sees one moment. */
static int lookup_control(struct fs *fs, const char *name, struct fuse_entry_param *ret)
{
	const struct fs_control_file *file = fs->options.control_files;
	struct snapshot *snapshot;
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
	snapshot = nodes_enter_snapshot(&fs->nodes, text, length);
	if (!snapshot)
		return -ENOMEM;
	ret->ino = fs_nodeid(&snapshot->node);
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
	ret->ino = fs_nodeid(&fs->nodes.control);
	ret->attr_timeout = ret->entry_timeout = FS_FOREVER_SEC;
	fs_attr_of_control(fs, &ret->attr);
	return 0;
}

/* --- The operation ----------------------------------------------------------------------- */

/* The kernel set its own value in the handshake; the first lookup is the first thing after. */
static void tune_once(struct fs *fs)
{
	int r;

	if (atomic_exchange(&fs->tuned, true))
		return;
	r = readahead_raise(fs->options.mountpoint);
	if (r < 0)
		log_debug("read-ahead stays at the kernel's default: %s", strerror(-r));
}

int fs_lookup(
	struct fs *fs, struct node *parent, const char *name, struct fuse_entry_param *ret)
{
	*ret = (struct fuse_entry_param){ 0 };
	tune_once(fs);
	/* `.` and `..` come from NFS exports only, which need file handles that last. */
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -ENOENT;
	if (parent == &fs->nodes.control)
		return lookup_control(fs, name, ret);
	if (parent == &fs->nodes.root && strcmp(name, CONTROL_DIR_NAME) == 0)
		return lookup_control_dir(fs, ret);
	return lookup_in_folder(fs, parent, name, ret);
}

void fs_op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fs *fs = fs_of(req);
	struct fuse_entry_param entry;
	int r = fs_lookup(fs, fs_node(fs, parent), name, &entry);

	fs->lookups++;
	if (r == -ENOENT && fs_node(fs, parent) != &fs->nodes.control) {
		/* Number 0 with a timeout: the kernel remembers that there is nothing. */
		entry.ino = 0;
		fuse_reply_entry(req, &entry);
		return;
	}
	if (r < 0)
		fuse_reply_err(req, -r);
	/* The kernel that did not take the answer does not know the node. */
	else if (fuse_reply_entry(req, &entry) == -ENOENT)
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
