/* SPDX-License-Identifier: MIT */
#include "cli/ctl/steering.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "cli/ctl/mount_place.h"
#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/log.h"
#include "view/view.h"

#define ANSWER_MAX       65536
#define ANSWER_WORDS_MAX 1024
#define PATIENCE         (60 * USEC_PER_SEC) /* a large picture on a slow disk may have to be read */

/* %XX for `%` and all but printable ASCII: see control/commands.h. The caller's to free. */
static char *encode_path(const char *path)
{
	char *text = malloc(3 * strlen(path) + 1), *out = text;

	for (const unsigned char *p = (const unsigned char *)path; text && *p; p++) {
		if (*p <= ' ' || *p >= 0x7f || *p == '%')
			out += sprintf(out, "%%%02X", *p);
		else
			*out++ = (char)*p;
	}
	if (text)
		*out = '\0';
	return text;
}

/* By its folder's descriptor, because sun_path is short. A descriptor or -errno. */
static int connect_to(const char *path, usec_t patience_usec)
{
	const char *name = strrchr(path, '/');
	_cleanup_free_ char *folder = name ? strndup(path, (size_t)(name - path) + 1) : NULL;
	_cleanup_close_ int folder_fd = -1, sock = -1;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval patience = {
		.tv_sec = (time_t)(patience_usec / USEC_PER_SEC),
		.tv_usec = (suseconds_t)(patience_usec % USEC_PER_SEC),
	};
	int n;

	if (!folder)
		return -EINVAL;
	folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd < 0)
		return -errno;
	n = snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d%s",
		folder_fd, name);
	if (n >= (int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (sock < 0 ||
		setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
		setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
		connect(sock, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return TAKE_FD(sock);
}

/* One descriptor may come with the answer, where the caller wants one. */
static ssize_t receive(int sock, char *text, int *ret_fd)
{
	int fds[FDIO_MAX_FDS];
	size_t n_fds = 0;
	ssize_t n;

	if (!ret_fd)
		return fdio_recv_bare(sock, text, ANSWER_MAX, 0);
	*ret_fd = -1;
	n = fdio_recv(sock, text, ANSWER_MAX, fds, &n_fds, 0);
	for (size_t i = 0; n >= 0 && i < n_fds; i++) {
		if (i == 0)
			*ret_fd = fds[i];
		else
			close(fds[i]);
	}
	return n;
}

static int converse(const char *socket_path, const json_t *request, usec_t patience,
	json_t **ret, int *ret_fd)
{
	_cleanup_close_ int sock = connect_to(socket_path, patience);
	_cleanup_free_ char *text = malloc(ANSWER_MAX), *line = NULL;
	ssize_t n;
	int r;

	if (sock < 0)
		return sock;
	line = request ? json_dumps(request, JSON_COMPACT) : NULL;
	r = text && line ? fdio_send(sock, line, strlen(line), NULL, 0, 0) : -ENOMEM;
	if (r < 0)
		return r;
	n = receive(sock, text, ret_fd);
	if (n <= 0)
		return n < 0 ? (int)n : -ECONNRESET;
	*ret = json_loadb(text, (size_t)n, 0, NULL);
	return *ret ? 0 : -EPROTO;
}

int steering_ask(const char *socket_path, const json_t *request, usec_t patience, json_t **ret)
{
	return converse(socket_path, request, patience, ret, NULL);
}

static int say_unreachable(const char *path, const char *socket_path, int r)
{
	if (r == -EACCES || r == -EPERM) {
		log_error("'%s': only root and the user who mounted it may steer a lensfs",
			LOG_QUOTE(path));
		return EXIT_CODE_DENIED;
	}
	log_error("'%s': its lensfs does not answer at '%s': %s", LOG_QUOTE(path),
		LOG_QUOTE(socket_path), strerror(r == -EAGAIN ? ETIMEDOUT : -r));
	return EXIT_CODE_MOUNTPOINT;
}

/* The daemon has quoted in it what is others'; a line it is. */
static const char *one_line(const char *message, char out[ANSWER_WORDS_MAX])
{
	snprintf(out, ANSWER_WORDS_MAX, "%s", message);
	for (char *c = out; *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?';
	}
	return out;
}

/* Drops an answer that says no. `stats` NULL: not known. */
static int judge(const char *path, const json_t *stats, json_t **answer)
{
	const char *error = json_string_value(json_object_get(*answer, "errno"));
	const char *message = json_string_value(json_object_get(*answer, "message"));
	bool denied = error && strcmp(error, "EACCES") == 0;
	char words[ANSWER_WORDS_MAX];

	if (json_is_true(json_object_get(*answer, "ok")))
		return EXIT_CODE_OK;
	if (error && strcmp(error, "ENOSYS") == 0)
		mount_place_refuse_old(path, stats);
	else
		log_error("'%s': %s", LOG_QUOTE(path),
			one_line(message ? message : "it says no", words));
	json_decref(*answer);
	return denied ? EXIT_CODE_DENIED : EXIT_CODE_OTHER;
}

static int steer_at(const char *socket_path, const char *command, const char *path,
	const char *relative, const json_t *stats, json_t *more, json_t **ret_answer,
	int *ret_fd)
{
	_cleanup_free_ char *encoded = encode_path(relative);
	json_t *request = json_pack("{s:s, s:s}", "command", command, "path", encoded);
	int r;

	json_object_update(request, more);
	r = converse(socket_path, request, PATIENCE, ret_answer, ret_fd);
	json_decref(request);
	return r < 0 ? say_unreachable(path, socket_path, r) : judge(path, stats, ret_answer);
}

static bool get_attribute(const char *path, const char *name, char *out, size_t size)
{
	ssize_t n = lgetxattr(path, name, out, size - 1);

	if (n >= 0)
		out[n] = '\0';
	return n >= 0;
}

/* In a folder through a view a picture is not called what the daemon, which looks into the source,
 * would know it by. A view beside its picture is; and so is what the mount does not answer for.
 * NULL: no memory. */
static char *plain_name(const char *path, const char *relative)
{
	char source[PATH_MAX], view[VIEW_TEXT_MAX], state[32], *name;

	if (!get_attribute(path, "system.lensfs.state", state, sizeof(state)) ||
		strcmp(state, "folder") == 0 ||
		!get_attribute(path, "system.lensfs.view", view, sizeof(view)) ||
		!get_attribute(path, "system.lensfs.source", source, sizeof(source)))
		return strdup(relative);
	return asprintf(&name, "%s@%s", source, view) < 0 ? NULL : name;
}

int steer(const char *command, const char *path, json_t **ret_answer)
{
	return steer_with(command, path, NULL, ret_answer);
}

int steer_socket(const char *socket_path, const char *command, const char *path, json_t *more,
	json_t **ret_answer)
{
	return steer_at(socket_path, command, path, "", NULL, more, ret_answer, NULL);
}

static int steer_mount(const struct mount_place *place, const json_t *stats, const char *path,
	const char *command, json_t *more, json_t **ret_answer, int *ret_fd)
{
	const char *socket_path = json_string_value(json_object_get(stats, "control_socket"));
	_cleanup_free_ char *name = plain_name(path, place->relative);

	if (socket_path && name)
		return steer_at(
			socket_path, command, path, name, stats, more, ret_answer, ret_fd);
	log_error(name ? "'%s': its lensfs has no control socket; its log says why"
		       : "'%s': out of memory",
		LOG_QUOTE(path));
	return EXIT_CODE_MOUNTPOINT;
}

static int find_and_steer(
	const char *command, const char *path, json_t *more, json_t **ret_answer, int *ret_fd)
{
	struct mount_place place;
	json_t *stats;
	int code = mount_place_find(path, &place);

	if (code != EXIT_CODE_OK)
		return code;
	code = mount_place_stats(&place, path, &stats);
	if (code == EXIT_CODE_OK) {
		code = steer_mount(&place, stats, path, command, more, ret_answer, ret_fd);
		json_decref(stats);
	}
	mount_place_done(&place);
	return code;
}

int steer_with(const char *command, const char *path, json_t *more, json_t **ret_answer)
{
	return find_and_steer(command, path, more, ret_answer, NULL);
}

int steer_for_fd(const char *command, const char *path, int *ret_fd)
{
	json_t *answer = NULL;
	int code = find_and_steer(command, path, NULL, &answer, ret_fd);

	if (code != EXIT_CODE_OK)
		return code;
	json_decref(answer);
	if (*ret_fd >= 0)
		return EXIT_CODE_OK;
	log_error("'%s': its lensfs answers without what was asked for", LOG_QUOTE(path));
	return EXIT_CODE_OTHER;
}
