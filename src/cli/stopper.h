/* SPDX-License-Identifier: MIT
 *
 * Signals that end the daemon, as an ordinary call on a thread of its own: a handler could do
 * next to nothing of what an orderly end takes.
 */
#ifndef CLI_STOPPER_H
#define CLI_STOPPER_H

#include <pthread.h>

struct stopper {
	pthread_t thread;
	void (*stop)(void *context);
	void *context; /* borrowed */
};

/* Before any thread is started, for they inherit it: SIGINT and SIGTERM wait for the stopper,
 * SIGPIPE and SIGHUP are ignored (SIGHUP is kept for "read your configuration again"). */
void stopper_block_signals(void);

/* Calls `stop` once, when the first of them comes. 0 or -errno. */
int stopper_start(struct stopper *stopper, void (*stop)(void *context), void *context);
/* No signal is heard any more; waits for a `stop` that is under way. */
void stopper_stop(struct stopper *stopper);

#endif
