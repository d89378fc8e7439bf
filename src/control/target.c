/* SPDX-License-Identifier: MIT
 *
 * The path is resolved in the source, by the rules of fs/lookup: a real file wins, and only what
 * is not there is read as a view. Asking our own mount instead would be one more way to wait for
 * ourselves.
 */
#include "control/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "source/sniff.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "view/name.h"

void target_done(struct target *target)
{
	close_fd(&target->dir_fd);
}

int target_refuse(char *reason, int error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(reason, TARGET_REASON_MAX, format, ap);
	va_end(ap);
	return -error;
}

/* Opens the folder, and leaves the last component in `name`. */
static int find_place(struct target *target, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	_cleanup_free_ char *folder = strndup(path, (size_t)(name - path));

	if (!folder)
		return target_refuse(target->reason, ENOMEM, "out of memory");
	if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return target_refuse(target->reason, EINVAL, "it is a folder: name a picture");
	if (strlen(name) > NAME_MAX)
		return target_refuse(target->reason, ENAMETOOLONG, "its name is too long");
	snprintf(target->name, sizeof(target->name), "%s", name);
	target->dir_fd = tree_open_folder(target->tree, folder, &target->dir);
	if (target->dir_fd < 0)
		return target_refuse(target->reason, -target->dir_fd,
			"its folder cannot be opened: %s", strerror(-target->dir_fd));
	return 0;
}

/* What is there under this name: S_IFMT of it, 0 for nothing, or -errno. */
static int type_of(const struct target *target)
{
	struct statx stx;
	int r = tree_stat_child(target->tree, target->dir_fd, &target->dir, target->name, &stx);

	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : stx.stx_mode & S_IFMT;
}

static int find_source(struct target *target)
{
	char words[VIEW_REASON_MAX];
	int type = type_of(target);
	size_t length;

	if (type == 0) {
		if (name_split(target->name, target->vocabulary, &length, &target->view,
			    words) != 0)
			return target_refuse(
				target->reason, ENOENT, "no such file, and no view: %s", words);
		if (length == 0)
			return target_refuse(target->reason, EINVAL,
				"it is a folder through a view: name a picture");
		target->name[length] = '\0';
		target->of_view = true;
		type = type_of(target);
	}
	if (type < 0)
		return target_refuse(target->reason, -type, "%s", strerror(-type));
	if (type == 0)
		return target_refuse(target->reason, ENOENT, "there is no '%.64s' to view",
			LOG_QUOTE(target->name));
	if (type == S_IFDIR && target->of_view)
		return target_refuse(target->reason, EINVAL,
			"it is a folder through a view: name a picture, or the folder '%.64s'",
			LOG_QUOTE(target->name));
	if (type != S_IFREG)
		return target_refuse(target->reason, EINVAL, "'%.64s' is not a regular file",
			LOG_QUOTE(target->name));
	return 0;
}

static int open_picture(struct target *target, enum format *ret)
{
	int fd = tree_open(target->dir_fd, target->name, O_RDONLY | O_NOFOLLOW);
	int r = fd < 0 ? fd : sniff_fd(fd, ret);

	if (r == 0 && format_info(*ret)->readable)
		return fd;
	if (fd >= 0)
		close(fd);
	return r < 0 ? target_refuse(target->reason, -r, "it cannot be read: %s", strerror(-r))
	             : target_refuse(target->reason, EINVAL, "'%.64s' is not a picture",
			       LOG_QUOTE(target->name));
}

int target_open(struct target *target, const char *path)
{
	char words[VIEW_REASON_MAX];
	enum format format;
	int fd, r = find_place(target, path);

	if (r == 0)
		r = find_source(target);
	if (r < 0)
		return r;
	fd = open_picture(target, &format);
	if (fd >= 0 && target->of_view &&
		view_resolve(&target->view, format, &target->view, words) != 0) {
		close(fd);
		return target_refuse(target->reason, ENOENT, "no such view: %s", words);
	}
	return fd;
}
