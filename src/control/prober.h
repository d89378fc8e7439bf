/* SPDX-License-Identifier: MIT
 *
 * Asks the mount whether it answers, as any program would: by its path, through the kernel, to
 * a FUSE thread and back. A process of its own does it. A thread that waits for its own mount
 * cannot be ended, and keeps /dev/fuse open with it: nobody could ever end such a daemon. This
 * process has no descriptor of the mount, so where the daemon is killed the kernel lets it go.
 *
 * What is looked up is .lensfs/stats.json, which is made for every lookup: so the answer also says
 * that no lock of any room is held for ever. It asks nothing of the source's disk, which no restart
 * of ours would mend.
 *
 * One thread.
 */
#ifndef CONTROL_PROBER_H
#define CONTROL_PROBER_H

#include <stdbool.h>
#include <sys/types.h>

struct prober {
	pid_t pid; /* 0: there is none */
	int sock;  /* owned */
};
#define PROBER_INIT                                                                            \
	(struct prober)                                                                        \
	{                                                                                      \
		.sock = -1                                                                     \
	}

/* Forks, before any thread exists, for the mount that is to be at `folder`. The process closes
 * `fuse_fd`, unless -1. 0 or -errno. */
int prober_start(struct prober *prober, const char *folder, int fuse_fd);
/* Waits for its end: so when the mount is no more. None is fine. */
void prober_stop(struct prober *prober);

/* Has it ask, once; the mount stands. 0 or -errno. */
int prober_ask(struct prober *prober);

/* When `sock` is readable: whether the mount answered. -errno where the process is gone. */
int prober_answer(struct prober *prober, bool *ret_answers);

#endif
