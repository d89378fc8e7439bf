/* SPDX-License-Identifier: MIT */
#include "control/housekeeper.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>

#include "util/cleanup.h"
#include "util/log.h"

#define ROUND_MSEC 3000

enum wake { WAKE_STOP, WAKE_ROUND, WAKE_CATALOG };

static enum wake wait_for_work(struct housekeeper *keeper, usec_t round_at)
{
	struct pollfd polled[] = {
		{ .fd = keeper->stop_fd, .events = POLLIN },
		{ .fd = cache_due_fd(keeper->control->cache), .events = POLLIN },
	};
	usec_t now = now_monotonic();
	int timeout_msec = now < round_at ? (int)((round_at - now) / USEC_PER_MSEC) + 1 : 0;
	int n;

	do
		n = poll(polled, ARRAY_SIZE(polled), timeout_msec);
	while (n < 0 && errno == EINTR);
	if (polled[0].revents)
		return WAKE_STOP;
	return n > 0 ? WAKE_CATALOG : WAKE_ROUND;
}

static void do_round(struct housekeeper *keeper)
{
	int r = cache_tick(keeper->control->cache);

	if (r < 0)
		log_debug("cache: %s", strerror(-r));
	fs_trim(keeper->control->fs);
	render_tick(keeper->control->render, now_monotonic());
}

static void maintain(struct housekeeper *keeper)
{
	int r = cache_maintain(keeper->control->cache);

	if (r < 0)
		log_debug("cache: %s", strerror(-r));
}

static void *housekeeper_main(void *arg)
{
	struct housekeeper *keeper = arg;
	usec_t round_at = now_monotonic() + ROUND_MSEC * USEC_PER_MSEC;
	enum wake wake;

	pthread_setname_np(pthread_self(), "lensfs-keeper");
	while ((wake = wait_for_work(keeper, round_at)) != WAKE_STOP) {
		/* Nobody waits for either, but a stream of commits must not starve the rounds.
		 */
		if (wake == WAKE_ROUND || now_monotonic() >= round_at) {
			do_round(keeper);
			round_at = now_monotonic() + ROUND_MSEC * USEC_PER_MSEC;
		}
		maintain(keeper);
	}
	return NULL;
}

int housekeeper_start(struct housekeeper *keeper, struct control *control)
{
	int r;

	*keeper = (struct housekeeper){ .control = control };
	keeper->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (keeper->stop_fd < 0)
		return -errno;
	r = -pthread_create(&keeper->thread, NULL, housekeeper_main, keeper);
	if (r < 0)
		close_fd(&keeper->stop_fd);
	return r;
}

void housekeeper_stop(struct housekeeper *keeper)
{
	eventfd_write(keeper->stop_fd, 1);
	pthread_join(keeper->thread, NULL);
	close_fd(&keeper->stop_fd);
}
