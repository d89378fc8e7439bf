/* SPDX-License-Identifier: MIT
 *
 * Signals to the daemon, as ordinary calls on a thread of its own: a handler could do next to
 * nothing of what an orderly end takes.
 */
#ifndef CLI_STOPPER_H
#define CLI_STOPPER_H

#include <pthread.h>

struct stopper_calls {
	void (*stop)(void *context);   /* once: SIGINT, SIGTERM */
	void (*reload)(void *context); /* SIGHUP */
	void (*dump)(void *context);   /* SIGUSR1 */
	void *context;                 /* borrowed */
};

struct stopper {
	pthread_t thread;
	struct stopper_calls calls;
};

/* Before any thread is started, for they inherit it: these signals wait for the stopper, SIGPIPE
 * is ignored. */
void stopper_block_signals(void);

/* 0 or -errno. */
int stopper_start(struct stopper *stopper, const struct stopper_calls *calls);
/* No signal is heard any more; waits for a call that is under way. */
void stopper_stop(struct stopper *stopper);

#endif
