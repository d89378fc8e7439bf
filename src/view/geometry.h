/* SPDX-License-Identifier: MIT
 *
 * From the size of a picture and what a view asks to the size of the result: exact integers, so
 * that the same view of the same picture has the same size whatever decoder shrank it on the
 * way. Encoder, estimate, promise of room and verdict all ask here. Sides are those of one
 * frame. Pure, any thread; nothing overflows, whatever the sizes, and no side becomes 0 where
 * none was.
 *
 *	source, upright ─ geometry_area ─► area of it ─ geometry_plan ─► scaled ─► result
 */
#ifndef VIEW_GEOMETRY_H
#define VIEW_GEOMETRY_H

#include <stdbool.h>

#include "view/view.h"

struct size {
	uint32_t width, height;
};

/* The area, turned and mirrored, is resized to `scaled`. What is larger than `result` is then cut:
 * the result's corner lies at (left, top) of it. What is smaller is put there in the result,
 * which has the size of the box. Never the one in one direction and the other in the other. */
struct geometry {
	struct size scaled;
	struct size result;
	uint32_t left, top;
};

/* What the view takes of an upright source, before anything is trimmed: its crop, clipped at the
 * edges; all of it without one. False when nothing is left. */
bool geometry_area(const struct view *view, struct size upright, struct view_area *ret);

/* `area` is the size of what crop and trim left of the upright source, no side of 0.
 *
 * fit: the largest size within the box that keeps the aspect; a missing side is no bound.
 * cover: the box itself, filled, of what sticks out only a part stays, by place (`smart` and
 * `entropy` as the centre: where they cut is known only from the pixels).
 * pad: as fit, then put into the box, by place.
 * fill: the box's sides.
 *
 * Nothing is enlarged without `up`. Then what is smaller than its box is: for fit, as it is; for
 * cover, the largest cut that has the aspect of the box; for pad, in a wider margin; for fill,
 * as it is in that direction. */
struct geometry geometry_plan(const struct view *view, struct size area);

/* As geometry_plan(); where the view trims, sizes that no trim of `area` goes beyond, in either
 * direction. What `up` makes of a narrow strip has no such bound: then four times of what it
 * makes of all, and beyond that the encoder gives up. */
struct geometry geometry_most(const struct view *view, struct size area);

/* How many times smaller the picture is that a blur of `sigma` is made of. With a sigma of four
 * pixels no detail is left that so coarse a grid would miss: what is made of it is within a tenth
 * of a level of 255. */
unsigned geometry_blur_shrink(unsigned sigma);
/* How far the border's colours reach into it: pixels, a multiple of that. */
unsigned geometry_blur_margin(unsigned sigma);

bool size_equal(struct size a, struct size b);
/* Sides exchanged. */
struct size size_turn(struct size size);
struct size area_size(struct view_area area);
/* No overflow: sides have 32 bits. */
uint64_t size_pixels(struct size size);

#endif
