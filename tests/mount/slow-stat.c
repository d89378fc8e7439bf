/* SPDX-License-Identifier: MIT
 *
 * For LD_PRELOAD into lensfs: what statx() answers about a file called $SLOW_STAT is old when the
 * daemon gets it. Once it was asked there is a file $SLOW_STAT_SIGNALS.taken, and it comes
 * back when there is one $SLOW_STAT_SIGNALS.go, so that a case can change the file in
 * between. The thread that hears of changes is not held up: it is the other side of the race.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef int statx_call(int, const char *, int, unsigned, struct statx *);

#define TURNS_MAX 15000 /* of a millisecond: a case that failed does not come back */

static const char *signal_path(char out[4096], const char *name)
{
	const char *base = getenv("SLOW_STAT_SIGNALS");

	snprintf(out, 4096, "%s.%s", base ? base : "/nowhere/signal", name);
	return out;
}

static void signal_and_wait(void)
{
	char path[4096];
	int fd = open(signal_path(path, "taken"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	close(fd);
	signal_path(path, "go");
	for (int i = 0; i < TURNS_MAX && access(path, F_OK) != 0; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

int statx(int dir_fd, const char *restrict path, int flags, unsigned mask,
	struct statx *restrict ret)
{
	void *next = dlsym(RTLD_NEXT, "statx");
	statx_call *real;
	const char *slow = getenv("SLOW_STAT");
	char thread[16] = "";
	int r;

	/* ISO C has no cast from what dlsym() returns to a function. */
	memcpy(&real, &next, sizeof(real));
	r = real(dir_fd, path, flags, mask, ret);
	pthread_getname_np(pthread_self(), thread, sizeof(thread));
	if (slow && strcmp(path, slow) == 0 && strcmp(thread, "lensfs-watch") != 0)
		signal_and_wait();
	return r;
}
