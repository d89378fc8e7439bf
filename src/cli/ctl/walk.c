/* SPDX-License-Identifier: MIT */
#include "cli/ctl/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"

/* Folders that are yet to be read. */
struct folder {
	struct folder *next;
	char path[];
};

static int push(struct folder **stack, const char *above, const char *name)
{
	size_t length = strlen(above), size = length + strlen(name) + 2;
	struct folder *folder = malloc(sizeof(*folder) + size);

	if (!folder)
		return -ENOMEM;
	snprintf(folder->path, size, "%s%s%s", above,
		name[0] && !(length && above[length - 1] == '/') ? "/" : "", name);
	folder->next = *stack;
	*stack = folder;
	return 0;
}

static unsigned char type_of(int dir_fd, const struct dirent *d)
{
	struct stat st;

	if (d->d_type != DT_UNKNOWN)
		return d->d_type;
	return fstatat(dir_fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? IFTODT(st.st_mode)
	                                                                 : DT_UNKNOWN;
}

static void close_dirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

struct walk {
	walk_each *each;
	walk_trouble *trouble;
	void *context;
	struct folder *stack; /* owned */
};

static bool read_entry(
	struct walk *walk, const struct folder *folder, int dir_fd, const struct dirent *d)
{
	_cleanup_free_ struct folder *file = NULL;
	unsigned char type = type_of(dir_fd, d);
	struct folder *nothing = NULL;
	int r = 0;

	if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
		return true;
	if (type == DT_DIR) {
		r = push(&walk->stack, folder->path, d->d_name);
	} else if (type == DT_REG) {
		r = push(&nothing, folder->path, d->d_name);
		file = nothing;
	}
	if (r < 0)
		walk->trouble(walk->context, folder->path, -r);
	return !file || walk->each(walk->context, file->path);
}

static bool read_folder(struct walk *walk, const struct folder *folder)
{
	_cleanup_(close_dirp) DIR *dir = opendir(folder->path);
	const struct dirent *d;

	if (!dir) {
		walk->trouble(walk->context, folder->path, errno);
		return true;
	}
	for (errno = 0; (d = readdir(dir)); errno = 0) {
		if (!read_entry(walk, folder, dirfd(dir), d))
			return false;
	}
	if (errno)
		walk->trouble(walk->context, folder->path, errno);
	return true;
}

bool walk_folder(const char *path, walk_each *each, walk_trouble *trouble, void *context)
{
	struct walk walk = { each, trouble, context, NULL };
	struct folder *folder;
	bool go_on = true;

	if (push(&walk.stack, path, "") < 0)
		trouble(context, path, ENOMEM);
	while ((folder = walk.stack)) {
		walk.stack = folder->next;
		go_on = go_on && read_folder(&walk, folder);
		free(folder);
	}
	return go_on;
}

/* Of what is longer than any path as much is kept as no system call takes. A NUL ends a name in any
 * case, since none has one. */
char *walk_input_one(char separator)
{
	char name[PATH_MAX + 1];
	size_t n = 0;
	int c;

	while ((c = getc_unlocked(stdin)) != EOF) {
		bool ends = c == separator || c == '\0';

		if (ends && n > 0)
			break;
		if (!ends && n < PATH_MAX)
			name[n++] = (char)c;
	}
	name[n] = '\0';
	return n > 0 ? strdup(name) : NULL;
}

bool walk_input(char separator, walk_each *each, void *context)
{
	bool go_on = true;
	char *name;

	while (go_on && (name = walk_input_one(separator))) {
		go_on = each(context, name);
		free(name);
	}
	return go_on;
}
