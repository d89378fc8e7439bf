/* SPDX-License-Identifier: MIT
 *
 * What a variant says besides its pixels. By default nothing, except who made it and whose it
 * is: place, camera serial numbers, edit history and embedded thumbnails (which may show what
 * was cropped) go; colour is sRGB and orientation is applied, so neither needs saying. With
 * `meta` all of it, but true of the new picture: upright, of its size, without the old
 * thumbnail.
 *
 * All formats but GIF have a place for EXIF; there it is a comment.
 */
#ifndef ENCODER_METADATA_H
#define ENCODER_METADATA_H

#include <stdbool.h>
#include <vips/vips.h>

#include "view/view.h"

/* Leaves of the image's fields those that are to be written, and, with more than one frame,
 * those that make an animation: delays, loop, and the height of a frame. A profile that is still
 * there stays where the format can have it. 0 or -1. */
int metadata_reduce(
	VipsImage **image, const struct view *view, unsigned frames, int frame_height);

/* Is there anything to write? Otherwise savers are told to write no metadata at all. */
bool metadata_present(VipsImage *image);

/* The text of a GIF's comment; NULL when it has none. Borrowed from the image. */
const char *metadata_comment(VipsImage *image);

#endif
