/* SPDX-License-Identifier: MIT */
#include "pressure/measures.h"

static const struct measures measures[PRESSURE_LEVELS] = {
	[PRESSURE_NORMAL] = {
		.speculate = true,
		.search = true,
		.keep_idle = true,
		.encode = true,
		.memory_percent = 100,
		.cache_percent = 100,
	},
	[PRESSURE_ELEVATED] = {
		.encode = true,
		.memory_percent = 75,
		.give_back = true,
		.cache_percent = 75,
	},
	[PRESSURE_HIGH] = {
		.encode = true,
		.encoders_max = 1,
		.memory_percent = 25,
		.give_back = true,
		.cache_percent = 50,
	},
	[PRESSURE_CRITICAL] = {
		.encoders_max = 1,
		.memory_percent = 25,
		.give_back = true,
		.cache_percent = 25,
	},
};

const struct measures *measures_of(enum pressure_level level)
{
	return &measures[level];
}
