/* SPDX-License-Identifier: MIT */
#include "cli/stopper.h"

#include <signal.h>
#include <string.h>

#include "util/log.h"

static void fill_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGUSR1);
}

void stopper_block_signals(void)
{
	sigset_t set;

	fill_set(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* Inherited from nohup(1), it would not wait for anybody. */
	signal(SIGHUP, SIG_DFL);
}

static void *stopper_main(void *arg)
{
	struct stopper *stopper = arg;
	const struct stopper_calls *calls = &stopper->calls;
	sigset_t set;
	int number;

	pthread_setname_np(pthread_self(), "lensfs-signals");
	fill_set(&set);
	for (;;) {
		if (sigwait(&set, &number) != 0)
			return NULL;
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
		if (number == SIGHUP)
			calls->reload(calls->context);
		else if (number == SIGUSR1)
			calls->dump(calls->context);
		else
			break;
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	}
	log_debug("stopping: %s", strsignal(number));
	calls->stop(calls->context);
	return NULL;
}

int stopper_start(struct stopper *stopper, const struct stopper_calls *calls)
{
	stopper->calls = *calls;
	return -pthread_create(&stopper->thread, NULL, stopper_main, stopper);
}

void stopper_stop(struct stopper *stopper)
{
	/* sigwait() is a cancellation point. */
	pthread_cancel(stopper->thread);
	pthread_join(stopper->thread, NULL);
}
