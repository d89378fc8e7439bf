/* SPDX-License-Identifier: MIT
 *
 * How much memory an encode takes at its peak, from what its header says: a table of bytes per
 * pixel for each way of reading and of writing a format. The figures are measured, not derived:
 * tests/unit/test_estimate.c runs encoders over a grid of pictures and holds each estimate
 * against what the kernel counted. They are of the worst picture that was found (noise), and so
 * a good deal too high for most; that costs turns in line, while too low costs the machine.
 * Pure, any thread.
 */
#ifndef ENCODE_ESTIMATE_H
#define ENCODE_ESTIMATE_H

#include "encode/protocol.h"

/* Bytes, those of an idle encoder included, for an encode of `request` with so many threads.
 * Never 0. Whatever `facts` say, for an encoder may lie: then very much. */
uint64_t estimate_memory(const struct encode_facts *facts, const struct encode_request *request,
	unsigned threads);

#endif
