/* SPDX-License-Identifier: MIT
 *
 * Steps that move pixels and leave colours alone: cut, resize, turn. Each is nothing where there
 * is nothing to do. 0 or -1 with libvips' error.
 */
#ifndef ENCODER_SHAPE_H
#define ENCODER_SHAPE_H

#include <vips/vips.h>

#include "view/turn.h"

/* Of pixels in order, the order stays. */
int shape_cut(VipsImage **image, struct view_area area);
int shape_resize(VipsImage **image, struct size size);

/* Turns that need rows in another order keep the image in memory first. */
int shape_turn(VipsImage **image, struct turn turn);
bool shape_turn_keeps(struct turn turn);

/* Colours multiplied by their alpha, as floats, for steps that mix pixels: what lies under
 * transparent ones is arbitrary and must not bleed into its neighbours. Then what
 * shape_unpremultiply() needs to undo it. Without alpha neither does anything. */
int shape_premultiply(VipsImage **image, VipsBandFormat *ret_format);
int shape_unpremultiply(VipsImage **image, VipsBandFormat format);

#endif
