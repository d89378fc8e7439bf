/* SPDX-License-Identifier: MIT
 *
 * By system calls where glibc would do more than the one call or keep a result of its own.
 */
#include "attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"

#define DESCRIPTORS 256
#define FOUR_GIB    ((off_t)4 << 30)

/* The result of a call that gives a descriptor, which is not kept. */
static int result_of(int fd)
{
	int r = fd < 0 ? -errno : 0;

	close_fd(&fd);
	return r;
}

static int result_of_call(long result)
{
	return result < 0 ? -errno : 0;
}

static int try_open(const char *path, int fd)
{
	(void)fd;
	return result_of(open(path, O_RDONLY | O_CLOEXEC));
}

static int try_create(const char *path, int fd)
{
	(void)fd;
	return result_of(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int try_exec(const char *path, int fd)
{
	char *const none[] = { NULL };

	(void)fd;
	execve(path, none, none);
	return -errno;
}

static int try_fork(const char *path, int fd)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	(void)path;
	(void)fd;
	if (pid == 0)
		syscall(SYS_exit_group, 0);
	if (pid > 0)
		waitpid((pid_t)pid, NULL, 0);
	return result_of_call(pid);
}

static void *thread_main(void *arg)
{
	return arg;
}

static int try_thread(const char *path, int fd)
{
	pthread_t thread;
	int r = -pthread_create(&thread, NULL, thread_main, NULL);

	(void)path;
	(void)fd;
	return r < 0 ? r : -pthread_join(thread, NULL);
}

static int try_socket(const char *path, int fd)
{
	(void)path;
	(void)fd;
	return result_of(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static int try_socketpair(const char *path, int fd)
{
	int pair[2];

	(void)path;
	(void)fd;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	close(pair[0]);
	return result_of(pair[1]);
}

/* Of the program as it began: in an encoder the zygote's parent, the daemon. Who asks later is
 * refused by the sandbox. */
static pid_t parent;

__attribute__((constructor)) static void parent_note(void)
{
	parent = getppid();
}

static int try_kill(const char *path, int fd)
{
	(void)path;
	(void)fd;
	return result_of_call(kill(parent, 0));
}

static int try_tgkill(const char *path, int fd)
{
	(void)path;
	(void)fd;
	return result_of_call(syscall(SYS_tgkill, parent, parent, 0));
}

static int try_ptrace(const char *path, int fd)
{
	(void)path;
	(void)fd;
	return result_of_call(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int try_dump(const char *path, int fd)
{
	int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);

	(void)path;
	(void)fd;
	return dumpable < 0 ? -errno : dumpable ? 0 : -EPERM;
}

static int try_root(const char *path, int fd)
{
	(void)path;
	(void)fd;
	return result_of_call(syscall(SYS_setresuid, 0, 0, 0));
}

static int try_chroot(const char *path, int fd)
{
	(void)path;
	(void)fd;
	return result_of_call(chroot("/"));
}

static int try_userns(const char *path, int fd)
{
	(void)path;
	(void)fd;
	return result_of_call(unshare(CLONE_NEWUSER));
}

static int try_memfd(const char *path, int fd)
{
	(void)path;
	(void)fd;
	return result_of(memfd_create("attempt", MFD_CLOEXEC));
}

static int try_descriptors(const char *path, int fd)
{
	int fds[DESCRIPTORS], n = 0, r = 0;

	(void)path;
	while (r == 0 && n < DESCRIPTORS) {
		fds[n] = dup(fd);
		if (fds[n] < 0)
			r = -errno;
		else
			n++;
	}
	while (n > 0)
		close(fds[--n]);
	return r;
}

static int try_big_file(const char *path, int fd)
{
	int r = result_of_call(pwrite(fd, "x", 1, FOUR_GIB));

	(void)path;
	return r < 0 ? r : result_of_call(ftruncate(fd, 0));
}

static int try_limits(const char *path, int fd)
{
	struct rlimit more = { .rlim_cur = DESCRIPTORS, .rlim_max = DESCRIPTORS };

	(void)path;
	(void)fd;
	return result_of_call(setrlimit(RLIMIT_NOFILE, &more));
}

static const struct {
	const char *name;
	int (*make)(const char *path, int fd);
} attempts[] = {
	{ "open", try_open },
	{ "create", try_create },
	{ "exec", try_exec },
	{ "fork", try_fork },
	{ "thread", try_thread },
	{ "socket", try_socket },
	{ "socketpair", try_socketpair },
	{ "kill", try_kill },
	{ "tgkill", try_tgkill },
	{ "ptrace", try_ptrace },
	{ "dump", try_dump },
	{ "root", try_root },
	{ "chroot", try_chroot },
	{ "userns", try_userns },
	{ "memfd", try_memfd },
	{ "descriptors", try_descriptors },
	{ "big-file", try_big_file },
	{ "limits", try_limits },
};

int attempt(const char *what, int fd)
{
	size_t n = strcspn(what, ":");

	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		if (strlen(attempts[i].name) == n && memcmp(attempts[i].name, what, n) == 0)
			return attempts[i].make(what[n] ? what + n + 1 : "", fd);
	}
	return 1;
}
