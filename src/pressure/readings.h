/* SPDX-License-Identifier: MIT
 *
 * What the machine tells of its memory. Every source is optional, and found once, at the start:
 *
 *	memory in use     /proc/meminfo, and the control groups we are in (util/machine.h)
 *	stalls            memory.pressure of our own group (version 2), else /proc/pressure/memory
 *	stall trigger     the same file, armed to wake a poll(2) (Documentation/accounting/psi.rst;
 *	                  windows of whole multiples of 2 s need no privilege)
 *	notice            $MEMORY_PRESSURE_WATCH (systemd's docs/MEMORY_PRESSURE.md)
 *
 * One thread.
 */
#ifndef PRESSURE_READINGS_H
#define PRESSURE_READINGS_H

#include <poll.h>

#include "pressure/level.h"

#define READINGS_FDS 2 /* that can wake a poll */

struct readings;

/* `root` is "" but in tests (util/machine.h). Takes $MEMORY_PRESSURE_WATCH and _WRITE out of
 * `environment`, getenv() but in tests. 0 or -ENOMEM. */
int readings_new(
	const char *root, char *(*environment)(const char *name), struct readings **ret);
struct readings *readings_free(struct readings *readings); /* NULL is fine; returns NULL */

/* All of them, as of `now`, which only grows. */
void readings_take(struct readings *readings, usec_t now, struct sample *ret);

/* For poll(2): what wakes a thread that waits for the next sample; unused ones have fd -1. */
void readings_poll(const struct readings *readings, struct pollfd fds[static READINGS_FDS]);
/* With what poll() answered; -1 by one that ended is seen to and not polled again. */
void readings_woken(
	struct readings *readings, const struct pollfd fds[static READINGS_FDS], usec_t now);

/* Which sources there are, as words with a blank between: "machine group stalls trigger". The
 * caller's buffer. */
#define READINGS_SOURCES_MAX 64
void readings_sources(
	const struct readings *readings, char buffer[static READINGS_SOURCES_MAX]);

#endif
