/* SPDX-License-Identifier: MIT
 *
 * What the simulator asks of a policy. Objects are numbers below trace->n_objects; a policy
 * keeps what it knows of each in arrays of that length. The simulator counts; a policy only
 * decides what is present.
 */
#ifndef SIMULATOR_POLICY_H
#define SIMULATOR_POLICY_H

#include "trace.h"

struct policy {
	const char *name;
	/* `limit_bytes` bounds what is present after each admission. Never fails: a simulator
	 * without memory ends. */
	void *(*make)(const struct trace *trace, uint64_t limit_bytes);
	bool (*has)(const void *state, uint32_t object);
	/* A use that the daemon sees of an object that is present. */
	void (*use)(void *state, uint32_t object, uint64_t now_sec);
	/* Encoded just now; it is not present, and not larger than the limit. */
	void (*admit)(void *state, uint32_t object, uint64_t now_sec);
	void (*destroy)(void *state);
};

extern const struct policy policy_lru, policy_fifo, policy_s3fifo, policy_sieve, policy_value;

/* Zeroed, or the process ends. */
void *allocate(size_t n, size_t size);

#endif
