/* SPDX-License-Identifier: MIT
 *
 * Time, in one unit: microseconds. Durations and deadlines use the monotonic clock, what is
 * stored or compared with file times uses the real one.
 */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

typedef uint64_t usec_t;

#define USEC_PER_SEC  ((usec_t)1000000)
#define USEC_PER_MSEC ((usec_t)1000)
#define USEC_NEVER    UINT64_MAX

static inline usec_t clock_usec(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (usec_t)ts.tv_sec * USEC_PER_SEC + (usec_t)ts.tv_nsec / 1000;
}

static inline usec_t now_monotonic(void)
{
	return clock_usec(CLOCK_MONOTONIC);
}

static inline void clock_sleep(usec_t duration)
{
	struct timespec ts = {
		.tv_sec = (time_t)(duration / USEC_PER_SEC),
		.tv_nsec = (long)(duration % USEC_PER_SEC) * 1000,
	};

	while (nanosleep(&ts, &ts) < 0)
		; /* EINTR: the rest is in ts */
}

static inline usec_t now_real(void)
{
	return clock_usec(CLOCK_REALTIME);
}

#endif
