/* SPDX-License-Identifier: MIT */
#include "cli/mount_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Of what the kernel knows without asking the mount: stat() of a view would have it encoded. A
 * name that nobody looked up yet is looked up, which costs nothing. */
static int look(const char *path, struct statx *ret)
{
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;

	return statx(AT_FDCWD, path, flags, STATX_TYPE, ret) < 0 ? -errno : 0;
}

static bool same_device(const struct statx *a, const struct statx *b)
{
	return a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor;
}

/* The real path of the folder that `path` is or lies in, and what is left of it: a view is not
 * resolved, because some realpath()s stat what they resolve. */
static char *real_folder(const char *path, const char **ret_rest)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *folder = NULL;
	struct statx stx;

	if (look(path, &stx) == 0 && S_ISDIR(stx.stx_mode)) {
		*ret_rest = "";
		return realpath(path, NULL);
	}
	*ret_rest = slash ? slash + 1 : path;
	if (!slash)
		return realpath(".", NULL);
	folder = strndup(path, (size_t)(slash - path) + 1);
	return folder ? realpath(folder, NULL) : NULL;
}

/* The length of the path of the root of the mount that the folder `real` lies in. */
static size_t root_length(const char *real)
{
	_cleanup_free_ char *path = strdup(real);
	struct statx here, above;
	char *slash;

	if (!path || look(path, &here) < 0)
		return strlen(real);
	while ((slash = strrchr(path, '/')) && slash != path) {
		*slash = '\0';
		if (look(path, &above) < 0 || !same_device(&here, &above)) {
			*slash = '/';
			break;
		}
	}
	return strlen(path);
}

int mount_place_find(const char *path, struct mount_place *ret)
{
	const char *rest, *below;
	_cleanup_free_ char *real = real_folder(path, &rest);
	size_t length;

	if (!real) {
		log_error("'%s': %s", LOG_QUOTE(path), strerror(errno));
		return EXIT_CODE_MOUNTPOINT;
	}
	length = root_length(real);
	below = real + length;
	below += *below == '/';
	*ret = (struct mount_place){ .root = strndup(real, length) };
	if (asprintf(&ret->relative, "%s%s%s", below, *below && *rest ? "/" : "", rest) < 0)
		ret->relative = NULL;
	if (ret->root && ret->relative)
		return EXIT_CODE_OK;
	mount_place_done(ret);
	log_error("out of memory");
	return EXIT_CODE_OTHER;
}

void mount_place_done(struct mount_place *place)
{
	free(place->root);
	free(place->relative);
	*place = (struct mount_place){ 0 };
}

json_t *mount_place_stats(const struct mount_place *place, const char *path)
{
	_cleanup_free_ char *file = NULL;
	json_error_t error;
	json_t *stats;

	if (asprintf(&file, "%s/.lensfs/stats.json", place->root) < 0) {
		file = NULL;
		return NULL;
	}
	stats = json_load_file(file, 0, &error);
	if (!stats)
		log_error("'%s' is not in a lensfs mount, or it does not answer (%s)",
			LOG_QUOTE(path), error.text);
	return stats;
}

int mount_place_stats_of(const char *path, json_t **ret)
{
	struct mount_place place;
	int code = mount_place_find(path, &place);

	if (code != EXIT_CODE_OK)
		return code;
	*ret = mount_place_stats(&place, path);
	mount_place_done(&place);
	return *ret ? EXIT_CODE_OK : EXIT_CODE_MOUNTPOINT;
}
