/* SPDX-License-Identifier: MIT
 *
 * What the targets share. A target is LLVMFuzzerTestOneInput(), which aborts where a property
 * does not hold, and fuzz_seed(), inputs to begin with. It is linked with libFuzzer, or with
 * replay.c where the compiler has none.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                                        \
	do {                                                                                   \
		if (!(condition)) {                                                            \
			fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                \
			abort();                                                               \
		}                                                                              \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The i-th seed, of at most `max` bytes, into `out`: its size, 0 behind the last one. */
size_t fuzz_seed(size_t i, uint8_t *out, size_t max);

/* What is left of an input; behind its end there are zeros. */
struct bytes {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t bytes_u8(struct bytes *b)
{
	if (!b->left)
		return 0;
	b->left--;
	return *b->at++;
}

static inline uint16_t bytes_u16(struct bytes *b)
{
	uint16_t low = bytes_u8(b);

	return (uint16_t)(low | bytes_u8(b) << 8);
}

static inline uint64_t bytes_u64(struct bytes *b)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value |= (uint64_t)bytes_u8(b) << 8 * i;
	return value;
}

#endif
