/* SPDX-License-Identifier: MIT
 *
 * One job of the real engine in the caller's process, by the encoder's own job loop and without
 * a second thread: what the daemon would say is in the socket before the loop begins. The
 * codec's init() must have been called.
 */
#ifndef TESTS_JOB_LOOP_H
#define TESTS_JOB_LOOP_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "encode/encoder/engine.h"
#include "encode/encoder/job.h"
#include "util/fdio.h"

#define JOB_LOOP_MUST(condition)                                                               \
	do {                                                                                   \
		if (!(condition))                                                              \
			abort();                                                               \
	} while (0)

/* Without threads, the job is dropped when its header is read. */
static inline void job_loop_tell(int sock, const struct encode_request *request,
	uint32_t threads, int source_fd, int output_fd)
{
	const int fds[] = { source_fd, output_fd };
	const struct encode_verdict verdict = {
		.version = PROTOCOL_VERSION,
		.kind = threads ? ENCODE_GO : ENCODE_DROP,
		.job = request->job,
		.threads = threads,
	};

	JOB_LOOP_MUST(fdio_send(sock, request, sizeof(*request), fds, 2, 0) == 0);
	JOB_LOOP_MUST(fdio_send(sock, &verdict, sizeof(verdict), NULL, 0, 0) == 0);
	JOB_LOOP_MUST(shutdown(sock, SHUT_WR) == 0);
}

/* Whether there was a reply; a header may stand before it. */
static inline bool job_loop_reply(int sock, struct encode_reply *ret)
{
	union {
		uint32_t words[2];
		struct encode_header header;
		struct encode_reply reply;
	} answer;
	int fds[FDIO_MAX_FDS];
	size_t n_fds;
	ssize_t n;

	do {
		n = fdio_recv(sock, &answer, sizeof(answer), fds, &n_fds, 0);
		JOB_LOOP_MUST(n >= 0 && n_fds == 0);
	} while (n == sizeof(answer.header) && answer.header.kind == ENCODE_HEADER);
	if (n == 0)
		return false;
	JOB_LOOP_MUST(n == sizeof(answer.reply) && answer.reply.kind == ENCODE_REPLY);
	*ret = answer.reply;
	return true;
}

/* A job that is dropped has no reply: what is returned then says ENCODE_OK and nothing else. */
static inline void job_loop(const struct encode_request *request, uint32_t threads,
	int source_fd, int output_fd, struct encode_reply *reply)
{
	int pair[2], r;

	*reply = (struct encode_reply){ 0 };
	JOB_LOOP_MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	job_loop_tell(pair[0], request, threads, source_fd, output_fd);
	/* A picture that is refused by its header leaves the verdict for the next request. */
	r = job_serve(pair[1], &engine_codec, NULL);
	JOB_LOOP_MUST(r == 0 || r == -EPROTO);
	close(pair[1]);
	JOB_LOOP_MUST(job_loop_reply(pair[0], reply) == (threads > 0) || reply->result);
	close(pair[0]);
}

#endif
