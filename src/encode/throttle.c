/* SPDX-License-Identifier: MIT */
#include "encode/throttle.h"

void throttle_init(struct throttle *throttle)
{
	*throttle = (struct throttle){
		.limits = POOL_UNLIMITED,
		.open_for = THROTTLE_OPEN_USEC,
	};
}

void throttle_limit(struct throttle *throttle, const struct pool_limits *limits)
{
	bool was_held = !throttle->limits.encode;

	throttle->limits = *limits;
	if (!limits->encode) {
		throttle->breaker = BREAKER_OPEN;
		throttle->open_until = USEC_NEVER;
	} else if (was_held) {
		throttle->breaker = BREAKER_HALF_OPEN;
	}
}

void throttle_starved(struct throttle *throttle, bool alone, usec_t now)
{
	if (throttle->breaker == BREAKER_OPEN)
		return;
	/* Several may be killed at once: those are no trials. */
	if (!alone) {
		throttle->breaker = BREAKER_HALF_OPEN;
		return;
	}
	throttle->breaker = BREAKER_OPEN;
	throttle->open_until = now + throttle->open_for;
	throttle->open_for *= 2;
	if (throttle->open_for > THROTTLE_OPEN_MAX_USEC)
		throttle->open_for = THROTTLE_OPEN_MAX_USEC;
}

void throttle_ended(struct throttle *throttle)
{
	if (throttle->breaker != BREAKER_HALF_OPEN)
		return;
	throttle->breaker = BREAKER_CLOSED;
	throttle->open_for = THROTTLE_OPEN_USEC;
}

void throttle_tick(struct throttle *throttle, usec_t now)
{
	if (throttle->breaker == BREAKER_OPEN && now >= throttle->open_until)
		throttle->breaker = BREAKER_HALF_OPEN;
}

usec_t throttle_clock(const struct throttle *throttle)
{
	return throttle->breaker == BREAKER_OPEN ? throttle->open_until : USEC_NEVER;
}

bool throttle_refuses(const struct throttle *throttle)
{
	return throttle->breaker == BREAKER_OPEN;
}

unsigned throttle_workers(const struct throttle *throttle, unsigned workers)
{
	unsigned most = throttle->limits.encoders;

	if (throttle->breaker != BREAKER_CLOSED)
		return throttle->breaker == BREAKER_OPEN ? 0 : 1;
	return most && most < workers ? most : workers;
}

uint64_t throttle_budget(const struct throttle *throttle, uint64_t memory_bytes)
{
	unsigned percent = throttle->limits.memory_percent;

	return percent < 100 ? memory_bytes / 100 * percent : memory_bytes;
}

bool throttle_restricts(const struct throttle *throttle)
{
	return throttle->breaker != BREAKER_CLOSED || throttle->limits.encoders > 0 ||
	       throttle->limits.memory_percent < 100;
}
