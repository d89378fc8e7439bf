/* SPDX-License-Identifier: MIT */
#include "cli/ctl/mount_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>

#include "cli/ctl/patience.h"
#include "cli/exit_code.h"
#include "config.h"
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
	int r = look(path, &stx);

	/* Of a mount itself: it has ended, or is not ours to look at. */
	if (r == -ENOTCONN || r == -EACCES) {
		errno = -r;
		return NULL;
	}
	if (r == 0 && S_ISDIR(stx.stx_mode)) {
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

/* 0 or -errno. */
static int find(const char *path, struct mount_place *ret)
{
	const char *rest, *below;
	_cleanup_free_ char *real = real_folder(path, &rest);
	size_t length;

	if (!real)
		return -errno;
	length = root_length(real);
	below = real + length;
	below += *below == '/';
	*ret = (struct mount_place){ .root = strndup(real, length) };
	if (asprintf(&ret->relative, "%s%s%s", below, *below && *rest ? "/" : "", rest) < 0)
		ret->relative = NULL;
	if (ret->root && ret->relative)
		return 0;
	mount_place_done(ret);
	return -ENOMEM;
}

int mount_place_find(const char *path, struct mount_place *ret)
{
	int r = find(path, ret);

	if (r == 0)
		return EXIT_CODE_OK;
	if (r != -ENOENT && r != -ENOTDIR)
		return mount_place_refuse(NULL, path, -r);
	log_error("'%s': %s", LOG_QUOTE(path), strerror(-r));
	return EXIT_CODE_MOUNTPOINT;
}

void mount_place_done(struct mount_place *place)
{
	free(place->root);
	free(place->relative);
	*place = (struct mount_place){ 0 };
}

/* --- Asking ------------------------------------------------------------------------------- */

/* The topmost folder of `path` that has ended: where it was mounted. statfs(), for what else is asked
 * of it the kernel may remember. The caller's to free. */
static char *dead_root(const char *path)
{
	char *root = strdup(path), *slash;
	struct statfs fs;

	while (root && (slash = strrchr(root, '/')) && slash != root) {
		*slash = '\0';
		if (statfs(root, &fs) < 0 && errno == ENOTCONN)
			continue;
		*slash = '/';
		break;
	}
	return root;
}

/* The kernel lets everybody ask for attributes, so that is not enough to be let in. */
static bool is_open_to_us(const char *folder)
{
	struct statx stx;
	char state[64];

	return look(folder, &stx) == 0 &&
	       lgetxattr(folder, "system.lensfs.state", state, sizeof(state)) >= 0;
}

/* Whether it lies in a mount that we may look into: then it is this path that we may not. */
static bool is_shut_within(const char *path)
{
	_cleanup_free_ char *folder = strdup(path);
	char *slash;

	while (folder && (slash = strrchr(folder, '/')) && slash != folder) {
		*slash = '\0';
		if (is_open_to_us(folder))
			return true;
	}
	return !strchr(path, '/') && is_open_to_us(".");
}

int mount_place_refuse(const struct mount_place *place, const char *path, int error)
{
	_cleanup_free_ char *dead = place ? NULL : dead_root(path);
	const char *root = place ? place->root : dead ? dead : path;

	switch (error) {
	case ENOTCONN:
	case ECONNABORTED:
		log_error("'%s': the lensfs that was mounted at '%s' has ended; mount it "
			  "again, or clear it away: fusermount3 -uz '%s'",
			LOG_QUOTE(path), LOG_QUOTE(root), LOG_QUOTE(root));
		return EXIT_CODE_MOUNTPOINT;
	case EACCES:
	case EPERM:
		if (!place && is_shut_within(path)) {
			log_error("'%s': no permission: you, or the user who mounted, may not "
				  "read this in the source folder",
				LOG_QUOTE(path));
			return EXIT_CODE_DENIED;
		}
		log_error("'%s': no permission: only the user who mounted it may look into it, "
			  "and others where it is mounted with -o allow_other",
			LOG_QUOTE(path));
		return EXIT_CODE_DENIED;
	case ETIMEDOUT:
		log_error("'%s': the lensfs at '%s' does not answer", LOG_QUOTE(path),
			LOG_QUOTE(root));
		return EXIT_CODE_MOUNTPOINT;
	case ENOENT:
	case ENOTDIR:
		log_error("'%s' is not in a lensfs mount", LOG_QUOTE(path));
		return EXIT_CODE_MOUNTPOINT;
	default:
		log_error("'%s': %s", LOG_QUOTE(path), strerror(error));
		return EXIT_CODE_MOUNTPOINT;
	}
}

int mount_place_read(
	const struct mount_place *place, const char *name, char **ret_text, size_t *ret_length)
{
	_cleanup_free_ char *file = NULL;

	if (asprintf(&file, "%s/.lensfs/%s", place->root, name) < 0) {
		file = NULL;
		return -ENOMEM;
	}
	return patience_read(file, MOUNT_PLACE_PATIENCE, ret_text, ret_length);
}

int mount_place_stats(const struct mount_place *place, const char *path, json_t **ret)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	int r = mount_place_read(place, "stats.json", &text, &length);

	if (r < 0)
		return mount_place_refuse(place, path, -r);
	*ret = json_loadb(text, length, 0, NULL);
	if (*ret)
		return EXIT_CODE_OK;
	log_error("'%s': what its .lensfs/stats.json says is no JSON", LOG_QUOTE(path));
	return EXIT_CODE_MOUNTPOINT;
}

