/* SPDX-License-Identifier: MIT */
#include "control/pulse.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "control/status.h"
#include "util/cleanup.h"
#include "util/log.h"

_Static_assert(sizeof(((struct pulse *)0)->said) == STATUS_MAX, "a status");

/* How often somebody who looks finds a new status. */
#define ROUND_USEC (10 * USEC_PER_SEC)
/* A zygote may take ten seconds to come back. */
#define POOL_ROUND_MAX_USEC (30 * USEC_PER_SEC)

/* --- What is said ------------------------------------------------------------------------- */

static void say_status(struct pulse *pulse, const char *before)
{
	char status[STATUS_MAX];

	status_print(pulse->control, status);
	if (!before[0] && strcmp(status, pulse->said) == 0)
		return;
	memcpy(pulse->said, status, sizeof(status));
	notify_send(pulse->notify, "%sSTATUS=%s", before, status);
}

static void say_ready(struct pulse *pulse)
{
	pulse->ready = true;
	say_status(pulse, "READY=1\n");
}

/* MONOTONIC_USEC is what Type=notify-reload goes by, from systemd 253 on. */
static void reload(struct pulse *pulse)
{
	char reason[CONFIG_REASON_MAX];

	notify_send(pulse->notify,
		"RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\nSTATUS=reading the configuration",
		now_monotonic());
	reloader_reload(pulse->control->reloader, reason);
	if (!atomic_load(&pulse->stopping))
		say_ready(pulse);
}

/* --- Whether we live ---------------------------------------------------------------------- */

static void ask(struct pulse *pulse)
{
	int r = prober_ask(pulse->prober);

	if (r == 0)
		pulse->asked_at = now_monotonic();
	else
		log_debug("the prober is not asked: %s", strerror(-r));
}

/* Why the watchdog is not fed; NULL: it may be. */
static const char *complaint(struct pulse *pulse)
{
	if (pool_round_usec(pulse->control->pool) > POOL_ROUND_MAX_USEC)
		return "the thread that has pictures encoded does not come back";
	return NULL;
}

static void feed(struct pulse *pulse)
{
	const char *why = complaint(pulse);

	if (why && why != pulse->complained)
		log_error("the service manager is not told that we work: %s", why);
	pulse->complained = why;
	if (!why && pulse->notify->watchdog_usec)
		notify_send(pulse->notify, "WATCHDOG=1");
}

static void take_answer(struct pulse *pulse)
{
	bool answers = false;
	int r = prober_answer(pulse->prober, &answers);

	if (r < 0) {
		/* Nobody is left to ask, and so nothing to feed the watchdog by. */
		log_error("the mount cannot be asked any more: %s", strerror(-r));
		close_fd(&pulse->prober->sock);
		return;
	}
	if (pulse->silent)
		log_warning("the mount answers again, after %.0f seconds",
			(double)(now_monotonic() - pulse->asked_at) / (double)USEC_PER_SEC);
	pulse->asked_at = 0;
	pulse->silent = false;
	if (!answers || atomic_load(&pulse->stopping))
		return;
	if (pulse->ready)
		say_status(pulse, "");
	else
		say_ready(pulse);
	feed(pulse);
}

static void note_silence(struct pulse *pulse)
{
	if (pulse->silent || now_monotonic() < pulse->asked_at + 2 * pulse->round_usec)
		return;
	pulse->silent = true;
	log_warning(
		"the mount does not answer, and the service manager is not told that it does");
}

static void do_round(struct pulse *pulse)
{
	if (pulse->asked_at)
		note_silence(pulse);
	else
		ask(pulse);
}

/* --- The thread --------------------------------------------------------------------------- */

static void *pulse_main(void *arg)
{
	struct pulse *pulse = arg;
	usec_t round_at = now_monotonic();

	pthread_setname_np(pthread_self(), "lensfs-pulse");
	while (!atomic_load(&pulse->stopping)) {
		struct pollfd fds[] = {
			{ .fd = pulse->wake_fd, .events = POLLIN },
			{ .fd = pulse->prober->sock, .events = POLLIN },
		};
		usec_t now = now_monotonic();
		eventfd_t wakes;

		if (now >= round_at) {
			do_round(pulse);
			round_at = now + pulse->round_usec;
		}
		if (poll(fds, ARRAY_SIZE(fds), (int)((round_at - now) / USEC_PER_MSEC) + 1) <=
			0)
			continue;
		if (fds[0].revents)
			eventfd_read(pulse->wake_fd, &wakes);
		if (fds[1].revents)
			take_answer(pulse);
		if (pulse->ready && atomic_exchange(&pulse->reload, false))
			reload(pulse);
	}
	return NULL;
}

int pulse_start(struct pulse *pulse, struct control *control, const struct notify *notify,
	struct prober *prober)
{
	int r;

	*pulse = (struct pulse){
		.control = control,
		.notify = notify,
		.prober = prober,
		.round_usec = ROUND_USEC,
	};
	if (notify->watchdog_usec && notify->watchdog_usec / 4 < ROUND_USEC)
		pulse->round_usec = notify->watchdog_usec / 4;
	pulse->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pulse->wake_fd < 0)
		return -errno;
	r = -pthread_create(&pulse->thread, NULL, pulse_main, pulse);
	pulse->running = r == 0;
	if (r < 0)
		close_fd(&pulse->wake_fd);
	return r;
}

void pulse_reload(struct pulse *pulse)
{
	atomic_store(&pulse->reload, true);
	eventfd_write(pulse->wake_fd, 1);
}

void pulse_stopping(struct pulse *pulse)
{
	if (!pulse->running || atomic_exchange(&pulse->stopping, true))
		return;
	notify_send(pulse->notify, "STOPPING=1\nSTATUS=unmounting");
	eventfd_write(pulse->wake_fd, 1);
}

void pulse_stop(struct pulse *pulse)
{
	if (!pulse->running)
		return;
	pulse_stopping(pulse);
	pthread_join(pulse->thread, NULL);
	pulse->running = false;
	close_fd(&pulse->wake_fd);
}
