/* SPDX-License-Identifier: MIT
 *
 * Watches the machine's memory: a thread that takes readings, makes a level of them and has it
 * acted upon. It samples every 200 ms while the level is above normal or a reading comes near to
 * a threshold, else every 2 s, and is woken by the kernel when tasks begin to wait for memory.
 */
#ifndef PRESSURE_PRESSURE_H
#define PRESSURE_PRESSURE_H

#include "pressure/measures.h"
#include "pressure/readings.h"

struct pressure;

struct pressure_options {
	const char *root; /* "" but in tests; copied */
	struct level_config config;
	/* Called on the thread of pressure when the level has `changed`, and after every sample
	 * as long as it is above normal. May wait for disks; a sample waits as long. */
	void (*act)(void *context, enum pressure_level level, bool changed);
	void *context;
};

/* 0 or -errno. */
int pressure_start(const struct pressure_options *options, struct pressure **ret);
struct pressure *pressure_stop(struct pressure *pressure); /* joins, frees; NULL is fine */

/* Has the level be `level` for `duration`, whatever is read; 0 ends it. Any thread. */
void pressure_simulate(struct pressure *pressure, enum pressure_level level, usec_t duration);

struct pressure_stats {
	enum pressure_level level;
	enum reading because;     /* where level is above normal and not simulated */
	usec_t simulated_usec;    /* that a simulation still lasts; 0: there is none */
	double percent[READINGS]; /* of the last sample; negative: not known */
	usec_t spent_usec[PRESSURE_LEVELS];
	uint64_t changes, samples;
	char sources[READINGS_SOURCES_MAX];
};
void pressure_stats(struct pressure *pressure, struct pressure_stats *ret); /* any thread */

#endif
