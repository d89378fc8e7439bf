/* SPDX-License-Identifier: MIT
 *
 * Extended attributes. Of the mirror: the source's own `user.` ones. Of variants: what lensfs
 * knows, answered by name and never listed, or `cp -a` and `rsync -X` would copy it. Lists of
 * access rights are in acl.c. Other namespaces are not supported, and that is what is said:
 * `ls -l`, which asks for security.selinux of every file, then asks no more.
 *
 * Reading a `user.` attribute needs read permission, for which the kernel asks the attributes
 * of a variant, which has it encoded, or fails as the encode did. So what is known is answered
 * as `system.lensfs.NAME`, too, which the kernel hands on unasked (xattr_permission() in
 * fs/xattr.c): that way looking encodes nothing, and the reason of a failure can be read.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "fs/acl.h"
#include "fs/context.h"
#include "fs/lens.h"
#include "fs/variant.h"

#define OWN_PREFIX "lensfs."
#define VALUE_MAX  4096
#define LIST_MAX   65536 /* XATTR_LIST_MAX of linux/limits.h */

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The name behind `user.` or `system.`; NULL in every other namespace. */
static const char *name_of_ours(const char *name)
{
	if (has_prefix(name, "user."))
		return name + strlen("user.");
	return has_prefix(name, "system." OWN_PREFIX) ? name + strlen("system.") : NULL;
}

static void reply_value(fuse_req_t req, const void *value, size_t length, size_t size)
{
	if (size == 0)
		reply_xattr(req, length);
	else if (size < length)
		reply_err(req, ERANGE);
	else
		reply_buf(req, value, length);
}

/* --- Variants ---------------------------------------------------------------------------- */

struct question {
	struct fs *fs;
	struct variant *variant;
	struct cache_entry entry;
	bool busy;
};

static bool is_sized(const struct question *q)
{
	return q->entry.state == CACHE_PRESENT || q->entry.state == CACHE_EVICTED;
}

/* Each writes its value and returns its length, or -ENODATA where there is none. */

/* Known before it is made, but for auto. */
static const struct format_info *result_format(const struct question *q)
{
	enum format format = q->variant->view.format;

	if (format == FORMAT_AUTO)
		format = is_sized(q) ? q->entry.format : FORMAT_NONE;
	return format == FORMAT_NONE ? NULL : format_info(format);
}

static int say_mime_type(const struct question *q, char *out, size_t size)
{
	const struct format_info *info = result_format(q);

	return info ? snprintf(out, size, "%s", info->mime_type) : -ENODATA;
}

static int say_format(const struct question *q, char *out, size_t size)
{
	const struct format_info *info = result_format(q);

	return info ? snprintf(out, size, "%s", info->name) : -ENODATA;
}

/* That was used, which may be less than the view's. */
static int say_quality(const struct question *q, char *out, size_t size)
{
	return is_sized(q) && q->entry.quality ? snprintf(out, size, "%u", q->entry.quality)
	                                       : -ENODATA;
}

static int say_view(const struct question *q, char *out, size_t size)
{
	char text[VIEW_TEXT_MAX];

	view_print(&q->variant->view, text);
	return snprintf(out, size, "%s", text);
}

static int say_source(const struct question *q, char *out, size_t size)
{
	_cleanup_free_ char *path = NULL;
	int r = variant_source_path(q->variant, &path);

	return r < 0 ? r : snprintf(out, size, "%s", path);
}

static int say_state(const struct question *q, char *out, size_t size)
{
	static const char *const names[] = {
		[CACHE_ABSENT] = "absent",
		[CACHE_PRESENT] = "present",
		[CACHE_EVICTED] = "evicted",
		[CACHE_FAILED] = "failed",
	};

	return snprintf(out, size, "%s", q->busy ? "encoding" : names[q->entry.state]);
}

static int say_key(const struct question *q, char *out, size_t size)
{
	char hex[HASH128_HEX_SIZE];
	struct hash128 key;
	int r = render_key(
		q->fs->options.render, &q->variant->source.stamp, &q->variant->view, &key);

	return r == 0 ? snprintf(out, size, "%s", hash128_hex(&key, hex)) : -ENODATA;
}

