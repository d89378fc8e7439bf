/* SPDX-License-Identifier: MIT
 *
 * What a variant says besides its pixels: nothing, except who made it and whose it is. Place,
 * camera serial numbers, edit history and embedded thumbnails (which may show what was cropped)
 * go; colour is sRGB and orientation is applied, so neither needs saying.
 */
#ifndef ENCODER_METADATA_H
#define ENCODER_METADATA_H

#include <stdbool.h>
#include <vips/vips.h>

/* Drops all fields but copyright and artist, and, with more than one frame, those that make an
 * animation: delays, loop, and the height of a frame. 0 or -1. */
int metadata_reduce(VipsImage **image, unsigned frames, int frame_height);

/* Is there any text to keep? Otherwise savers are told to write no metadata at all. */
bool metadata_present(VipsImage *image);

#endif
