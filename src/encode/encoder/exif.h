/* SPDX-License-Identifier: MIT
 *
 * EXIF blocks. Not by libvips' fields: they are libexif's texts for people, in which a
 * copyright becomes "NAME (Photographer) - [None] (Editor)" and all that is not ASCII something
 * like it.
 */
#ifndef ENCODER_EXIF_H
#define ENCODER_EXIF_H

#include "encode/encoder/credit.h"

/* Artist and copyright of an EXIF block, with or without its "Exif\0\0". */
void exif_credit(const void *data, size_t size, struct credit *credit);

/* A block of nothing else; g_free() it. */
void *exif_build(const struct credit *credit, size_t *ret_size);

/* Makes a block true of a picture that was turned upright, resized and, with `srgb`, converted:
 * changes numbers in place, and drops the thumbnail, which is still the old picture. */
void exif_normalise(void *data, size_t size, int width, int height, bool srgb);

#endif
