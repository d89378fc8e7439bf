/* SPDX-License-Identifier: MIT */
#include "pressure/level.h"

#include <stdlib.h>

#define PERCENTILE   95
#define NEAR_PERCENT 10.0 /* of use: what a burst of encodes takes between two slow samples */

#define OFF LEVEL_PERCENT_OFF

const struct level_config level_config_default = {
	.threshold = {
		[READING_MACHINE] = { 0, 85, 92, 97 },
		[READING_GROUP] = { 0, 85, 92, 97 },
		[READING_STALL_SOME] = { 0, 3.5, 5, OFF },
		[READING_STALL_FULL] = { 0, OFF, OFF, 5 },
		[READING_NOTICE] = { 0, 50, OFF, OFF },
	},
	.margin = {
		[READING_MACHINE] = 3,
		[READING_GROUP] = 3,
		[READING_STALL_SOME] = 1.5,
		[READING_STALL_FULL] = 2.5,
		[READING_NOTICE] = 1,
	},
	.floor = 50,
};

const char *pressure_level_name(enum pressure_level level)
{
	static const char *const names[] = { "normal", "elevated", "high", "critical" };

	return names[level];
}

const char *reading_name(enum reading reading)
{
	static const char *const names[] = {
		[READING_MACHINE] = "machine",
		[READING_GROUP] = "group",
		[READING_STALL_SOME] = "stall_some",
		[READING_STALL_FULL] = "stall_full",
		[READING_NOTICE] = "notice",
	};

	return names[reading];
}

/* --- Window ------------------------------------------------------------------------------ */

static const struct sample *sample_back(const struct level_state *state, unsigned steps)
{
	return &state->window[(state->next + LEVEL_SAMPLES - 1 - steps) % LEVEL_SAMPLES];
}

static void window_add(struct level_state *state, const struct sample *sample)
{
	state->window[state->next] = *sample;
	state->next = (state->next + 1) % LEVEL_SAMPLES;
	if (state->n_samples < LEVEL_SAMPLES)
		state->n_samples++;
	while (state->n_samples > 1 &&
		sample->at - sample_back(state, state->n_samples - 1)->at > LEVEL_WINDOW_USEC)
		state->n_samples--;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double level_percentile(const struct level_state *state, enum reading reading)
{
	double values[LEVEL_SAMPLES];
	unsigned n = 0, rank;

	for (unsigned i = 0; i < state->n_samples; i++) {
		double value = sample_back(state, i)->percent[reading];

		if (value >= 0)
			values[n++] = value;
	}
	if (n == 0)
		return -1;
	qsort(values, n, sizeof(values[0]), compare);
	rank = (n * PERCENTILE + 99) / 100; /* the nearest */
	return values[rank == n && n > 1 ? n - 2 : rank - 1];
}

/* --- Level ------------------------------------------------------------------------------- */

static bool is_stall(enum reading reading)
{
	return reading == READING_STALL_SOME || reading == READING_STALL_FULL;
}

static bool mostly_free(const double percent[static READINGS], double floor)
{
	bool known = percent[READING_MACHINE] >= 0 || percent[READING_GROUP] >= 0;

	return known && percent[READING_MACHINE] < floor && percent[READING_GROUP] < floor;
}

/* The highest level that a reading asks for, where thresholds are lower by `margins` margins. */
static enum pressure_level level_asked(const struct level_config *config,
	const double percent[static READINGS], int margins, enum reading *ret_because)
{
	enum pressure_level highest = PRESSURE_NORMAL;

	for (enum reading reading = 0; reading < READINGS; reading++) {
		double lower = margins * config->margin[reading];

		if (is_stall(reading) && mostly_free(percent, config->floor))
			continue;
		for (enum pressure_level level = PRESSURE_CRITICAL; level > highest; level--) {
			if (percent[reading] < config->threshold[reading][level] - lower)
				continue;
			highest = level;
			*ret_because = reading;
		}
	}
	return highest;
}

static bool rise(struct level_state *state, enum pressure_level asked, enum reading because)
{
	if (asked <= state->level) {
		state->rising = 0;
		return false;
	}
	if (state->rising == 0 || asked < state->rise_to)
		state->rise_to = asked;
	if (++state->rising < LEVEL_IN_A_ROW)
		return false;
	state->level = state->rise_to;
	state->because = because;
	return true;
}

static bool fall(struct level_state *state, enum pressure_level needed, enum reading because)
{
	if (needed >= state->level) {
		state->falling = 0;
		return false;
	}
	if (state->falling == 0 || needed > state->fall_to)
		state->fall_to = needed;
	if (++state->falling < LEVEL_IN_A_ROW)
		return false;
	state->level = state->fall_to;
	state->because = because;
	return true;
}

bool level_step(struct level_state *state, const struct level_config *config,
	const struct sample *sample)
{
	enum reading rising_by = READING_MACHINE, held_by = READING_MACHINE;
	enum pressure_level asked, needed;
	double percent[READINGS];
	bool changed;

	window_add(state, sample);
	for (enum reading reading = 0; reading < READINGS; reading++)
		percent[reading] = level_percentile(state, reading);
	asked = level_asked(config, percent, 0, &rising_by);
	needed = level_asked(config, percent, 1, &held_by);
	changed = rise(state, asked, rising_by) || fall(state, needed, held_by);
	if (changed)
		state->rising = state->falling = 0;
	return changed;
}

bool level_is_restless(const struct level_state *state, const struct level_config *config)
{
	const struct sample *last = sample_back(state, 0);

	if (state->n_samples == 0 || state->level > PRESSURE_NORMAL || state->rising)
		return true;
	for (enum reading reading = 0; reading < READINGS; reading++) {
		double near = is_stall(reading) ? config->margin[reading] : NEAR_PERCENT;
		double first = config->threshold[reading][PRESSURE_ELEVATED];

		if (first < OFF && last->percent[reading] >= first - near &&
			!(is_stall(reading) && mostly_free(last->percent, config->floor)))
			return true;
	}
	return false;
}
