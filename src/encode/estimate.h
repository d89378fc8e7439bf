/* SPDX-License-Identifier: MIT
 *
 * How much memory an encode takes at its peak, and how many bytes it makes. Memory: from what its header says: a table of bytes per
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

/* Bytes that a result of so many pixels (a frame's) may take: what noise takes at this quality, of
 * which a photograph takes a quarter. Rarely more: transparency, sixteen bits, long animations.
 * Never 0. */
uint64_t estimate_output(const struct view *view, uint64_t pixels, enum format source_format,
	uint64_t source_bytes);

#endif
