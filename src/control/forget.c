/* SPDX-License-Identifier: MIT */
#include "control/forget.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "source/sniff.h"
#include "util/cleanup.h"

int forget_failures(struct control *control, const char *path,
	void (*each)(void *context, const char *view), void *context,
	char reason[TARGET_REASON_MAX])
{
	_cleanup_(config_unrefp) struct config *config = config_slot_get(control->config);
	struct vocabulary words = config_words(config);
	_cleanup_(target_done) struct target target = {
		.tree = control->tree,
		.vocabulary = &words,
		.dir_fd = -1,
		.reason = reason,
	};
	_cleanup_close_ int fd = target_open(&target, path);
	int r;

	if (fd < 0)
		return fd;
	r = render_forget_failures(
		control->render, fd, target.of_view ? &target.view : NULL, each, context);
	return r < 0 ? target_refuse(
			       reason, -r, "the catalog cannot be changed: %s", strerror(-r))
	             : 0;
}

/* --- Dropping ----------------------------------------------------------------------------- */

/* Of what `fd` is, a picture of this format. */
static int drop_views(struct drop *drop, int fd, enum format format)
{
	struct render *render = drop->control->render;
	int r = 0;

	if (drop->n_views == 0)
		return render_drop(render, fd, NULL, &drop->cleared);
	for (size_t i = 0; r == 0 && i < drop->n_views; i++) {
		struct view view;

		/* One that makes no sense for it was never made. */
		if (view_resolve(&drop->views[i], format, &view, NULL) == 0)
			r = render_drop(render, fd, &view, &drop->cleared);
	}
	return r;
}

static int drop_picture(struct drop *drop, const char *path)
{
	_cleanup_(config_unrefp) struct config *config = config_slot_get(drop->control->config);
	struct vocabulary words = config_words(config);
	_cleanup_(target_done) struct target target = {
		.tree = drop->control->tree,
		.vocabulary = &words,
		.dir_fd = -1,
		.reason = drop->reason,
	};
	_cleanup_close_ int fd = target_open(&target, path);
	enum format format;
	int r;

	if (fd < 0)
		return fd;
	if (target.of_view)
		r = render_drop(drop->control->render, fd, &target.view, &drop->cleared);
	else if ((r = sniff_fd(fd, &format)) == 0)
		r = drop_views(drop, fd, format);
	drop->pictures++;
	return r < 0 ? target_refuse(drop->reason, -r, "the catalog cannot be changed: %s",
			       strerror(-r))
	             : 0;
}

/* What cannot be read or is no picture has no variants to drop. */
static int drop_file(struct drop *drop, int dir_fd, const char *name)
{
	_cleanup_close_ int fd = tree_open(dir_fd, name, O_RDONLY | O_NOFOLLOW);
	enum format format;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || sniff_fd(fd, &format) < 0 ||
		!format_info(format)->readable)
		return 0;
	r = drop_views(drop, fd, format);
	drop->pictures++;
	return r < 0 ? target_refuse(drop->reason, -r, "the catalog cannot be changed: %s",
			       strerror(-r))
	             : 0;
}

/* Folders yet to be walked, as a stack of paths. */
struct folder_path {
	struct folder_path *next;
	char path[];
};

static int push(struct folder_path **stack, const char *above, const char *name)
{
	size_t size = strlen(above) + strlen(name) + 2;
	struct folder_path *folder = malloc(sizeof(*folder) + size);

	if (!folder)
		return -ENOMEM;
	snprintf(folder->path, size, "%s%s%s", above, *above ? "/" : "", name);
	folder->next = *stack;
	*stack = folder;
	return 0;
}

static void close_dirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static DIR *open_dir(int path_fd)
{
	int fd = openat(path_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

static bool is_folder(int dir_fd, const struct dirent *d)
{
	struct stat st;

	if (d->d_type != DT_UNKNOWN)
		return d->d_type == DT_DIR;
	return fstatat(dir_fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int drop_in_folder(struct drop *drop, const char *path, struct folder_path **stack)
{
	struct file_id id;
	_cleanup_close_ int path_fd = tree_open_folder(drop->control->tree, path, &id);
	_cleanup_(close_dirp) DIR *dir = path_fd >= 0 ? open_dir(path_fd) : NULL;
	const struct dirent *d;
	int r = 0;

	while (dir && r == 0 && (d = readdir(dir))) {
		if (drop->is_stopped(drop->context))
			return target_refuse(drop->reason, ECANCELED, "it was stopped");
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		r = is_folder(path_fd, d) ? push(stack, path, d->d_name)
		                          : drop_file(drop, path_fd, d->d_name);
	}
	return r;
}

static int drop_folder(struct drop *drop, const char *path)
{
	struct folder_path *stack = NULL, *folder;
	int r = push(&stack, path, "");

	/* push() has put a slash behind what stands above nothing. */
	if (r == 0)
		stack->path[strlen(path)] = '\0';
	while ((folder = stack)) {
		stack = folder->next;
		if (r == 0)
			r = drop_in_folder(drop, folder->path, &stack);
		free(folder);
	}
	return r;
}

int drop_variants(struct drop *drop, const char *path)
{
	_cleanup_free_ char *folder = strdup(path);
	_cleanup_close_ int fd = -1;
	struct file_id id;
	size_t length = strlen(path);

	if (!folder)
		return -ENOMEM;
	while (length > 0 && folder[length - 1] == '/')
		folder[--length] = '\0';
	fd = tree_open_folder(drop->control->tree, folder, &id);
	return fd >= 0 ? drop_folder(drop, folder) : drop_picture(drop, path);
}
