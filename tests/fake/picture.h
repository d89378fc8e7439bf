/* SPDX-License-Identifier: MIT
 *
 * Bytes that are a picture as far as its beginning and its end tell, for an encoder without a
 * codec: what lies between is the caller's.
 */
#ifndef TESTS_FAKE_PICTURE_H
#define TESTS_FAKE_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "view/geometry.h"

#define PICTURE_HEAD_MAX 256

/* The size that the file says; 640 x 480 where it says none. */
struct size picture_claim(int fd, enum format format);

/* Noise. */
void picture_fill(unsigned char *bytes, size_t size, uint64_t seed);

/* Writes beginning and end of a picture of `size` bytes over those in `bytes`. Where they are too
 * few for both, there is as much of the beginning as fits. */
void picture_dress(unsigned char *bytes, size_t size, enum format format, struct size sides);

#endif
