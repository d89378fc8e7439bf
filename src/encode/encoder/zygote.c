/* SPDX-License-Identifier: MIT
 *
 * One loop over two descriptors: the daemon's socket and a signalfd that tells of dead
 * children. A signalfd and not a handler, so that nothing is ever interrupted between its fork
 * and its entry in the table: SPAWNED always comes before the EXITED of the same encoder.
 */
#include "encode/encoder/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "encode/encoder/job.h"
#include "encode/encoder/leak_check.h"
#include "encode/encoder/sandbox.h"
#include "util/cleanup.h"
#include "util/fdio.h"
#include "util/log.h"

/* Far above any pool; a daemon that asks for more has lost count. */
#define CHILDREN_MAX 256

struct child {
	pid_t pid;
	uint32_t token;
};

struct zygote {
	const struct codec *codec;
	int sock;      /* borrowed */
	int signal_fd; /* owned */
	sigset_t mask; /* what encoders go back to */
	struct sandbox sandbox;
	unsigned sandbox_held; /* by the trial: enum sandbox_part */
	struct child children[CHILDREN_MAX];
	size_t n_children;
};

static int event_send(const struct zygote *z, struct zygote_event event, int fd)
{
	event.version = PROTOCOL_VERSION;
	return fdio_send(z->sock, &event, sizeof(event), &fd, fd >= 0 ? 1 : 0, 0);
}

#define ENCODER_NICE 10 /* of 19 */

/* One thread, or the child would wait for ever for locks that other threads held. The link
 * count of this folder is 2 + threads (fs/proc/base.c, proc_task_getattr). */
static int fork_check(void)
{
	struct stat st;

	if (stat("/proc/self/task", &st) < 0)
		return -errno;
	return st.st_nlink == 3 ? 0 : -EDEADLK;
}

/* Whoever asks the mount for what is there should not wait behind a codec for a processor; on
 * an idle machine an encode has it all the same. */
static void cpu_yield_to_others(void)
{
	struct sched_param none = { 0 };

	(void)setpriority(PRIO_PROCESS, 0, ENCODER_NICE);
	(void)sched_setscheduler(0, SCHED_BATCH, &none);
}

/* Under memory pressure the kernel had better take an encode than the mount. Needs no
 * privilege, and where it fails nothing is lost. */
static void oom_volunteer(void)
{
	_cleanup_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)fdio_write_full(fd, "500", 3);
}

/* In the child: away from the zygote, with standard streams and `keep` as its only descriptors
 * and under the sandbox. Returns the number that `keep` has from here on. The standard streams
 * stay because what a codec prints must not land in the next file that is opened. */
static int child_settle(
	const struct zygote *z, pid_t parent, int keep, struct sandbox_report *report)
{
	struct sandbox sandbox = z->sandbox;

	/* The parent may have died before prctl(): then nobody would send the signal. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
	if (dup3(keep, PROTOCOL_ZYGOTE_FD, O_CLOEXEC) < 0)
		_exit(1);
	closefrom(PROTOCOL_ZYGOTE_FD + 1);
	sigprocmask(SIG_SETMASK, &z->mask, NULL);
	prctl(PR_SET_NAME, "lensfs-encode");
	oom_volunteer();
	cpu_yield_to_others();
	sandbox_enter(&sandbox, report);
	return PROTOCOL_ZYGOTE_FD;
}

static _Noreturn void child_main(const struct zygote *z, pid_t parent, int job_sock)
{
	const struct encode_ready ready = { .version = PROTOCOL_VERSION, .kind = ENCODE_READY };
	struct sandbox_report report;
	int sock = child_settle(z, parent, job_sock, &report);

	/* The daemon was told of more. */
	if (report.held != z->sandbox_held) {
		log_error("an encoder without all of its sandbox ends: %s", report.missing);
		_exit(1);
	}
	if (fdio_send(sock, &ready, sizeof(ready), NULL, 0, 0) < 0)
		_exit(0);
	_exit(job_serve(sock, z->codec, report.held ? NULL : leak_check) < 0 ? 1 : 0);
}

/* Returns the pid, or -errno. */
static pid_t child_fork(struct zygote *z, int job_sock, int *ret_pidfd)
{
	pid_t parent = getpid(), pid;
	int r = fork_check();

	if (r < 0)
		return r;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		child_main(z, parent, job_sock);

	*ret_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (*ret_pidfd < 0) {
		r = -errno;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return r;
	}
	return pid;
}

static int zygote_spawn(struct zygote *z, uint32_t token, int job_sock)
{
	_cleanup_close_ int pidfd = -1;
	struct zygote_event event = { .token = token };
	pid_t pid;

	if (job_sock < 0)
		pid = -EINVAL;
	else if (z->n_children == CHILDREN_MAX)
		pid = -EAGAIN;
	else
		pid = child_fork(z, job_sock, &pidfd);

	if (pid < 0) {
		event.kind = ZYGOTE_SPAWN_FAILED;
		event.status = -pid;
		return event_send(z, event, -1);
	}
	z->children[z->n_children++] = (struct child){ .pid = pid, .token = token };
	event.kind = ZYGOTE_SPAWNED;
	event.pid = pid;
	return event_send(z, event, pidfd);
}

/* 0, or -errno when the daemon is gone or talks nonsense. */
static int request_serve(struct zygote *z)
{
	struct zygote_spawn spawn = { 0 };
	int fds[FDIO_MAX_FDS];
	size_t n_fds = 0;
	ssize_t n = fdio_recv(z->sock, &spawn, sizeof(spawn), fds, &n_fds, 0);
	int r;

	if (n < 0)
		return (int)n;
	if (n == 0)
		r = -ECONNRESET;
	else if (n != sizeof(spawn) || spawn.version != PROTOCOL_VERSION)
		r = -EPROTO;
	else
		r = zygote_spawn(z, spawn.token, n_fds == 1 ? fds[0] : -1);
	for (size_t i = 0; i < n_fds; i++)
		close(fds[i]);
	return r;
}

