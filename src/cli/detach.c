/* SPDX-License-Identifier: MIT */
#include "cli/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/log.h"

int detach_fork(int *ret_pipe)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid < 0) {
		int error = errno;

		close(fds[0]);
		close(fds[1]);
		return -error;
	}
	*ret_pipe = pid > 0 ? fds[0] : fds[1];
	close(pid > 0 ? fds[1] : fds[0]);
	return pid > 0;
}

int detach_wait(int pipe_fd, const char *folder)
{
	struct statfs st;
	uint8_t code;
	ssize_t n;

	do
		n = read(pipe_fd, &code, sizeof(code));
	while (n < 0 && errno == EINTR);
	close(pipe_fd);
	if (n != sizeof(code)) {
		log_error("the daemon died before it could mount; 'lensfs -f' shows why");
		return EXIT_CODE_OTHER;
	}
	if (code == EXIT_CODE_OK && folder && statfs(folder, &st) < 0) {
		log_error("mounted, but '%s' does not answer: %s", LOG_QUOTE(folder),
			strerror(errno));
		return EXIT_CODE_MOUNT;
	}
	return code;
}

void detach_stdio(void)
{
	_cleanup_close_ int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (chdir("/") < 0)
		log_debug("chdir: %s", strerror(errno));
	log_to_syslog();
	for (int fd = 0; null_fd >= 0 && fd <= 2; fd++)
		dup2(null_fd, fd);
}

void detach_ready(int pipe_fd, int exit_code)
{
	uint8_t code = (uint8_t)exit_code;

	fdio_write_full(pipe_fd, &code, sizeof(code));
	close(pipe_fd);
}