static int say_size(const struct question *q, char *out, size_t size)
{
	return is_sized(q)
	               ? snprintf(out, size, "%llu", (unsigned long long)q->entry.size_bytes)
	               : -ENODATA;
}

static int say_width(const struct question *q, char *out, size_t size)
{
	return is_sized(q) ? snprintf(out, size, "%u", q->entry.width) : -ENODATA;
}

static int say_height(const struct question *q, char *out, size_t size)
{
	return is_sized(q) ? snprintf(out, size, "%u", q->entry.height) : -ENODATA;
}

static int say_encode_ms(const struct question *q, char *out, size_t size)
{
	return is_sized(q) ? snprintf(out, size, "%llu",
				     (unsigned long long)(q->entry.encode_usec / USEC_PER_MSEC))
	                   : -ENODATA;
}

static int say_error(const struct question *q, char *out, size_t size)
{
	if (q->entry.state != CACHE_FAILED)
		return -ENODATA;
	return snprintf(out, size, "%s: %s", strerror(q->entry.error), q->entry.reason);
}

/* Seconds until it is tried again. */
static int say_retry(const struct question *q, char *out, size_t size)
{
	usec_t now = now_real(), at = q->entry.expires_usec;

	if (q->entry.state != CACHE_FAILED)
		return -ENODATA;
	return snprintf(out, size, "%llu",
		(unsigned long long)(at > now ? (at - now + USEC_PER_SEC - 1) / USEC_PER_SEC
					      : 0));
}

static const struct {
	const char *name;
	int (*say)(const struct question *q, char *out, size_t size);
} answers[] = {
	{ "mime_type", say_mime_type },
	{ OWN_PREFIX "mime_type", say_mime_type },
	{ OWN_PREFIX "format", say_format },
	{ OWN_PREFIX "quality", say_quality },
	{ OWN_PREFIX "view", say_view },
	{ OWN_PREFIX "source", say_source },
	{ OWN_PREFIX "state", say_state },
	{ OWN_PREFIX "key", say_key },
	{ OWN_PREFIX "size", say_size },
	{ OWN_PREFIX "width", say_width },
	{ OWN_PREFIX "height", say_height },
	{ OWN_PREFIX "encode_ms", say_encode_ms },
	{ OWN_PREFIX "error", say_error },
	{ OWN_PREFIX "retry", say_retry },
};

static void getxattr_variant(
	fuse_req_t req, struct variant *variant, const char *name, size_t size)
{
	struct question q = { .fs = fs_of(req), .variant = variant };
	struct render *render = q.fs->options.render;
	char value[VALUE_MAX];
	int r = -ENODATA;

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		if (strcmp(answers[i].name, name) != 0)
			continue;
		q.busy = render_is_busy(render, &variant->source.stamp, &variant->view);
		r = render_peek(render, &variant->source.stamp, &variant->view, &q.entry);
		if (r == 0)
			r = answers[i].say(&q, value, sizeof(value));
	}
	if (r < 0)
		reply_err(req, -r);
	else
		reply_value(req, value, r < VALUE_MAX ? (size_t)r : VALUE_MAX - 1, size);
}

/* --- The mirror -------------------------------------------------------------------------- */

static int open_for_xattr(struct fs *fs, struct node *node, int *ret_fd)
{
	mode_t type = (mode_t)node->type << 12;

	/* `user.` attributes exist on files and folders only (xattr(7)). */
	if (!S_ISREG(type) && !S_ISDIR(type))
		return -ENODATA;
	return fs_open_node(fs, node, O_RDONLY | O_NOFOLLOW, ret_fd);
}

