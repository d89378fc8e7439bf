/* SPDX-License-Identifier: MIT
 *
 * One system call at a time, for mount cases: what a shell cannot ask, or would ask with an
 * fstat() before, which is the very thing under test.
 *
 *	probe try CALL PATH [ARG]	"OK", or the name of the errno
 *	probe xattr PATH NAME		the value, with no lstat() before
 *	probe sendfile PATH		the bytes, by sendfile() with no fstat() before
 *	probe splice PATH		the bytes, by splice() through a pipe, likewise
 *	probe mmap PATH SIZE		SIZE bytes of a mapping, likewise
 *	probe ends PATH			where SEEK_END is, and then st_size
 *	probe hold PATH SIGNAL		opens, says "open", and copies to stdout once SIGNAL exists
 *	probe spin PATH SIGNAL HOW	reads it all until SIGNAL exists, says how often; HOW:
 *					`named` opens it each time, `open` only once
 *	probe latency CALL COUNT PATH…	microseconds of COUNT calls: median, 99 %, maximum
 *
 * CALLs of latency reach the daemon each time: `lookup` asks for a new name that is not there
 * (PATH is the prefix), `stat` forces the attributes to be asked for, `read` has the pages
 * dropped first. `warm` is stat and read as the kernel answers them by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerrorname_np(errno));
	exit(1);
}

static int open_source(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

/* --- try --------------------------------------------------------------------------------- */

static int opened(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : close(fd);
}

static int try_open(const char *path, const char *arg)
{
	(void)arg;
	return opened(path, O_RDONLY);
}

static int try_opath(const char *path, const char *arg)
{
	(void)arg;
	return opened(path, O_PATH);
}

static int try_write(const char *path, const char *arg)
{
	(void)arg;
	return opened(path, O_WRONLY);
}

static int try_append(const char *path, const char *arg)
{
	(void)arg;
	return opened(path, O_RDWR | O_APPEND);
}

static int try_creat(const char *path, const char *arg)
{
	(void)arg;
	return opened(path, O_WRONLY | O_CREAT | O_EXCL);
}

static int try_tmpfile(const char *path, const char *arg)
{
	(void)arg;
	return opened(path, O_WRONLY | O_TMPFILE);
}

static int try_read(const char *path, const char *arg)
{
	char buf[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	(void)arg;
	if (fd < 0)
		return -1;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		;
	return (int)n;
}

static int try_drop(const char *path, const char *arg)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	(void)arg;
	if (fd < 0)
		return -1;
	r = posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	errno = r;
	return r ? -1 : 0;
}

static int try_stat(const char *path, const char *arg)
{
	struct stat st;

	(void)arg;
	return stat(path, &st);
}

static int try_lookup(const char *path, const char *arg)
{
	return try_opath(path, arg);
}

static int try_truncate(const char *path, const char *arg)
{
	(void)arg;
	return truncate(path, 0);
}

static int try_unlink(const char *path, const char *arg)
{
	(void)arg;
	return unlink(path);
}

static int try_mkdir(const char *path, const char *arg)
{
	(void)arg;
	return mkdir(path, 0700);
}

static int try_rmdir(const char *path, const char *arg)
{
	(void)arg;
	return rmdir(path);
}

static int try_mknod(const char *path, const char *arg)
{
	(void)arg;
	return mknod(path, S_IFIFO | 0600, 0);
}

static int try_mksock(const char *path, const char *arg)
{
	(void)arg;
	return mknod(path, S_IFSOCK | 0600, 0);
}

static int try_symlink(const char *path, const char *arg)
{
	return symlink(arg, path);
}

static int try_rename(const char *path, const char *arg)
{
	return rename(path, arg);
}

static int try_link(const char *path, const char *arg)
{
	return link(path, arg);
}

static int try_chmod(const char *path, const char *arg)
{
	(void)arg;
	return chmod(path, 0777);
}

static int try_chown(const char *path, const char *arg)
{
	(void)arg;
	return chown(path, 1, 1);
}

static int try_utimes(const char *path, const char *arg)
{
	(void)arg;
	return utimensat(AT_FDCWD, path, NULL, 0);
}