int mount_place_stats_of(const char *path, json_t **ret)
{
	struct mount_place place;
	int code = mount_place_find(path, &place);

	if (code != EXIT_CODE_OK)
		return code;
	code = mount_place_stats(&place, path, ret);
	mount_place_done(&place);
	return code;
}

/* Others may look into the mount, but not at this. */
static bool is_private(const struct mount_place *place, int r)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	return r == -EACCES && mount_place_read(place, "stats.json", &text, &length) == 0;
}

int mount_place_text_of(const char *path, const char *name, char **ret_text, size_t *ret_length)
{
	struct mount_place place;
	json_t *stats;
	int code = mount_place_find(path, &place), r;

	if (code != EXIT_CODE_OK)
		return code;
	r = mount_place_read(&place, name, ret_text, ret_length);
	if (r == -ENOENT && mount_place_stats(&place, path, &stats) == EXIT_CODE_OK) {
		mount_place_refuse_old(path, stats);
		json_decref(stats);
		code = EXIT_CODE_OTHER;
	} else if (r == -ENOENT) {
		code = EXIT_CODE_MOUNTPOINT; /* which has said so */
	} else if (is_private(&place, r)) {
		log_error("'%s': no permission: .lensfs/%s names pictures; it is for root, the "
			  "user who mounted, and the group of -o control_group",
			LOG_QUOTE(path), name);
		code = EXIT_CODE_DENIED;
	} else if (r < 0) {
		code = mount_place_refuse(&place, path, -r);
	}
	mount_place_done(&place);
	return code;
}

bool mount_place_is_picture_view(const char *path)
{
	char state[64];
	ssize_t n = lgetxattr(path, "system.lensfs.state", state, sizeof(state) - 1);

	state[n < 0 ? 0 : n] = '\0';
	return n > 0 && strcmp(state, "folder") != 0 && strcmp(state, "source") != 0;
}

struct config *mount_place_config_of(const char *path)
{
	_cleanup_free_ char *text = NULL;
	char reason[CONFIG_REASON_MAX];
	struct config *config = NULL;
	struct mount_place place;
	size_t size;
	int r;

	if (find(path, &place) < 0)
		return NULL;
	r = mount_place_read(&place, "config", &text, &size);
	mount_place_done(&place);
	if (r < 0 || config_new_of_text(".lensfs/config", text, size, &config, reason) != 0)
		return NULL;
	return config;
}

void mount_place_refuse_old(const char *path, const json_t *stats)
{
	const char *version = json_string_value(json_object_get(stats, "version"));

	log_error("'%s': the lensfs that is mounted there (%s) does not know this; this is "
		  "lensctl %s. Unmount it and mount it again to have the newer one",
		LOG_QUOTE(path), LOG_QUOTE(version ? version : "of another version"),
		LENSFS_VERSION);
}
