/* SPDX-License-Identifier: MIT
 *
 * Where to look at a picture: the part that is left when `smart` or `entropy` choose it.
 */
#ifndef ENCODER_FOCUS_H
#define ENCODER_FOCUS_H

#include <vips/vips.h>

#include "view/geometry.h"

/* The best place for `size` in the image, which is upright, in sRGB or grey, and is then kept in
 * memory. 0 or -1 with libvips' error. */
int focus_find(VipsImage **image, enum view_place place, struct size size, uint32_t *ret_left,
	uint32_t *ret_top);

#endif
