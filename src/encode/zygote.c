/* SPDX-License-Identifier: MIT */
#include "encode/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "util/cleanup.h"
#include "util/fdio.h"

#define HELLO_TIMEOUT_MSEC 10000

/* What an encoder may know of our environment: where libraries are, and what the sanitizers of
 * the test lanes were told. */
static const char *const passed_on[] = {
	"LD_LIBRARY_PATH",
	"ASAN_OPTIONS",
	"UBSAN_OPTIONS",
	"LSAN_OPTIONS",
	"TSAN_OPTIONS",
	"VIPS_NOVECTOR",
};

/* The environment of the zygote, as a NULL-terminated vector of owned strings. */
static void environment_fill(char *env[static ARRAY_SIZE(passed_on) + 2])
{
	size_t n = 0;

	env[n++] = strdup("LC_ALL=C.UTF-8");
	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++) {
		const char *value = getenv(passed_on[i]);

		if (value && asprintf(&env[n], "%s=%s", passed_on[i], value) >= 0)
			n++;
	}
	env[n] = NULL;
}

static int spawn_program(const char *path, bool keep_stderr, int sock, pid_t *ret_pid)
{
	char *env[ARRAY_SIZE(passed_on) + 2];
	char *const argv[] = { (char *)(uintptr_t) "lensfs-encoder", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int r;

	environment_fill(env);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, sock, PROTOCOL_ZYGOTE_FD);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (!keep_stderr)
		posix_spawn_file_actions_addopen(
			&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&attr);
	/* A group of its own: Ctrl-C is the daemon's to hear, which then ends us in order. */
	posix_spawnattr_setflags(
		&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	r = -posix_spawn(ret_pid, path, &actions, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	for (char **p = env; *p; p++)
		free(*p);
	return r;
}

static int send_setup(struct zygote *zygote, enum sandbox_mode sandbox)
{
	const struct zygote_setup setup = { .version = PROTOCOL_VERSION, .sandbox = sandbox };
	int r = fdio_send(zygote->sock, &setup, sizeof(setup), NULL, 0, 0);

	/* Gone already, which the wait for its hello tells in the same words as later. */
	return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

static int wait_for_hello(struct zygote *zygote)
{
	struct pollfd pfd = { .fd = zygote->sock, .events = POLLIN };
	ssize_t n;

	do
		n = poll(&pfd, 1, HELLO_TIMEOUT_MSEC);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return -ETIMEDOUT;
	n = fdio_recv_bare(zygote->sock, &zygote->hello, sizeof(zygote->hello), 0);
	if (n == 0)
		return -ECONNRESET;
	if (n < 0)
		return (int)n;
	zygote->hello.fingerprint[PROTOCOL_FINGERPRINT_MAX - 1] = '\0';
	zygote->hello.sandbox[PROTOCOL_SANDBOX_MAX - 1] = '\0';
	zygote->hello.sandbox_missing[PROTOCOL_SANDBOX_MAX - 1] = '\0';
	if (n != sizeof(zygote->hello) || zygote->hello.version != PROTOCOL_VERSION)
		return -EPROTO;
	return fcntl(zygote->sock, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

int zygote_start(
	struct zygote *zygote, const char *path, bool keep_stderr, enum sandbox_mode sandbox)
{
	_cleanup_close_ int theirs = -1;
	int pair[2], r;

	*zygote = ZYGOTE_INIT;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	zygote->sock = pair[0];
	theirs = pair[1];
	r = spawn_program(path, keep_stderr, theirs, &zygote->pid);
	close_fd(&theirs);
	if (r == 0)
		r = send_setup(zygote, sandbox);
	if (r == 0)
		r = wait_for_hello(zygote);
	if (r < 0)
		zygote_stop(zygote);
	return r;
}

int zygote_spawn(struct zygote *zygote, uint32_t token, int *ret_sock)
{
	struct zygote_spawn spawn = { .version = PROTOCOL_VERSION, .token = token };
	_cleanup_close_ int ours = -1, theirs = -1;
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	ours = pair[0];
	theirs = pair[1];
	/* Only our end: the encoder waits in recvmsg and wants it to block. */
	if (fcntl(ours, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	r = fdio_send(zygote->sock, &spawn, sizeof(spawn), &theirs, 1, 0);
	if (r < 0)
		return r;
	*ret_sock = TAKE_FD(ours);
	return 0;
}

int zygote_event(struct zygote *zygote, struct zygote_event *ret, int *ret_pidfd)
{
	int fds[FDIO_MAX_FDS];
	size_t n_fds = 0;
	ssize_t n = fdio_recv(zygote->sock, ret, sizeof(*ret), fds, &n_fds, MSG_DONTWAIT);

	*ret_pidfd = -1;
	if (n == -EAGAIN)
		return 0;
	if (n <= 0)
		return n < 0 ? (int)n : -ECONNRESET;
	for (size_t i = 1; i < n_fds; i++)
		close(fds[i]);
	if (n_fds > 0)
		*ret_pidfd = fds[0];
	if (n != sizeof(*ret) || ret->version != PROTOCOL_VERSION) {
		close_fd(ret_pidfd);
		return -EPROTO;
	}
	return 1;
}

void zygote_stop(struct zygote *zygote)
{
	close_fd(&zygote->sock);
	if (zygote->pid > 0) {
		/* The end of stream is enough for a healthy one; a hung one needs more. */
		kill(zygote->pid, SIGKILL);
		while (waitpid(zygote->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	zygote->pid = 0;
}