static int try_setxattr(const char *path, const char *arg)
{
	return setxattr(path, "user.lensfs-test", arg, strlen(arg), 0);
}

static int try_removexattr(const char *path, const char *arg)
{
	return removexattr(path, arg);
}

static int try_getxattr(const char *path, const char *arg)
{
	char value[4096];

	return getxattr(path, arg, value, sizeof(value)) < 0 ? -1 : 0;
}

static const struct {
	const char *name;
	int (*call)(const char *path, const char *arg);
} calls[] = {
	{ "open", try_open },
	{ "opath", try_opath },
	{ "write", try_write },
	{ "append", try_append },
	{ "creat", try_creat },
	{ "tmpfile", try_tmpfile },
	{ "read", try_read },
	{ "stat", try_stat },
	{ "drop", try_drop },
	{ "lookup", try_lookup },
	{ "truncate", try_truncate },
	{ "unlink", try_unlink },
	{ "mkdir", try_mkdir },
	{ "rmdir", try_rmdir },
	{ "mknod", try_mknod },
	{ "mksock", try_mksock },
	{ "symlink", try_symlink },
	{ "rename", try_rename },
	{ "link", try_link },
	{ "chmod", try_chmod },
	{ "chown", try_chown },
	{ "utimes", try_utimes },
	{ "setxattr", try_setxattr },
	{ "removexattr", try_removexattr },
	{ "getxattr", try_getxattr },
};

static int run_try(const char *call, const char *path, const char *arg)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(calls[i].name, call) != 0)
			continue;
		puts(calls[i].call(path, arg) < 0 ? strerrorname_np(errno) : "OK");
		return 0;
	}
	fprintf(stderr, "probe: no call '%s'\n", call);
	return 2;
}

/* --- Bytes ------------------------------------------------------------------------------- */

static void write_all(const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(STDOUT_FILENO, bytes, size);

		if (n < 0)
			die("write");
		bytes += n;
		size -= (size_t)n;
	}
}

static int run_xattr(const char *path, const char *name)
{
	char value[65536];
	ssize_t n = lgetxattr(path, name, value, sizeof(value));

	if (n < 0)
		die(name);
	write_all(value, (size_t)n);
	return 0;
}

static int run_sendfile(const char *path)
{
	int fd = open_source(path);
	ssize_t n;

	while ((n = sendfile(STDOUT_FILENO, fd, NULL, 1 << 30)) > 0)
		;
	if (n < 0)
		die("sendfile");
	return 0;
}

static int run_splice(const char *path)
{
	int fd = open_source(path), pipe_fds[2];
	ssize_t n;

	if (pipe(pipe_fds) < 0)
		die("pipe");
	while ((n = splice(fd, NULL, pipe_fds[1], NULL, 65536, 0)) > 0) {
		while (n > 0) {
			ssize_t out =
				splice(pipe_fds[0], NULL, STDOUT_FILENO, NULL, (size_t)n, 0);

			if (out <= 0)
				die("splice out");
			n -= out;
		}
	}
	if (n < 0)
		die("splice");
	return 0;
}

static int run_mmap(const char *path, const char *size_text)
{
	size_t size = strtoul(size_text, NULL, 10);
	int fd = open_source(path);
	char *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	char *copy = malloc(size);

	if (map == MAP_FAILED || !copy)
		die("mmap");
	/* Touched by this process, where a page that is not there is a SIGBUS. */
	memcpy(copy, map, size);
	write_all(copy, size);
	free(copy);
	return 0;
}

static int run_ends(const char *path)
{
	int fd = open_source(path);
	off_t end = lseek(fd, 0, SEEK_END);
	struct stat st;

	if (end < 0 || fstat(fd, &st) < 0)
		die("lseek");
	printf("%lld %lld\n", (long long)end, (long long)st.st_size);
	return 0;
}

static int run_hold(const char *path, const char *signal_path)
{
	static char buf[65536];
	int fd = open_source(path);
	ssize_t n;

	fputs("open\n", stderr);
	while (access(signal_path, F_OK) != 0)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		write_all(buf, (size_t)n);
	if (n < 0)
		die("read");
	return 0;
}

