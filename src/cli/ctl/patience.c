/* SPDX-License-Identifier: MIT */
#include "cli/ctl/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "util/cleanup.h"
#include "util/fdio.h"

/* More than any control file has. */
#define TEXT_MAX ((size_t)16 << 20)
#define STEP     65536

/* After a SIGKILL; what has not ended then is left to init. */
#define REAP_MSEC 1000

static _Noreturn void run_child(
	int (*work)(void *context, int out_fd), void *context, int out_fd)
{
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	r = work(context, out_fd);
	/* No buffer of ours is written twice. */
	_exit(r < 0 && -r < 256 ? -r : r < 0 ? EIO : 0);
}

/* Reads to the end of stream, or to the deadline. */
static int collect(int fd, usec_t deadline, char **ret_text, size_t *ret_length)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0, size = 0;

	for (;;) {
		struct pollfd polled = { .fd = fd, .events = POLLIN };
		usec_t now = now_monotonic();
		ssize_t n;

		if (now >= deadline)
			return -ETIMEDOUT;
		n = poll(&polled, 1, (int)((deadline - now) / USEC_PER_MSEC) + 1);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n <= 0)
			continue;
		if (size > TEXT_MAX)
			return -EFBIG;
		if (size - length < STEP) {
			char *grown = realloc(text, size + STEP + 1);

			if (!grown)
				return -ENOMEM;
			text = grown;
			size += STEP;
		}
		n = read(fd, text + length, size - length);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		length += n > 0 ? (size_t)n : 0;
	}
	text[length] = '\0';
	*ret_text = TAKE_PTR(text);
	*ret_length = length;
	return 0;
}

/* Its exit code as -errno; one that does not end is killed, and left where even that fails. */
static int reap(pid_t pid, usec_t deadline)
{
	usec_t killed_at = 0;

	for (;;) {
		usec_t now = now_monotonic();
		int status;
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended < 0 && errno != EINTR)
			return -errno;
		if (ended == pid)
			return killed_at           ? -ETIMEDOUT
			       : WIFEXITED(status) ? -WEXITSTATUS(status)
			                           : -EIO;
		if (!killed_at && now >= deadline) {
			kill(pid, SIGKILL);
			killed_at = now;
		}
		if (killed_at && now >= killed_at + REAP_MSEC * USEC_PER_MSEC)
			return -ETIMEDOUT;
		clock_sleep(USEC_PER_MSEC);
	}
}

int patience_run(int (*work)(void *context, int out_fd), void *context, usec_t limit,
	char **ret_text, size_t *ret_length)
{
	_cleanup_close_ int in_fd = -1;
	usec_t deadline = now_monotonic() + limit;
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	int ends[2], r, code;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	in_fd = ends[0];
	pid = fork();
	if (pid == 0)
		run_child(work, context, ends[1]);
	r = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (r < 0)
		return r;
	r = collect(in_fd, deadline, &text, &length);
	code = reap(pid, r < 0 ? 0 : deadline);
	if (r < 0 || code < 0)
		return r < 0 ? r : code;
	*ret_text = TAKE_PTR(text);
	*ret_length = length;
	return 0;
}

static int copy_file(void *context, int out_fd)
{
	const char *path = context;
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buffer[STEP];
	ssize_t n = 0;
	int r = fd < 0 ? -errno : 0;

	while (r == 0 && (n = read(fd, buffer, sizeof(buffer))) > 0)
		r = fdio_write_full(out_fd, buffer, (size_t)n);
	return n < 0 ? -errno : r;
}

int patience_read(const char *path, usec_t limit, char **ret_text, size_t *ret_length)
{
	return patience_run(copy_file, (void *)(uintptr_t)path, limit, ret_text, ret_length);
}
