/* SPDX-License-Identifier: MIT */
#include "fs/lens_entry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/lookup_view.h"
#include "fs/picture.h"
#include "fs/variant.h"

/* --- Names -------------------------------------------------------------------------------- */

/* The extension that a picture gets, or NULL: it keeps its name. */
static const char *added_extension(const char *name, const struct view *resolved, bool keeps)
{
	const char *own = picture_extension(name);
	const char *added = format_info(resolved->format)->extensions[0];

	if (keeps || !added ||
		(own && format_from_extension(own, strlen(own)) == resolved->format) ||
		strlen(name) + 1 + strlen(added) > NAME_MAX)
		return NULL;
	return added;
}

/* --- From the source to what is shown ----------------------------------------------------- */

/* What cannot be opened or read is mirrored, and says so itself when it is read. */
static int view_picture(struct fs *fs, struct lens *lens, int dir_fd, struct lens_entry *entry)
{
	int r = picture_format(fs, dir_fd, entry->source_name, &entry->stx, &entry->format);
	const char *extension;

	if (r < 0)
		return picture_is_shortage(r) ? r : 0;
	if (view_resolve(&lens->view, entry->format, &entry->view, NULL) != 0)
		return 0;
	entry->kind = NODE_VARIANT;
	extension = added_extension(entry->source_name, &entry->view, lens->view.keepname);
	if (extension) {
		strcat(entry->name, ".");
		strcat(entry->name, extension);
	}
	return 0;
}

int lens_entry_of(struct fs *fs, struct lens *lens, int dir_fd, const char *source_name,
	struct lens_entry *ret)
{
	struct node *folder = lens->node.parent;
	int r;

	if (strlen(source_name) > NAME_MAX)
		return -ENAMETOOLONG;
	r = tree_stat_child(fs->options.tree, dir_fd, &folder->id, source_name, &ret->stx);
	if (r < 0)
		return r;
	strcpy(ret->source_name, source_name);
	strcpy(ret->name, source_name);
	ret->kind = S_ISDIR(ret->stx.stx_mode) ? NODE_LENS : NODE_MIRROR;
	if (!S_ISREG(ret->stx.stx_mode) || !picture_is_called(source_name))
		return 0;
	return view_picture(fs, lens, dir_fd, ret);
}

bool lens_entry_is_hidden(
	struct fs *fs, struct lens *lens, int dir_fd, const struct lens_entry *entry)
{
	struct statx stx;

	return strcmp(entry->name, entry->source_name) != 0 &&
	       tree_stat_child(fs->options.tree, dir_fd, &lens->node.parent->id, entry->name,
		       &stx) != -ENOENT;
}

/* --- Entering ----------------------------------------------------------------------------- */

static int enter_picture(struct fs *fs, struct lens *lens, const struct lens_entry *entry,
	struct fuse_entry_param *ret)
{
	struct found_picture found = {
		.folder = lens->node.parent,
		.source_name = entry->source_name,
		.stx = entry->stx,
		.format = entry->format,
		.view = entry->view,
		.watermark = lens->watermark,
	};
	struct said said = { .where = &lens->node, .listed = true };
	double timeout = lookup_view_timeout();

	if (ret->entry_timeout < timeout)
		timeout = ret->entry_timeout;
	return lookup_enter_variant(fs, &found, entry->name, said, timeout, ret);
}

int lens_enter(struct fs *fs, struct lens *lens, const struct lens_entry *entry,
	struct fuse_entry_param *ret)
{
	fs_name_depends_on(fs, &entry->stx, ret);
	if (entry->kind == NODE_LENS)
		return lookup_enter_folder(fs, &lens->node, entry->source_name, &entry->stx,
			&lens->view, lens->watermark, ret);
	if (entry->kind == NODE_VARIANT)
		return enter_picture(fs, lens, entry, ret);
	return fs_enter_mirror(fs, lens->node.parent, entry->source_name, &entry->stx, ret);
}

uint64_t lens_entry_ino(
	const struct fs *fs, const struct lens *lens, const struct lens_entry *entry)
{
	struct stamp stamp;

	stamp_from_statx(&entry->stx, &stamp);
	if (entry->kind == NODE_VARIANT)
		return variant_ino(&stamp, &entry->view);
	if (entry->kind == NODE_LENS)
		return lens_ino(&stamp.id, lens->ino, &lens->view);
	return fs_ino_of_file(fs, &stamp.id);
}

/* --- From the name to what it shows ------------------------------------------------------- */

/* Of a real file: itself, where it is shown by its own name. The original of a picture that is
 * shown by another is there for who knows its name, as pages do that were mirrored beside it. */
static int find_real(
	struct fs *fs, struct lens *lens, int dir_fd, const char *name, struct lens_entry *ret)
{
	int r = lens_entry_of(fs, lens, dir_fd, name, ret);

	if (r == 0 && strcmp(ret->name, name) != 0)
		ret->kind = NODE_MIRROR;
	return r;
}

/* `photo.jpg.webp`, of `photo.jpg`. */
static int find_derived(
	struct fs *fs, struct lens *lens, int dir_fd, const char *name, struct lens_entry *ret)
{
	const char *extension = picture_extension(name);
	char source_name[NAME_MAX + 1];
	int r;

	if (!extension || strlen(name) > NAME_MAX)
		return -ENOENT;
	snprintf(source_name, sizeof(source_name), "%.*s", (int)(extension - 1 - name), name);
	r = lens_entry_of(fs, lens, dir_fd, source_name, ret);
	if (r < 0)
		return r;
	return ret->kind == NODE_VARIANT && strcmp(ret->name, name) == 0 ? 0 : -ENOENT;
}

int lens_lookup(
	struct fs *fs, struct lens *lens, const char *name, struct fuse_entry_param *ret)
{
	_cleanup_(fdref_unrefp) struct fdref *folder = NULL;
	struct lens_entry entry = { 0 };
	int fd, r = fs_folder(fs, lens->node.parent, &folder);

	if (r < 0)
		return r;
	fd = fdref_fd(folder);
	ret->entry_timeout = nodes_watch(&fs->nodes, lens->node.parent, fd)
	                             ? FS_FOREVER_SEC
	                             : fs->options.timeout_sec;
	r = find_real(fs, lens, fd, name, &entry);
	if (r == -ENOENT)
		r = find_derived(fs, lens, fd, name, &entry);
	fs_name_depends_on(fs, &entry.stx, ret);
	if (r == -ENOENT || r == -ENAMETOOLONG) {
		int view_r = lookup_view(fs, &lens->node, fd, name, ret);

		return view_r == -ENOENT ? r : view_r;
	}
	return r < 0 ? r : lens_enter(fs, lens, &entry, ret);
}

/* --- Taking names back -------------------------------------------------------------------- */

void lens_names_of(const struct lens *lens, const char *source_name,
	void (*each)(void *context, const struct node *where, const char *name), void *context)
{
	char name[2 * NAME_MAX];

	each(context, &lens->node, source_name);
	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		struct view view = { .format = (uint8_t)f };
		const char *extension;

		if (lens->view.format != FORMAT_NONE && lens->view.format != f)
			continue;
		extension = added_extension(source_name, &view, lens->view.keepname);
		if (!extension || !format_info(f)->writable)
			continue;
		snprintf(name, sizeof(name), "%s.%s", source_name, extension);
		each(context, &lens->node, name);
	}
}
