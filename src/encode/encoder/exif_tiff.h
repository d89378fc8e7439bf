/* SPDX-License-Identifier: MIT
 *
 * A TIFF file says in its own directory what other formats have an EXIF block for. libvips
 * reads and writes there what pixels need, so the rest is carried over here.
 */
#ifndef ENCODER_EXIF_TIFF_H
#define ENCODER_EXIF_TIFF_H

#include <stddef.h>

/* What a TIFF file says of its picture, as a block; g_free() it. NULL when it says nothing.
 * Does not move the position of the descriptor. */
void *exif_from_tiff(int fd, size_t *ret_size);

/* Adds what a block says to a TIFF file, where that does not say it already. 0 or -errno. */
int exif_into_tiff(const void *block, size_t size, int fd);

#endif
