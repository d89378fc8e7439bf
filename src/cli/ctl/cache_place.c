/* SPDX-License-Identifier: MIT */
#include "cli/ctl/cache_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/ctl/steering.h"
#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

/* As cache/folder makes them. Asked without a look at anything else, because the path may lie in
 * a mount, and be a view. */
static bool is_cache_folder(const char *path, bool *ret_denied)
{
	static const char *const names[] = { "lock", "secret", "catalog.db" };
	_cleanup_close_ int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	unsigned n = 0;

	for (size_t i = 0; fd >= 0 && i < ARRAY_SIZE(names); i++) {
		if (faccessat(fd, names[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			n++;
		else if (errno == EACCES && fstat(fd, &st) == 0) /* a mount is not even that */
			*ret_denied = true;
	}
	return n == ARRAY_SIZE(names);
}

/* No eviction: a bound that nothing reaches, where it is not the last daemon's. */
#define NO_LIMIT ((uint64_t)1 << 62)

/* A lensfs that has the folder may not answer yet, or not any more: umount(8) does not wait for its
 * end. */
#define BETWEEN_USEC (5 * USEC_PER_SEC)

static bool is_between(const char *socket_path)
{
	json_t *request = json_pack("{s:s, s:s}", "command", "cache work", "path", "");
	json_t *answer = NULL;
	int r = steering_ask(socket_path, request, BETWEEN_USEC, &answer);

	json_decref(request);
	json_decref(answer);
	/* One whose mount has just gone answers for some milliseconds. */
	clock_sleep(10 * USEC_PER_MSEC);
	if (access(socket_path, F_OK) < 0)
		return errno == ENOENT;
	return r == -ENOENT || r == -ECONNREFUSED || r == -ECONNRESET || r == -EPIPE;
}

static int open_or_find_socket(
	const struct cache_options *options, struct cache_place *ret, char *note)
{
	usec_t deadline = now_monotonic() + BETWEEN_USEC;
	_cleanup_free_ char *socket_path = NULL;
	int r;

	if (asprintf(&socket_path, "%s/control.sock", options->folder) < 0)
		return -ENOMEM;
	for (;;) {
		r = cache_new(options, &ret->cache, note);
		if (r != CACHE_E_LOCKED || !is_between(socket_path) ||
			now_monotonic() >= deadline)
			break;
		clock_sleep(20 * USEC_PER_MSEC);
	}
	if (r != 0)
		ret->cache = NULL;
	if (r == CACHE_E_LOCKED)
		ret->socket_path = TAKE_PTR(socket_path);
	return r;
}

static int open_folder(const char *path, int purpose, struct cache_place *ret, char *note)
{
	struct cache_options options = {
		.folder = path,
		.limit_bytes = NO_LIMIT,
		.fingerprint = "",
		.as_is = purpose == CACHE_PLACE_LOOK,
	};
	int r = open_or_find_socket(&options, ret, note);

	if (r == 0)
		return EXIT_CODE_OK;
	if (r == CACHE_E_LOCKED) {
		note[0] = '\0';
		return EXIT_CODE_OK;
	}
	log_error("%s", note[0] ? note : strerror(-r));
	return r == -EACCES || r == -EPERM ? EXIT_CODE_DENIED : EXIT_CODE_CACHE;
}

int cache_place_find(
	const char *path, int purpose, struct cache_place *ret, char note[CACHE_REASON_MAX])
{
	bool denied = false;

	*ret = (struct cache_place){ .path = path };
	note[0] = '\0';
	if (is_cache_folder(path, &denied))
		return open_folder(path, purpose, ret, note);
	if (!denied)
		return EXIT_CODE_OK;
	log_error(
		"'%s': no permission: only root and the user whose lensfs it is may look into "
		"a cache folder",
		LOG_QUOTE(path));
	return EXIT_CODE_DENIED;
}

void cache_place_done(struct cache_place *place)
{
	cache_free(place->cache);
	free(place->socket_path);
	*place = (struct cache_place){ 0 };
}

int cache_place_ask(
	const struct cache_place *place, const char *command, json_t *more, json_t **ret_answer)
{
	if (place->socket_path)
		return steer_socket(place->socket_path, command, place->path, more, ret_answer);
	return steer_with(command, place->path, more, ret_answer);
}
