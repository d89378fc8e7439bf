/* SPDX-License-Identifier: MIT
 *
 * The border that `trim` cuts off: what is of one colour all around.
 */
#ifndef ENCODER_BORDER_H
#define ENCODER_BORDER_H

#include <vips/vips.h>

#include "view/geometry.h"

/* Narrows `area` to what is not border in at least one of the frames, which lie one below the
 * other in `image`, as stored and in memory. The border has the colour of the pixel at `corner`
 * of the first frame, or is transparent where that is. A picture of nothing else keeps its area.
 * 0 or -1 with libvips' error. */
int border_find(
	VipsImage *image, unsigned frames, struct view_area corner, struct view_area *area);

#endif
