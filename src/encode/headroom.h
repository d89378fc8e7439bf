/* SPDX-License-Identifier: MIT
 *
 * How much memory the machine, and every control group we are in, could still give to encodes
 * now, whatever our own budget says: others may have taken theirs, or the budget may have been
 * set too high. A part is left alone, so that encodes by themselves do not make memory scarce.
 *
 * The pool's thread.
 */
#ifndef ENCODE_HEADROOM_H
#define ENCODE_HEADROOM_H

#include "util/clock.h"
#include "util/machine.h"

#define HEADROOM_LEFT_PERCENT                                                                  \
	8 /* of each limit: the level of pressure/level.h stays below high */
#define HEADROOM_FRESH_USEC (20 * USEC_PER_MSEC) /* reading takes a tenth of a millisecond */

struct headroom {
	const char *root;             /* of util/machine.h, borrowed */
	struct machine_group *groups; /* owned */
	size_t n_groups;
	uint64_t bytes;
	usec_t read_at; /* 0: never */
};

/* Without memory for them, groups do not count. */
void headroom_init(struct headroom *headroom, const char *root);
void headroom_done(struct headroom *headroom);

/* As of `now`, or shortly before. UINT64_MAX where nothing is known. */
uint64_t headroom_bytes(struct headroom *headroom, usec_t now);

#endif
