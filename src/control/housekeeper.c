/* SPDX-License-Identifier: MIT */
#include "control/housekeeper.h"

#include <errno.h>
#include <string.h>

#include "util/log.h"

#define ROUND_SEC 3

/* True after a round, false when it is time to stop. */
static bool wait_round(struct housekeeper *keeper)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ROUND_SEC;
	pthread_mutex_lock(&keeper->mutex);
	while (!keeper->stopping &&
		pthread_cond_timedwait(&keeper->wake, &keeper->mutex, &until) != ETIMEDOUT)
		;
	stopping = keeper->stopping;
	pthread_mutex_unlock(&keeper->mutex);
	return !stopping;
}

static void *housekeeper_main(void *arg)
{
	struct housekeeper *keeper = arg;
	struct control *control = keeper->control;

	pthread_setname_np(pthread_self(), "lensfs-keeper");
	while (wait_round(keeper)) {
		int r = cache_tick(control->cache);

		if (r < 0)
			log_debug("cache: %s", strerror(-r));
		fs_trim(control->fs);
	}
	return NULL;
}

int housekeeper_start(struct housekeeper *keeper, struct control *control)
{
	pthread_condattr_t attr;

	*keeper = (struct housekeeper){ .control = control };
	pthread_mutex_init(&keeper->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&keeper->wake, &attr);
	pthread_condattr_destroy(&attr);
	return -pthread_create(&keeper->thread, NULL, housekeeper_main, keeper);
}

void housekeeper_stop(struct housekeeper *keeper)
{
	pthread_mutex_lock(&keeper->mutex);
	keeper->stopping = true;
	pthread_cond_signal(&keeper->wake);
	pthread_mutex_unlock(&keeper->mutex);
	pthread_join(keeper->thread, NULL);
	pthread_cond_destroy(&keeper->wake);
	pthread_mutex_destroy(&keeper->mutex);
}
