/* SPDX-License-Identifier: MIT */
#include "config/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/fdio.h"

#define SYSTEM_FOLDER "/etc/lensfs"

static int add_own_folder(struct paths *folders)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	_cleanup_free_ char *path = NULL;
	int n;

	if (base && base[0] == '/')
		n = asprintf(&path, "%s/lensfs", base);
	else if (home && home[0] == '/')
		n = asprintf(&path, "%s/.config/lensfs", home);
	else
		return 0;
	return n < 0 ? -ENOMEM : paths_add(folders, path);
}

static int make_absolute(const char *path, char **ret)
{
	_cleanup_free_ char *here = NULL;

	if (path[0] == '/') {
		*ret = strdup(path);
		return *ret ? 0 : -ENOMEM;
	}
	here = realpath(".", NULL);
	if (!here)
		return -errno;
	return asprintf(ret, "%s/%s", here, path) < 0 ? -ENOMEM : 0;
}

int config_files_init(struct config_files *files, const char *only)
{
	int r;

	*files = (struct config_files){ 0 };
	if (only)
		return make_absolute(only, &files->only);
	r = paths_add(&files->folders, SYSTEM_FOLDER);
	return r < 0 ? r : add_own_folder(&files->folders);
}

void config_files_done(struct config_files *files)
{
	free(files->only);
	paths_done(&files->folders);
	*files = (struct config_files){ 0 };
}

static bool is_conf(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

/* By bytes, whatever the locale. */
static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_folder(const char *folder, struct paths *ret)
{
	size_t before = ret->n;
	struct dirent *entry;
	DIR *dir = opendir(folder);
	int r = 0;

	if (!dir)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	while (r == 0 && (entry = readdir(dir))) {
		_cleanup_free_ char *path = NULL;

		if (!is_conf(entry->d_name))
			continue;
		r = asprintf(&path, "%s/%s", folder, entry->d_name) < 0 ? -ENOMEM : 0;
		if (r == 0)
			r = paths_add(ret, path);
	}
	closedir(dir);
	if (ret->n > before)
		qsort(ret->items + before, ret->n - before, sizeof(*ret->items), by_name);
	return r;
}

int config_files_list(const struct config_files *files, struct paths *ret, const char **ret_bad)
{
	int r = 0;

	if (files->only)
		return paths_add(ret, files->only);
	for (size_t i = 0; i < files->folders.n && r == 0; i++) {
		*ret_bad = files->folders.items[i];
		r = list_folder(*ret_bad, ret);
	}
	return r;
}

int config_file_read(const char *path, size_t max, char **ret_text, size_t *ret_size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	_cleanup_free_ char *text = malloc(max + 1);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!text)
		return -ENOMEM;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	n = fdio_pread_full(fd, text, max + 1, 0);
	if (n < 0)
		return (int)n;
	if ((size_t)n > max)
		return -EFBIG;
	*ret_text = TAKE_PTR(text);
	*ret_size = (size_t)n;
	return 0;
}
