/* SPDX-License-Identifier: MIT
 *
 * What each level asks of whom, as one table. Every step is taken back when the level falls.
 */
#ifndef PRESSURE_MEASURES_H
#define PRESSURE_MEASURES_H

#include "pressure/level.h"

struct measures {
	bool speculate;          /* encode what nobody waits for */
	bool search;             /* encode one picture several times for fewer bytes */
	bool keep_idle;          /* encoders that have nothing to do */
	bool encode;             /* anything new at all: else the answer is EBUSY */
	unsigned encoders_max;   /* at once; 0: as many as there are */
	unsigned memory_percent; /* of the budget for encodes; what is larger waits */
	bool give_back;          /* caches of SQLite and libc, page cache of blobs */
	unsigned cache_percent;  /* of its bound that a cache folder in memory may hold */
};

const struct measures *measures_of(enum pressure_level level);

#endif
