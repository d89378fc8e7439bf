/* SPDX-License-Identifier: MIT
 *
 * The socket is bound and reached as /proc/self/fd/N/control.sock: sun_path has room for 107
 * bytes, and cache folders are named after whole paths.
 */
#include "control/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "control/commands.h"
#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/log.h"

#define REQUEST_MAX  65536
#define PATIENCE_SEC 2 /* with a client that says nothing, or does not listen */
#define BACKLOG      64
#define LOOK_MSEC    3000 /* how often it is looked whether the socket is still in its place */

_Static_assert(COMMANDS_TRIALS_MAX < SERVER_THREADS, "somebody answers while others wait");

/* --- One client -------------------------------------------------------------------------- */

static bool may_steer(int client)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

/* True when there is something to read; false when it is time to stop, or patience has ended. */
static bool wait_for(struct server *server, int fd, int timeout_msec)
{
	struct pollfd polled[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = server->stop_fd, .events = POLLIN },
	};

	while (poll(polled, 2, timeout_msec) < 0) {
		if (errno != EINTR)
			return false;
	}
	return polled[0].revents && !polled[1].revents;
}

static bool is_stopping(struct server *server)
{
	struct pollfd polled = { .fd = server->stop_fd, .events = POLLIN };

	return poll(&polled, 1, 0) > 0;
}

/* One request and its answer. False when that was the last. */
static bool serve_one(struct server *server, int client)
{
	static const char not_yours[] =
		"{\"ok\":false,\"errno\":\"EACCES\",\"message\":\"only root and the user who "
		"mounted it may steer a lensfs\"}";
	_cleanup_free_ char *request = malloc(REQUEST_MAX), *answer = NULL;
	_cleanup_close_ int fd = -1;
	ssize_t n;

	n = request ? fdio_recv_bare(client, request, REQUEST_MAX, MSG_DONTWAIT) : 0;
	if (n <= 0)
		return false;
	if (!may_steer(client)) {
		fdio_send(client, not_yours, strlen(not_yours), NULL, 0, 0);
		return false;
	}
	answer = commands_answer(server->control, request, (size_t)n, &fd);
	return answer && fdio_send(client, answer, strlen(answer), &fd, fd >= 0, 0) == 0;
}

static void serve(struct server *server, int client)
{
	struct timeval patience = { .tv_sec = PATIENCE_SEC };

	setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	while (wait_for(server, client, PATIENCE_SEC * 1000) && serve_one(server, client))
		;
}

/* --- Life -------------------------------------------------------------------------------- */

/* The mode of a socket file is that of the socket when it is bound (unix_bind() in
 * net/unix/af_unix.c), so nobody ever sees it open to others. A descriptor or -errno. */
static int bind_socket(struct server *server)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_close_ int sock = -1;

	snprintf(address.sun_path, sizeof(address.sun_path),
		"/proc/self/fd/%d/" SERVER_SOCKET_NAME, server->folder_fd);
	if (unlinkat(server->folder_fd, SERVER_SOCKET_NAME, 0) < 0 && errno != ENOENT)
		return -errno;
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock < 0 || fchmod(sock, 0600) < 0 ||
		bind(sock, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(sock, BACKLOG) < 0)
		return -errno;
	return TAKE_FD(sock);
}

/* Who removes a cache folder under us removes the socket, too, and the folder is made anew. The
 * descriptors keep their numbers, because other threads wait for them. */
static void rebind_if_gone(struct server *server)
{
	_cleanup_free_ char *folder = NULL;
	_cleanup_close_ int folder_fd = -1, sock = -1;

	if (access(server->path, F_OK) == 0)
		return;
	folder = strndup(server->path, strlen(server->path) - strlen("/" SERVER_SOCKET_NAME));
	if (folder)
		folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd < 0 || dup3(folder_fd, server->folder_fd, O_CLOEXEC) < 0)
		return;
	sock = bind_socket(server);
	if (sock >= 0)
		dup3(sock, server->sock, O_CLOEXEC);
}

static void serve_all(struct server *server, void (*look)(struct server *server))
{
	pthread_setname_np(pthread_self(), "lensfs-control");
	while (!is_stopping(server)) {
		_cleanup_close_ int client = -1;

		if (!wait_for(server, server->sock, LOOK_MSEC)) {
			if (look)
				look(server);
			continue;
		}
		client = accept4(server->sock, NULL, NULL, SOCK_CLOEXEC);
		if (client >= 0)
			serve(server, client);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
			clock_sleep(100 * USEC_PER_MSEC);
	}
}

static void *server_main(void *arg)
{
	serve_all(arg, NULL);
	return NULL;
}

/* The one that looks after the socket, too. */
static void *first_main(void *arg)
{
	serve_all(arg, rebind_if_gone);
	return NULL;
}

static void server_close(struct server *server)
{
	close_fd(&server->sock);
	close_fd(&server->stop_fd);
	close_fd(&server->folder_fd);
	free(server->path);
	server->path = NULL;
}

/* 0 or -errno, and then some may run. */
static int start_threads(struct server *server)
{
	int r = 0;

	while (r == 0 && server->n_threads < SERVER_THREADS) {
		r = -pthread_create(&server->threads[server->n_threads], NULL,
			server->n_threads == 0 ? first_main : server_main, server);
		server->n_threads += r == 0;
	}
	return r;
}

int server_start(struct server *server, struct control *control, const char *folder)
{
	int r = 0;

	*server = (struct server){ .control = control, .sock = -1, .stop_fd = -1 };
	server->folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (server->folder_fd >= 0)
		server->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (server->stop_fd < 0)
		r = -errno;
	else if (asprintf(&server->path, "%s/" SERVER_SOCKET_NAME, folder) < 0)
		r = -ENOMEM;
	if (r == 0)
		r = server->sock = bind_socket(server);
	if (r < 0) {
		server_close(server);
		return r;
	}
	work_init(&server->work, control);
	control->work = &server->work;
	control->socket_path = server->path;
	r = start_threads(server);
	if (r < 0)
		server_stop(server);
	return r;
}

void server_hide(struct server *server)
{
	unlinkat(server->folder_fd, SERVER_SOCKET_NAME, 0);
}

void server_stop(struct server *server)
{
	eventfd_write(server->stop_fd, 1);
	for (unsigned i = 0; i < server->n_threads; i++)
		pthread_join(server->threads[i], NULL);
	work_done(&server->work);
	server->control->work = NULL;
	server_hide(server);
	server->control->socket_path = NULL;
	server_close(server);
}
