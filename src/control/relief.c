/* SPDX-License-Identifier: MIT */
#include "control/relief.h"

#include <malloc.h>

static void limit_encoders(struct control *control, const struct measures *measures)
{
	const struct pool_limits limits = {
		.encode = measures->encode,
		.prefetch = measures->speculate,
		.keep_idle = measures->keep_idle,
		.encoders = measures->encoders_max,
		.memory_percent = measures->memory_percent,
	};

	pool_limit(control->pool, &limits);
}

void relief_act(void *context, enum pressure_level level, bool changed)
{
	struct control *control = context;
	const struct measures *measures = measures_of(level);

	if (!changed)
		return;
	limit_encoders(control, measures);
	if (measures->give_back)
		malloc_trim(0);
}
