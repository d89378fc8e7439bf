/* SPDX-License-Identifier: MIT */
#include "control/prober.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/fs.h"
#include "util/cleanup.h"
#include "util/fdio.h"

/* A word each way: nothing in it matters but that it came, and back the positive errno. */

static uint8_t look(const char *path)
{
	struct statx stx;
	int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;

	return statx(AT_FDCWD, path, flags, STATX_TYPE, &stx) < 0 ? (uint8_t)errno : 0;
}

static _Noreturn void prober_main(int sock, const char *path)
{
	uint8_t word;

	prctl(PR_SET_NAME, "lensfs-prober");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (fdio_recv_bare(sock, &word, sizeof(word), 0) == sizeof(word)) {
		word = look(path);
		if (fdio_send(sock, &word, sizeof(word), NULL, 0, MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

int prober_start(struct prober *prober, const char *folder, int fuse_fd)
{
	_cleanup_free_ char *path = NULL;
	int pair[2];

	*prober = PROBER_INIT;
	if (asprintf(&path, "%s/" CONTROL_DIR_NAME "/stats.json", folder) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	prober->pid = fork();
	if (prober->pid == 0) {
		close(pair[0]);
		if (fuse_fd >= 0)
			close(fuse_fd);
		prober_main(pair[1], path);
	}
	close(pair[1]);
	prober->sock = pair[0];
	if (prober->pid < 0) {
		int error = errno;

		close_fd(&prober->sock);
		prober->pid = 0;
		return -error;
	}
	return 0;
}

void prober_stop(struct prober *prober)
{
	close_fd(&prober->sock);
	if (prober->pid > 0) {
		kill(prober->pid, SIGKILL);
		while (waitpid(prober->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	prober->pid = 0;
}

int prober_ask(struct prober *prober)
{
	const uint8_t word = 0;

	return fdio_send(prober->sock, &word, sizeof(word), NULL, 0, MSG_NOSIGNAL);
}

int prober_answer(struct prober *prober, bool *ret_answers)
{
	uint8_t error;
	ssize_t n = fdio_recv_bare(prober->sock, &error, sizeof(error), 0);

	if (n != sizeof(error))
		return n < 0 ? (int)n : -ECONNRESET;
	/* Whoever looks where nothing is mounted any more is answered, too. */
	*ret_answers = error != ENOTCONN && error != ECONNABORTED;
	return 0;
}
