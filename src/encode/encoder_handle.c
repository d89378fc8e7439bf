/* SPDX-License-Identifier: MIT */
#include "encode/encoder_handle.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/fdio.h"

struct encoder *encoder_new(uint32_t token, int sock_consume)
{
	struct encoder *encoder = malloc(sizeof(*encoder));

	if (!encoder) {
		close(sock_consume);
		return NULL;
	}
	*encoder = (struct encoder){
		.token = token,
		.state = ENCODER_STARTING,
		.sock = sock_consume,
		.pidfd = -1,
		.state_since = now_monotonic(),
	};
	return encoder;
}

struct encoder *encoder_free(struct encoder *encoder)
{
	if (encoder) {
		close_fd(&encoder->sock);
		close_fd(&encoder->pidfd);
		free(encoder);
	}
	return NULL;
}

/* Both descriptions are shared with the encoder, offsets included, and an attempt that died may
 * have left them anywhere. */
static int rewind_files(const struct pool_job *job)
{
	if (lseek(job->source_fd, 0, SEEK_SET) < 0 || lseek(job->output_fd, 0, SEEK_SET) < 0 ||
		ftruncate(job->output_fd, 0) < 0)
		return -errno;
	return 0;
}

int encoder_send(struct encoder *encoder, struct pool_job *job, usec_t deadline_usec)
{
	const int fds[] = { job->source_fd, job->output_fd };
	int r = rewind_files(job);

	if (r == 0)
		r = fdio_send(encoder->sock, &job->request, sizeof(job->request), fds, 2, 0);
	if (r < 0)
		return r;
	encoder->job = job;
	encoder->state = ENCODER_BUSY;
	encoder->job_started = now_monotonic();
	encoder->deadline = encoder->job_started + deadline_usec;
	return 0;
}

/* Words of a process that a hostile picture may have taken over: one line, nothing but text. */
static void clean_reason(char reason[PROTOCOL_REASON_MAX])
{
	reason[PROTOCOL_REASON_MAX - 1] = '\0';
	for (char *c = reason; *c; c++) {
		if (iscntrl((unsigned char)*c) || (unsigned char)*c >= 0x7f)
			*c = '?';
	}
}

int encoder_receive(struct encoder *encoder, struct encode_reply *ret)
{
	int fds[FDIO_MAX_FDS];
	size_t n_fds = 0;
	ssize_t n = fdio_recv(encoder->sock, ret, sizeof(*ret), fds, &n_fds, MSG_DONTWAIT);

	if (n == -EAGAIN)
		return 0;
	if (n <= 0)
		return n < 0 ? (int)n : -ECONNRESET;
	for (size_t i = 0; i < n_fds; i++)
		close(fds[i]);
	if (n != sizeof(*ret) || ret->version != PROTOCOL_VERSION || n_fds != 0 ||
		!encoder->job || ret->job != encoder->job->request.job)
		return -EPROTO;
	clean_reason(ret->reason);
	return 1;
}

void encoder_end(struct encoder *encoder, bool kill_it)
{
	if (kill_it && encoder->pidfd >= 0)
		syscall(SYS_pidfd_send_signal, encoder->pidfd, SIGKILL, NULL, 0);
	close_fd(&encoder->sock);
	if (encoder->state != ENCODER_ENDING)
		encoder->state_since = now_monotonic();
	encoder->state = ENCODER_ENDING;
}

void encoder_put_down(struct encoder *encoder)
{
	struct pollfd gone = { .fd = encoder->pidfd, .events = POLLIN };

	encoder_end(encoder, true);
	/* A pidfd is readable when its process ended (pidfd_open(2)). What is still there after
	 * a second sleeps in the kernel, and wakes up only to die. */
	while (encoder->pidfd >= 0 && poll(&gone, 1, 1000) < 0 && errno == EINTR)
		;
}
