/* SPDX-License-Identifier: MIT */
#include "fs/lookup_view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "fs/miss.h"
#include "fs/picture.h"
#include "view/name.h"

double lookup_view_timeout(void)
{
	double jitter = (double)(now_monotonic() % 1000) / 1000 - 0.5;

	return FS_VIEW_SEC * (1 + 0.4 * jitter);
}

static usec_t usec_of(double seconds)
{
	return (usec_t)(seconds * USEC_PER_SEC);
}

/* --- Pictures ----------------------------------------------------------------------------- */

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
	fs_introduce(&variant->node, ret);
	ret->entry_timeout = timeout;
	/* Not made yet: no size is told, and the attributes have expired when they arrive. */
	ret->attr_timeout = sized ? FS_FOREVER_SEC : 0;
	fs_attr_of_variant(variant, sized ? known.size_bytes : 0, &ret->attr);
}

/* What is not there yet is asked for anew by every lookup. Until it is made, its name may be
 * another one of the source's. */
static int answer_miss(
	struct fs *fs, const struct found_picture *found, struct fuse_entry_param *ret)
{
	int r = -ENOENT;

	if (found->miss == MISS_ORIGINAL)
		r = fs_enter_mirror(fs, found->folder, found->source_name, &found->stx, ret);
	ret->entry_timeout = 0;
	return r;
}

int lookup_enter_variant(struct fs *fs, const struct found_picture *found, const char *name,
	struct said said, double timeout, struct fuse_entry_param *ret)
{
	struct variant *variant;

	variant = nodes_enter_variant(&fs->nodes, found->folder, found->source_name,
		&found->stx, found->format, &found->view, found->watermark);
	if (!variant)
		return -ENOMEM;
	if (found->miss != MISS_WAIT && !miss_ask(fs, variant)) {
		nodes_forget(&fs->nodes, &variant->node, 1);
		return answer_miss(fs, found, ret);
	}
	said.until = now_monotonic() + usec_of(timeout);
	nodes_say_variant(&fs->nodes, variant, name, &said);
	fill_variant_entry(fs, variant, timeout, ret);
	return 0;
}

/* A view as a name says it, under one configuration. */
struct named {
	struct view view;
	struct watermark *watermark; /* owns a ref; NULL: none */
	enum miss_policy miss;
	bool listed; /* so in ordinary folders */
	size_t source_len;
};

/* --- Folders ------------------------------------------------------------------------------ */

/* Of `folder`, which lies in `parent` (itself, where it is the root). */
static int enter_lens(struct fs *fs, const struct node *where, struct node *parent,
	struct node *folder, const struct statx *stx, const struct view *view,
	struct watermark *watermark, struct fuse_entry_param *ret)
{
	struct lens *lens =
		nodes_enter_lens(&fs->nodes, folder, fs_ino(fs, where), view, watermark);

	if (!lens)
		return -ENOMEM;
	fs_introduce(&lens->node, ret);
	ret->attr_timeout = fs_attr_timeout(fs, parent, folder, stx);
	fs_attr_of_lens(fs, lens, stx, &ret->attr);
	return 0;
}

int lookup_enter_folder(struct fs *fs, struct node *where, const char *source_name,
	const struct statx *stx, const struct view *view, struct watermark *watermark,
	struct fuse_entry_param *ret)
{
	struct node *parent = node_folder(where), *folder;
	int r;

	folder = nodes_obtain_mirror(&fs->nodes, parent, source_name, stx);
	if (!folder)
		return -ENOMEM;
	r = enter_lens(fs, where, parent, folder, stx, view, watermark, ret);
	nodes_unref(&fs->nodes, folder);
	return r;
}

/* `@webp`, at the root of the mount. */
static int enter_root(struct fs *fs, struct node *where, int dir_fd, const struct named *named,
	struct fuse_entry_param *ret)
{
	struct node *root = &fs->nodes.root;
	struct statx stx;

	if (where != fs->top)
		return -ENOENT;
	if (statx(dir_fd, "", AT_EMPTY_PATH | AT_STATX_SYNC_AS_STAT, STAMP_STATX_MASK, &stx) <
		0)
		return -errno;
	return enter_lens(fs, where, root, root, &stx, &named->view, named->watermark, ret);
}

/* --- Names -------------------------------------------------------------------------------- */

/* Seconds that the kernel may keep what it is told of a view's name, yes or no. */
static double timeout_of_name(struct fs *fs, const struct node *where,
	const struct node *folder, const char *name, size_t source_len)
{
	double timeout = folder->watching == NODE_WATCHED ? lookup_view_timeout()
	                                                  : fs->options.timeout_sec;
	struct alias_place place = { .folder = folder, .where = where };

	if (timeout <= FS_UNNOTED_SEC ||
		aliases_note(&fs->aliases, &place, name, source_len,
			now_monotonic() + usec_of(timeout) + USEC_PER_SEC))
		return timeout;
	return FS_UNNOTED_SEC;
}

static int enter_picture(struct fs *fs, struct node *where, int dir_fd, const char *name,
	const struct named *named, struct found_picture *found, struct fuse_entry_param *ret)
{
	struct said said = {
		.where = where,
		.listed = named->listed && where->kind == NODE_MIRROR,
	};
	int r = picture_format(fs, dir_fd, found->source_name, &found->stx, &found->format);

	if (r == 0 && view_resolve(&named->view, found->format, &found->view, NULL) != 0)
		r = -ENOENT;
	fs_name_depends_on(fs, &found->stx, ret);
	if (r < 0)
		return r;
	return lookup_enter_variant(fs, found, name, said, ret->entry_timeout, ret);
}

/* False: it is no view. */
static bool name_read(struct fs *fs, const char *name, const char *text, struct named *ret)
{
	_cleanup_(config_unrefp) struct config *config = config_slot_get(fs->options.config);

	if (name_split(name, &config->vocabulary, &ret->source_len, &ret->view, NULL) != 0)
		return false;
	ret->watermark = watermark_ref(config_watermark(config, &ret->view.watermark));
	ret->miss = config_miss(config, text, strlen(text));
	ret->listed = view_list_has(&config->list, text);
	return true;
}

static int lookup_named(struct fs *fs, struct node *where, int dir_fd, const char *name,
	const struct named *named, struct fuse_entry_param *ret)
{
	struct node *folder = node_folder(where);
	char source_name[NAME_MAX + 1];
	struct found_picture found = {
		.folder = folder,
		.source_name = source_name,
		.watermark = named->watermark,
		.miss = named->miss,
	};
	int r;

	if (named->source_len == 0)
		return enter_root(fs, where, dir_fd, named, ret);
	memcpy(source_name, name, named->source_len);
	source_name[named->source_len] = '\0';
	r = tree_stat_child(fs->options.tree, dir_fd, &folder->id, source_name, &found.stx);
	if (r < 0)
		return r;
	if (S_ISDIR(found.stx.stx_mode))
		return lookup_enter_folder(fs, where, source_name, &found.stx, &named->view,
			named->watermark, ret);
	return enter_picture(fs, where, dir_fd, name, named, &found, ret);
}

/* The alias is noted before the source is looked at, and before the configuration is: a change of
 * either in between takes it back. So what could be a view by another configuration is noted even
 * if it is none by this. */
int lookup_view(struct fs *fs, struct node *where, int dir_fd, const char *name,
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
	ret->entry_timeout = timeout_of_name(fs, where, node_folder(where), name, len);
	if (!name_read(fs, name, text, &named))
		return -ENOENT;
	r = lookup_named(fs, where, dir_fd, name, &named, ret);
	watermark_unref(named.watermark);
	return r;
}
