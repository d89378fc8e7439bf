/* SPDX-License-Identifier: MIT */
#include "cli/ctl/warm_signals.h"

#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

/* A handler has no context to be handed. */
static atomic_bool stopped;
static pthread_t watcher;

static void on_stop(int number)
{
	(void)number;
	atomic_store(&stopped, true);
	pthread_kill(watcher, SIGUSR1);
}

/* Only there to end a system call. */
static void on_wake(int number)
{
	(void)number;
}

static void *signals_main(void *context)
{
	for (;;)
		pause();
	return context;
}

static void mask(int how)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	pthread_sigmask(how, &ours, NULL);
}

void warm_signals_watch(struct warm_signals *signals)
{
	struct sigaction stop = { .sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND };
	struct sigaction wake = { .sa_handler = on_wake };

	atomic_store(&stopped, false);
	watcher = pthread_self();
	sigaction(SIGUSR1, &wake, &signals->old_usr1);
	sigaction(SIGINT, &stop, &signals->old_int);
	sigaction(SIGTERM, &stop, &signals->old_term);
	signals->has_thread = pthread_create(&signals->thread, NULL, signals_main, NULL) == 0;
	if (signals->has_thread)
		mask(SIG_BLOCK);
}

void warm_signals_leave(struct warm_signals *signals)
{
	if (signals->has_thread) {
		pthread_cancel(signals->thread);
		pthread_join(signals->thread, NULL);
		mask(SIG_UNBLOCK);
	}
	sigaction(SIGINT, &signals->old_int, NULL);
	sigaction(SIGTERM, &signals->old_term, NULL);
	sigaction(SIGUSR1, &signals->old_usr1, NULL);
}

bool warm_signals_stopped(void)
{
	return atomic_load(&stopped);
}
