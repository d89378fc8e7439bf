/* SPDX-License-Identifier: MIT
 *
 * Requests for variants, made up from a seed: the same number gives the same trace on every
 * machine with IEEE doubles. trace.c says what each kind stands for and where its figures are
 * from.
 */
#ifndef SIMULATOR_TRACE_H
#define SIMULATOR_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct object {
	uint64_t size_bytes;
	uint64_t encode_usec;
};

struct request {
	uint32_t object;
	uint32_t sec; /* since the trace began; never decreases */
};

struct trace {
	struct object *objects; /* owned */
	size_t n_objects;
	struct request *requests; /* owned */
	size_t n_requests, allocated;
	uint64_t footprint_bytes; /* of all objects requested */
};

struct trace_kind {
	const char *name;
	const char *words;
	void (*make)(struct trace *trace, uint64_t seed);
};

extern const struct trace_kind trace_kinds[];
extern const size_t n_trace_kinds;

void trace_make(struct trace *trace, const struct trace_kind *kind, uint64_t seed);
void trace_done(struct trace *trace);

#endif
