/* SPDX-License-Identifier: MIT
 *
 * For LD_PRELOAD into lensfs: what statx() answers about a file called $SLOW_STAT is half a
 * second old when the daemon gets it, so that a case can change the file in between. The thread
 * that hears of changes is not held up: it is the other side of the race.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

typedef int statx_call(int, const char *, int, unsigned, struct statx *);

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
		nanosleep(&(struct timespec){ .tv_nsec = 500000000 }, NULL);
	return r;
}