static int children_reap(struct zygote *z)
{
	struct signalfd_siginfo info;
	int status, r = 0;
	pid_t pid;

	/* One signal may stand for many children: it is only the reason to look. */
	while (read(z->signal_fd, &info, sizeof(info)) > 0)
		;
	while (r == 0 && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (size_t i = 0; i < z->n_children; i++) {
			struct zygote_event event = {
				.kind = ZYGOTE_EXITED,
				.token = z->children[i].token,
				.pid = pid,
				.status = status,
			};

			if (z->children[i].pid != pid)
				continue;
			z->children[i] = z->children[--z->n_children];
			r = event_send(z, event, -1);
			break;
		}
	}
	return r;
}

static int zygote_loop(struct zygote *z)
{
	struct pollfd polls[] = {
		{ .fd = z->sock, .events = POLLIN },
		{ .fd = z->signal_fd, .events = POLLIN },
	};

	for (;;) {
		int r = 0;

		if (poll(polls, ARRAY_SIZE(polls), -1) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (polls[1].revents)
			r = children_reap(z);
		if (r == 0 && polls[0].revents)
			r = request_serve(z);
		if (r < 0)
			return r;
	}
}

static void children_end(struct zygote *z)
{
	for (size_t i = 0; i < z->n_children; i++)
		kill(z->children[i].pid, SIGKILL);
	for (size_t i = 0; i < z->n_children; i++) {
		while (waitpid(z->children[i].pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	z->n_children = 0;
}

static int signals_init(struct zygote *z)
{
	sigset_t mask;

	/* ^C and a closed terminal reach the whole process group, but the end is the daemon's
	 * to decide, after its last reply. A file size limit is to be EFBIG, not a death. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);

	/* A parent may have left SIGCHLD ignored, and then the kernel reaps unasked. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &mask, &z->mask) < 0)
		return -errno;
	sigdelset(&z->mask, SIGCHLD);
	z->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return z->signal_fd < 0 ? -errno : 0;
}

/* An encoder that only tells what it is confined by. 0 or -errno. */
static int sandbox_try(struct zygote *z, struct sandbox_report *ret)
{
	_cleanup_close_ int ours = -1, theirs = -1;
	pid_t parent = getpid(), pid;
	int pipe_fds[2], r = fork_check();
	ssize_t n;

	if (r < 0)
		return r;
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	ours = pipe_fds[0];
	theirs = pipe_fds[1];
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		int fd = child_settle(z, parent, theirs, ret);

		_exit(fdio_write_full(fd, ret, sizeof(*ret)) < 0 ? 1 : 0);
	}
	close_fd(&theirs);
	do
		n = read(ours, ret, sizeof(*ret));
	while (n < 0 && errno == EINTR);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return n == sizeof(*ret) ? 0 : -ECHILD;
}

static int sandbox_prepare(struct zygote *z, enum sandbox_mode mode, struct zygote_hello *hello)
{
	struct sandbox_report report;
	int r;

	sandbox_init(&z->sandbox, mode == SANDBOX_OFF ? 0 : SANDBOX_PARTS_ALL);
	r = sandbox_try(z, &report);
	if (r < 0) {
		log_error("an encoder cannot enter its sandbox: %s", strerror(-r));
		return r;
	}
	z->sandbox_held = report.held;
	if (mode == SANDBOX_OFF)
		snprintf(hello->sandbox, sizeof(hello->sandbox), "off");
	else
		sandbox_print(report.held, hello->sandbox);
	memcpy(hello->sandbox_missing, report.missing, sizeof(report.missing));
	return 0;
}

/* Encoders show no environment, neither to a codec nor in /proc, where its text is seen as it
 * was when the program began. Whatever libraries read of it before main() they have read. */
static int environment_erase(void)
{
	for (char **p = environ; p && *p; p++)
		explicit_bzero(*p, strlen(*p));
	return clearenv() == 0 ? 0 : -ENOMEM;
}

static int setup_receive(int sock, struct zygote_setup *ret)
{
	ssize_t n = fdio_recv_bare(sock, ret, sizeof(*ret), 0);

	if (n <= 0)
		return n < 0 ? (int)n : -ECONNRESET;
	return n == sizeof(*ret) && ret->version == PROTOCOL_VERSION ? 0 : -EPROTO;
}

/* Up to the hello. 0 or -errno. */
static int zygote_prepare(struct zygote *z)
{
	struct zygote_hello hello = { .version = PROTOCOL_VERSION };
	struct zygote_setup setup;
	int r = setup_receive(z->sock, &setup);

	if (r == 0)
		r = environment_erase();
	if (r == 0)
		r = z->codec->init(&hello);
	if (r == 0)
		r = signals_init(z);
	if (r == 0)
		r = sandbox_prepare(z, setup.sandbox, &hello);
	return r < 0 ? r : fdio_send(z->sock, &hello, sizeof(hello), NULL, 0, 0);
}

int zygote_run(int sock, const struct codec *codec)
{
	struct zygote z = { .codec = codec, .sock = sock, .signal_fd = -1 };
	bool prepared;
	int r = zygote_prepare(&z);

	prepared = r == 0;
	if (prepared)
		r = zygote_loop(&z);
	children_end(&z);
	close_fd(&z.signal_fd);
	sandbox_done(&z.sandbox);
	if (r == -ECONNRESET || r == -EPIPE)
		return 0;
	log_error("%s: %s", prepared ? "stopped" : "cannot begin", strerror(-r));
	return 1;
}
