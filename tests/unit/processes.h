/* SPDX-License-Identifier: MIT
 *
 * What is seen of other processes in /proc: who is whose child, and that nobody is left.
 */
#ifndef TESTS_PROCESSES_H
#define TESTS_PROCESSES_H

#include <ctype.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "fixture.h"

/* The parent of `pid`, and its state as proc_pid_stat(5) has it; 0 when it is gone. */
static inline pid_t parent_of(pid_t pid, char *ret_state)
{
	char path[64], text[512], *end;
	_cleanup_close_ int fd = -1;
	int parent = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : fdio_pread_full(fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	end = strrchr(text, ')');
	if (!end || sscanf(end + 1, " %c %d", ret_state, &parent) != 2)
		return 0;
	return parent;
}

/* The living children of `parent`: their number; *ret_one is one of them. */
static inline size_t children_of(pid_t parent, pid_t *ret_one)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	size_t n = 0;

	ck_assert_ptr_nonnull(proc);
	while ((d = readdir(proc))) {
		char state;
		pid_t pid = isdigit((unsigned char)d->d_name[0]) ? atoi(d->d_name) : 0;

		if (pid <= 0 || parent_of(pid, &state) != parent || state == 'Z')
			continue;
		*ret_one = pid;
		n++;
	}
	closedir(proc);
	return n;
}

/* From here on, whoever loses its parent becomes ours, so that nobody is overlooked. */
static inline void adopt_orphans(void)
{
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
}

/* True when every child, orphans included, ends by itself within patience. */
static inline bool nobody_is_left(void)
{
	return EVENTUALLY(__extension__({
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
	}));
}

#endif
