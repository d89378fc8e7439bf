/* SPDX-License-Identifier: MIT */
#include "encoder_client.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/fdio.h"

#define PATIENCE_MSEC 20000

static void socket_pair(int pair[2])
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

static void wait_readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	ck_assert_int_eq(poll(&p, 1, PATIENCE_MSEC), 1);
}

void client_start(struct client *client, const char *variable)
{
	const char *sandbox = getenv("LENSFS_TEST_SANDBOX");
	const struct zygote_setup setup = {
		.version = PROTOCOL_VERSION,
		.sandbox = sandbox && strcmp(sandbox, "off") == 0 ? SANDBOX_OFF : SANDBOX_AUTO,
	};
	const char *path = getenv(variable);
	int fds[FDIO_MAX_FDS], pair[2];
	size_t n_fds;

	ck_assert_msg(path, "%s is not set", variable);
	socket_pair(pair);
	client->pid = fork();
	ck_assert_int_ge(client->pid, 0);
	if (client->pid == 0) {
		if (pair[1] == PROTOCOL_ZYGOTE_FD)
			fcntl(pair[1], F_SETFD, 0);
		else
			dup2(pair[1], PROTOCOL_ZYGOTE_FD);
		execl(path, path, (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	client->sock = pair[0];
	ck_assert_int_eq(fdio_send(client->sock, &setup, sizeof(setup), NULL, 0, 0), 0);
	wait_readable(client->sock);
	ck_assert_int_eq(
		fdio_recv(client->sock, &client->hello, sizeof(client->hello), fds, &n_fds, 0),
		sizeof(client->hello));
	ck_assert_uint_eq(client->hello.version, PROTOCOL_VERSION);
	ck_assert_uint_eq(n_fds, 0);
}

void client_stop(struct client *client)
{
	int status;

	close(client->sock);
	ck_assert_int_eq(waitpid(client->pid, &status, 0), client->pid);
	ck_assert_int_eq(status, 0);
}

struct zygote_event client_event(struct client *client, int *ret_fd)
{
	struct zygote_event event;
	int fds[FDIO_MAX_FDS];
	size_t n_fds;

	wait_readable(client->sock);
	ck_assert_int_eq(
		fdio_recv(client->sock, &event, sizeof(event), fds, &n_fds, 0), sizeof(event));
	ck_assert_uint_eq(event.version, PROTOCOL_VERSION);
	ck_assert_uint_le(n_fds, 1);
	*ret_fd = n_fds ? fds[0] : -1;
	return event;
}

static void wait_ready(int sock)
{
	struct encode_ready ready;
	int fds[FDIO_MAX_FDS];
	size_t n_fds;

	wait_readable(sock);
	ck_assert_int_eq(fdio_recv(sock, &ready, sizeof(ready), fds, &n_fds, 0), sizeof(ready));
	ck_assert_uint_eq(n_fds, 0);
	ck_assert_uint_eq(ready.version, PROTOCOL_VERSION);
	ck_assert_uint_eq(ready.kind, ENCODE_READY);
}

struct spawned client_spawn(struct client *client, uint32_t token)
{
	struct zygote_spawn spawn = { .version = PROTOCOL_VERSION, .token = token };
	struct spawned spawned = { .token = token };
	struct zygote_event event;
	int pair[2];

	socket_pair(pair);
	ck_assert_int_eq(fdio_send(client->sock, &spawn, sizeof(spawn), &pair[1], 1, 0), 0);
	close(pair[1]);
	spawned.sock = pair[0];
	event = client_event(client, &spawned.pidfd);
	ck_assert_uint_eq(event.kind, ZYGOTE_SPAWNED);
	ck_assert_uint_eq(event.token, token);
	ck_assert_int_ge(spawned.pidfd, 0);
	spawned.pid = event.pid;
	wait_ready(spawned.sock);
	return spawned;
}

void spawned_close(struct spawned *spawned)
{
	close(spawned->sock);
	close(spawned->pidfd);
}

int memory_file(const void *data, size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fdio_pwrite_full(fd, data, size, 0), 0);
	return fd;
}

void *memory_bytes(int fd, size_t *ret_size)
{
	struct stat st;
	char *bytes;

	ck_assert_int_eq(fstat(fd, &st), 0);
	*ret_size = (size_t)st.st_size;
	bytes = malloc(*ret_size + 1);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(fdio_pread_full(fd, bytes, *ret_size, 0), st.st_size);
	return bytes;
}

struct view view_of(const char *text, enum format source)
{
	char reason[VIEW_REASON_MAX];
	struct view view;

	ck_assert_msg(view_parse(text, strlen(text), NULL, &view, reason) == 0, "%s", reason);
	ck_assert_msg(view_resolve(&view, source, &view, reason) == 0, "%s", reason);
	return view;
}

struct encode_request request_of(const char *view, enum format source)
{
	static uint64_t job;

	return (struct encode_request){
		.version = PROTOCOL_VERSION,
		.job = ++job,
		.max_pixels = 100000000,
		.max_frames = 256,
		.source_format = source,
		.view = view_of(view, source),
	};
}

void job_send(const struct spawned *spawned, const struct encode_request *request,
	int source_fd, int output_fd)
{
	int fds[] = { source_fd, output_fd };

	ck_assert_int_eq(fdio_send(spawned->sock, request, sizeof(*request), fds, 2, 0), 0);
}

union answer {
	struct {
		uint32_t version, kind;
		uint64_t job;
	};
	struct encode_header header;
	struct encode_reply reply;
};

/* False at the end of stream. */
static bool answer_receive(const struct spawned *spawned, union answer *ret)
{
	int fds[FDIO_MAX_FDS];
	size_t n_fds;
	ssize_t n;

	wait_readable(spawned->sock);
	n = fdio_recv(spawned->sock, ret, sizeof(*ret), fds, &n_fds, 0);
	if (n == 0 || n == -ECONNRESET)
		return false;
	ck_assert_uint_eq(n_fds, 0);
	ck_assert_uint_eq(ret->version, PROTOCOL_VERSION);
	ck_assert_int_eq(
		n, ret->kind == ENCODE_HEADER ? sizeof(ret->header) : sizeof(ret->reply));
	return true;
}

bool job_header(const struct spawned *spawned, const struct encode_request *request,
	struct encode_facts *ret, struct encode_reply *ret_reply)
{
	union answer answer;

	if (!answer_receive(spawned, &answer))
		return false;
	ck_assert_uint_eq(answer.job, request->job);
	if (answer.kind == ENCODE_REPLY) {
		*ret_reply = answer.reply;
		return false;
	}
	*ret = answer.header.facts;
	return true;
}

static void verdict_send(const struct spawned *spawned, const struct encode_verdict *verdict)
{
	ck_assert_int_eq(fdio_send(spawned->sock, verdict, sizeof(*verdict), NULL, 0, 0), 0);
}

void job_go(const struct spawned *spawned, const struct encode_request *request,
	unsigned threads, uint64_t max_address_space)
{
	verdict_send(spawned, &(struct encode_verdict){
				      .version = PROTOCOL_VERSION,
				      .kind = ENCODE_GO,
				      .job = request->job,
				      .threads = threads,
				      .max_address_space = max_address_space,
			      });
}

void job_drop(const struct spawned *spawned, const struct encode_request *request)
{
	verdict_send(spawned, &(struct encode_verdict){
				      .version = PROTOCOL_VERSION,
				      .kind = ENCODE_DROP,
				      .job = request->job,
			      });
}

bool job_receive(const struct spawned *spawned, struct encode_reply *ret)
{
	union answer answer;

	if (!answer_receive(spawned, &answer))
		return false;
	if (answer.kind == ENCODE_HEADER) {
		struct encode_request request = { .job = answer.job };

		job_go(spawned, &request, 1, 0);
		if (!answer_receive(spawned, &answer))
			return false;
	}
	ck_assert_uint_eq(answer.kind, ENCODE_REPLY);
	*ret = answer.reply;
	return true;
}

struct encode_reply job_do(const struct spawned *spawned, const struct encode_request *request,
	int source_fd, int output_fd)
{
	struct encode_reply reply;

	job_send(spawned, request, source_fd, output_fd);
	ck_assert(job_receive(spawned, &reply));
	ck_assert_uint_eq(reply.version, PROTOCOL_VERSION);
	ck_assert_uint_eq(reply.job, request->job);
	ck_assert_uint_gt(reply.maxrss_bytes, 0);
	ck_assert_ptr_null(strpbrk(reply.reason, "\r\n\t"));
	ck_assert_int_eq(reply.result == ENCODE_OK, reply.reason[0] == '\0');
	return reply;
}