static void getxattr_mirror(fuse_req_t req, struct node *node, const char *name, size_t size)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *value = NULL;
	ssize_t n;
	int r;

	r = open_for_xattr(fs_of(req), node, &fd);
	value = r == 0 && size > 0 ? malloc(size) : NULL;
	if (r < 0 || (size > 0 && !value)) {
		reply_err(req, r < 0 ? -r : ENOMEM);
		return;
	}
	n = fgetxattr(fd, name, value, size);
	if (n < 0)
		reply_err(req, errno == EOPNOTSUPP ? ENODATA : errno);
	else
		reply_value(req, value, (size_t)n, size);
}

/* Of a lens itself; what else it has are its folder's. */
static void getxattr_lens(fuse_req_t req, struct lens *lens, const char *name, size_t size)
{
	_cleanup_free_ char *path = NULL;
	char text[VIEW_TEXT_MAX];
	int base_fd, r;

	if (strcmp(name, OWN_PREFIX "state") == 0) {
		reply_value(req, "folder", strlen("folder"), size);
	} else if (strcmp(name, OWN_PREFIX "view") == 0) {
		view_print(&lens->view, text);
		reply_value(req, text, strlen(text), size);
	} else if (strcmp(name, OWN_PREFIX "source") == 0) {
		r = nodes_path(&fs_of(req)->nodes, lens->node.parent, &base_fd, &path);
		if (r < 0)
			reply_err(req, -r);
		else
			reply_value(
				req, path[0] ? path : ".", path[0] ? strlen(path) : 1, size);
	} else {
		reply_err(req, ENODATA);
	}
}

static void getxattr_acl(fuse_req_t req, struct node *node, const char *name, size_t size)
{
	_cleanup_free_ void *value = NULL;
	ssize_t n = acl_read(fs_of(req), node, name, &value);

	if (n < 0)
		reply_err(req, (int)-n);
	else
		reply_value(req, value, (size_t)n, size);
}

void fs_op_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	struct node *node = fs_node(fs_of(req), ino);
	const char *ours = name_of_ours(name);

	fs_of(req)->xattrs++;
	access_begin_of(req, "getxattr", ino, name);
	if (ours && node->kind == NODE_VARIANT)
		getxattr_variant(req, node_variant(node), ours, size);
	else if (ours && has_prefix(ours, OWN_PREFIX) && node->kind == NODE_LENS)
		getxattr_lens(req, node_lens(node), ours, size);
	else if (ours && strcmp(ours, OWN_PREFIX "state") == 0)
		reply_value(req, "source", strlen("source"), size);
	else if (node_folder(node)->kind == NODE_MIRROR && has_prefix(name, "user."))
		getxattr_mirror(req, node_folder(node), name, size);
	else if (acl_is_name(name))
		getxattr_acl(req, node, name, size);
	else
		reply_err(req, ours ? ENODATA : EOPNOTSUPP);
}

/* Keeps the names that getxattr answers, in place. Returns the new length. */
static size_t keep_user_names(char *names, size_t length)
{
	size_t kept = 0;

	for (size_t at = 0; at < length;) {
		size_t n = strnlen(names + at, length - at) + 1;

		if (has_prefix(names + at, "user.")) {
			memmove(names + kept, names + at, n);
			kept += n;
		}
		at += n;
	}
	return kept;
}

void fs_op_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
	struct node *node = node_folder(fs_node(fs_of(req), ino));
	_cleanup_free_ char *names = malloc(LIST_MAX + 1);
	_cleanup_close_ int fd = -1;
	ssize_t n = 0;
	int r = 0;

	access_begin(req, "listxattr", ino, NULL);
	if (!names) {
		reply_err(req, ENOMEM);
		return;
	}
	if (node->kind == NODE_MIRROR)
		r = open_for_xattr(fs_of(req), node, &fd);
	if (r == 0 && fd >= 0)
		n = flistxattr(fd, names, LIST_MAX);
	if (n < 0)
		r = errno == EOPNOTSUPP ? 0 : -errno;
	if (r < 0 && r != -ENODATA) {
		reply_err(req, -r);
		return;
	}
	if (n > 0)
		names[n] = '\0';
	reply_value(req, names, n > 0 ? keep_user_names(names, (size_t)n) : 0, size);
}
