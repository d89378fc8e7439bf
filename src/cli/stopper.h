/* SPDX-License-Identifier: MIT
 *
 * Signals to the daemon, as ordinary calls on a thread of its own: a handler could do next to
 * nothing of what an orderly end takes.
 */
#ifndef CLI_STOPPER_H
#define CLI_STOPPER_H

#include <pthread.h>

struct stopper {
	pthread_t thread;
	void (*stop)(void *context);
	void (*reload)(void *context);
	void *context; /* borrowed */
};

/* Before any thread is started, for they inherit it: SIGINT, SIGTERM and SIGHUP wait for the
 * stopper, SIGPIPE is ignored. */
void stopper_block_signals(void);

/* Calls `reload` at every SIGHUP, and `stop` once, when the first of the others comes. 0 or
 * -errno. */
int stopper_start(struct stopper *stopper, void (*stop)(void *context),
	void (*reload)(void *context), void *context);
/* No signal is heard any more; waits for a call that is under way. */
void stopper_stop(struct stopper *stopper);

#endif