static int run_spin(const char *path, const char *signal_path, bool named)
{
	static char buf[1 << 20];
	int fd = open_source(path);
	unsigned long rounds = 0;

	for (; access(signal_path, F_OK) != 0; rounds++) {
		if (named && close(fd) == 0)
			fd = open_source(path);
		if (pread(fd, buf, sizeof(buf), 0) <= 0)
			die("read");
		if (rounds % 20 == 0) /* or it were all that the machine does */
			nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	}
	printf("%lu\n", rounds);
	return 0;
}

/* --- Latency ----------------------------------------------------------------------------- */

static double now_usec(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static double time_lookup(const char *prefix, unsigned n)
{
	char path[4096];
	struct stat st;
	double begin;

	snprintf(path, sizeof(path), "%s.%d.%u", prefix, (int)getpid(), n);
	begin = now_usec();
	if (lstat(path, &st) == 0 || errno != ENOENT)
		die(path);
	return now_usec() - begin;
}

static double time_stat(const char *path, unsigned flags)
{
	struct statx stx;
	double begin = now_usec();

	if (statx(AT_FDCWD, path, (int)flags, STATX_BASIC_STATS, &stx) < 0)
		die(path);
	return now_usec() - begin;
}

static double time_read(const char *path, int drop)
{
	static char buf[1 << 20];
	double begin, end;
	int fd;

	if (drop) {
		fd = open_source(path);
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		close(fd);
	}
	begin = now_usec();
	fd = open_source(path);
	if (read(fd, buf, sizeof(buf)) <= 0)
		die(path);
	end = now_usec();
	close(fd);
	return end - begin;
}

static double time_call(const char *call, const char *path, unsigned n)
{
	if (strcmp(call, "lookup") == 0)
		return time_lookup(path, n);
	if (strcmp(call, "stat") == 0)
		return time_stat(path, AT_STATX_FORCE_SYNC);
	if (strcmp(call, "read") == 0)
		return time_read(path, 1);
	if (strcmp(call, "warm") == 0)
		return time_stat(path, 0) + time_read(path, 0);
	fprintf(stderr, "probe: no latency of '%s'\n", call);
	exit(2);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int run_latency(const char *call, unsigned count, int n_paths, char **paths)
{
	double *times = calloc(count, sizeof(*times));

	if (!times || count == 0)
		return 2;
	for (unsigned i = 0; i < count; i++) {
		times[i] = time_call(call, paths[i % (unsigned)n_paths], i);
		/* Evenly over time, as a user would, not in one burst between two encodes. */
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	qsort(times, count, sizeof(*times), compare);
	printf("%.0f %.0f %.0f\n", times[count / 2], times[(count * 99 - 1) / 100],
		times[count - 1]);
	free(times);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (strcmp(what, "try") == 0 && argc >= 4)
		return run_try(argv[2], argv[3], argc > 4 ? argv[4] : "");
	if (strcmp(what, "xattr") == 0 && argc == 4)
		return run_xattr(argv[2], argv[3]);
	if (strcmp(what, "sendfile") == 0)
		return run_sendfile(argv[2]);
	if (strcmp(what, "splice") == 0)
		return run_splice(argv[2]);
	if (strcmp(what, "mmap") == 0 && argc == 4)
		return run_mmap(argv[2], argv[3]);
	if (strcmp(what, "ends") == 0)
		return run_ends(argv[2]);
	if (strcmp(what, "hold") == 0 && argc == 4)
		return run_hold(argv[2], argv[3]);
	if (strcmp(what, "spin") == 0 && argc == 5)
		return run_spin(argv[2], argv[3], strcmp(argv[4], "named") == 0);
	if (strcmp(what, "latency") == 0 && argc >= 5)
		return run_latency(argv[2], (unsigned)atoi(argv[3]), argc - 4, argv + 4);
	fputs("usage: see the head of tests/mount/probe.c\n", stderr);
	return 2;
}
