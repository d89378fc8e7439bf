/* SPDX-License-Identifier: MIT
 *
 * From readings to a level, as a function of what was read and when: no clock, no file, no
 * thread.
 *
 * Each reading is a percentage, and is taken as the 95th percentile of the last five seconds, and
 * where these have few samples not as the highest of them, so that one spike says nothing. The level rises when three samples in a row ask for more, to what
 * all three ask for; it falls when three in a row would be content with less by a margin, to
 * what the most demanding of them needs. A trace that stays between a threshold and the margin
 * below it never changes the level.
 *
 * Stalls count only where most memory is in use: a machine that is mostly free and stalls does
 * so for another reason than us, and is not helped by our giving up memory (as GLib's
 * GMemoryMonitorPsi has it).
 *
 * Thresholds: use as lensfs's design says; stalls as GMemoryMonitorPsi's 70 ms and 100 ms of "some"
 * and 100 ms of "full" in 2 s.
 */
#ifndef PRESSURE_LEVEL_H
#define PRESSURE_LEVEL_H

#include <stdbool.h>

#include "util/clock.h"

enum pressure_level {
	PRESSURE_NORMAL,
	PRESSURE_ELEVATED,
	PRESSURE_HIGH,
	PRESSURE_CRITICAL,
	PRESSURE_LEVELS
};

/* "normal", "elevated", … */
const char *pressure_level_name(enum pressure_level level);

enum reading {
	READING_MACHINE,    /* memory that is not available, of all the machine's */
	READING_GROUP,      /* of the limit of the fullest control group we are in */
	READING_STALL_SOME, /* time in which a task waited for memory */
	READING_STALL_FULL, /* time in which all of them did */
	READING_NOTICE,     /* 100 for a while after systemd told us, else 0 */
	READINGS
};

const char *reading_name(enum reading reading); /* "machine", … */

struct sample {
	usec_t at;                /* monotonic */
	double percent[READINGS]; /* negative: not known */
};

#define LEVEL_PERCENT_OFF 1000.0 /* as a threshold: never */

struct level_config {
	double threshold[READINGS][PRESSURE_LEVELS]; /* of NORMAL: unused */
	double margin[READINGS];
	double floor; /* of machine and group, below which stalls do not count */
};
extern const struct level_config level_config_default;

#define LEVEL_WINDOW_USEC (5 * USEC_PER_SEC)
#define LEVEL_SAMPLES     32 /* more than a window has */
#define LEVEL_IN_A_ROW    3

struct level_state {
	struct sample window[LEVEL_SAMPLES]; /* a ring */
	unsigned n_samples, next;
	enum pressure_level level;
	enum reading because;     /* what asked for the level, where it is above normal */
	unsigned rising, falling; /* samples in a row */
	enum pressure_level rise_to, fall_to;
};

/* Takes one more sample in; true when the level changed. Samples come in the order of time. */
bool level_step(struct level_state *state, const struct level_config *config,
	const struct sample *sample);

/* The 95th percentile of one reading over the window, never its highest sample alone; negative
 * when nothing of it is known. */
double level_percentile(const struct level_state *state, enum reading reading);

/* Whether a reading is so near to a threshold, or the level so high, that the next sample should
 * come soon. */
bool level_is_restless(const struct level_state *state, const struct level_config *config);

#endif
