/* SPDX-License-Identifier: MIT
 *
 * Ctrl-C while views are warmed. What waits for a daemon that hangs runs no handler and is ended
 * only by a signal that kills. So the first one has the work end, by a thread that does nothing
 * else and so always hears it, and the second kills.
 */
#ifndef CLI_CTL_WARM_SIGNALS_H
#define CLI_CTL_WARM_SIGNALS_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

struct warm_signals {
	struct sigaction old_int, old_term, old_usr1;
	pthread_t thread; /* while `has_thread` */
	bool has_thread;
};

/* One at a time. SIGINT and SIGTERM are heard for the caller, whose system calls the first one
 * interrupts (SIGUSR1), and for the threads that it starts from now on. */
void warm_signals_watch(struct warm_signals *signals);
void warm_signals_leave(struct warm_signals *signals);

bool warm_signals_stopped(void); /* any thread */

#endif
