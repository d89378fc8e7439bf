/* SPDX-License-Identifier: MIT
 *
 * An ICC profile of three primaries and a curve: for files that say their colours in a few numbers,
 * so that they go the way of all profiles and whoever keeps one keeps theirs.
 */
#ifndef ENCODER_MATRIX_PROFILE_H
#define ENCODER_MATRIX_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

struct chromaticity {
	double x, y;
};

struct matrix_space {
	struct chromaticity red, green, blue, white;
	double exponent; /* from numbers to light; 0: sRGB's curve */
};

extern const struct matrix_space matrix_space_srgb;

/* No further from it than what numbers of these are rounded to. */
bool matrix_space_is_srgb(const struct matrix_space *space);

/* The profile, of grey pixels with `grey`; g_free() it. NULL where no light has such primaries. */
void *matrix_profile_build(const struct matrix_space *space, bool grey, size_t *ret_size);

#endif
