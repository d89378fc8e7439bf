/* SPDX-License-Identifier: MIT */
#include "pressure/pressure.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "util/cleanup.h"
#include "util/lock.h"
#include "util/log.h"

#define RESTLESS_USEC (200 * USEC_PER_MSEC)
#define CALM_USEC     (2 * USEC_PER_SEC)

struct pressure {
	struct pressure_options options;
	pthread_t thread;
	int wake_fd;

	/* the thread's */
	struct readings *readings; /* owned */
	struct level_state state;
	usec_t last_at;

	/* 6 in util/lock.h, protects the rest */
	struct lock lock;
	struct pressure_stats stats;
	enum pressure_level simulated;
	usec_t simulated_until;
	bool stopping;
};

static void wake(struct pressure *pressure)
{
	const uint64_t one = 1;

	(void)!write(pressure->wake_fd, &one, sizeof(one));
}

static void log_change(enum pressure_level from, enum pressure_level to, bool simulated,
	enum reading because, double percent)
{
	if (simulated)
		log_warning("memory: %s, was %s (simulated)", pressure_level_name(to),
			pressure_level_name(from));
	else if (percent < 0)
		log_info("memory: %s, was %s", pressure_level_name(to),
			pressure_level_name(from));
	else if (to > from)
		log_warning("memory: %s, was %s: %s is at %.1f %%", pressure_level_name(to),
			pressure_level_name(from), reading_name(because), percent);
	else
		log_info("memory: %s, was %s: %s is at %.1f %%", pressure_level_name(to),
			pressure_level_name(from), reading_name(because), percent);
}

/* What is true now, for others to see. Returns whether the level is another than before. */
static bool publish(
	struct pressure *pressure, const struct sample *sample, enum pressure_level *ret_level)
{
	struct level_state *state = &pressure->state;
	LOCK_SCOPE(&pressure->lock);
	struct pressure_stats *stats = &pressure->stats;
	enum pressure_level before = stats->level;
	bool simulated = pressure->simulated_until > sample->at;

	stats->spent_usec[before] += sample->at - pressure->last_at;
	pressure->last_at = sample->at;
	stats->samples++;
	for (enum reading reading = 0; reading < READINGS; reading++)
		stats->percent[reading] = sample->percent[reading];
	stats->level = *ret_level = simulated ? pressure->simulated : state->level;
	stats->because = state->because;
	if (before == stats->level)
		return false;
	stats->changes++;
	log_change(before, stats->level, simulated, state->because,
		level_percentile(state, state->because));
	return true;
}

static void look(struct pressure *pressure)
{
	enum pressure_level level;
	struct sample sample;
	bool changed;

	readings_take(pressure->readings, now_monotonic(), &sample);
	level_step(&pressure->state, &pressure->options.config, &sample);
	changed = publish(pressure, &sample, &level);
	if (changed || level > PRESSURE_NORMAL)
		pressure->options.act(pressure->options.context, level, changed);
}

static usec_t next_look(struct pressure *pressure)
{
	LOCK_SCOPE(&pressure->lock);

	if (pressure->stopping)
		return 0;
	return pressure->stats.level > PRESSURE_NORMAL ||
	                       level_is_restless(&pressure->state, &pressure->options.config)
	               ? RESTLESS_USEC
	               : CALM_USEC;
}

static void *pressure_main(void *arg)
{
	struct pressure *pressure = arg;
	usec_t wait;

	pthread_setname_np(pthread_self(), "lensfs-pressure");
	while ((wait = next_look(pressure)) > 0) {
		struct pollfd fds[READINGS_FDS + 1];
		uint64_t count;

		readings_poll(pressure->readings, fds);
		fds[READINGS_FDS] = (struct pollfd){ pressure->wake_fd, POLLIN, 0 };
		if (poll(fds, READINGS_FDS + 1, (int)(wait / USEC_PER_MSEC)) > 0) {
			readings_woken(pressure->readings, fds, now_monotonic());
			(void)!read(pressure->wake_fd, &count, sizeof(count));
		}
		look(pressure);
	}
	return NULL;
}

void pressure_simulate(struct pressure *pressure, enum pressure_level level, usec_t duration)
{
	{
		LOCK_SCOPE(&pressure->lock);

		pressure->simulated = level;
		pressure->simulated_until = duration ? now_monotonic() + duration : 0;
	}
	wake(pressure);
}

void pressure_stats(struct pressure *pressure, struct pressure_stats *ret)
{
	usec_t now = now_monotonic();
	LOCK_SCOPE(&pressure->lock);

	*ret = pressure->stats;
	if (now > pressure->last_at)
		ret->spent_usec[ret->level] += now - pressure->last_at;
	ret->simulated_usec =
		pressure->simulated_until > now ? pressure->simulated_until - now : 0;
}

static struct pressure *pressure_free(struct pressure *pressure)
{
	readings_free(pressure->readings);
	close_fd(&pressure->wake_fd);
	lock_done(&pressure->lock);
	free(pressure);
	return NULL;
}

DEFINE_CLEANUP(struct pressure *, pressure_free)

int pressure_start(const struct pressure_options *options, struct pressure **ret)
{
	_cleanup_(pressure_freep) struct pressure *pressure = calloc(1, sizeof(*pressure));
	int r;

	if (!pressure)
		return -ENOMEM;
	lock_init(&pressure->lock);
	pressure->options = *options;
	pressure->options.root = NULL;
	pressure->last_at = now_monotonic();
	pressure->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pressure->wake_fd < 0)
		return -errno;
	r = readings_new(options->root, getenv, &pressure->readings);
	if (r < 0)
		return r;
	readings_sources(pressure->readings, pressure->stats.sources);
	for (enum reading reading = 0; reading < READINGS; reading++)
		pressure->stats.percent[reading] = -1;
	look(pressure); /* so that there is something to tell from the first */
	r = pthread_create(&pressure->thread, NULL, pressure_main, pressure);
	if (r != 0)
		return -r;
	*ret = TAKE_PTR(pressure);
	return 0;
}

struct pressure *pressure_stop(struct pressure *pressure)
{
	if (!pressure)
		return NULL;
	{
		LOCK_SCOPE(&pressure->lock);

		pressure->stopping = true;
	}
	wake(pressure);
	pthread_join(pressure->thread, NULL);
	return pressure_free(pressure);
}
