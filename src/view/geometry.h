/* SPDX-License-Identifier: MIT
 *
 * From the size of a picture and what a view asks to the size of the result: exact integers, so
 * that the same view of the same picture has the same size whatever decoder shrank it on the
 * way. All sides are those of one frame, upright. Pure, any thread.
 */
#ifndef VIEW_GEOMETRY_H
#define VIEW_GEOMETRY_H

#include <stdbool.h>

#include "view/view.h"

struct size {
	uint32_t width, height;
};

/* Resize to `scaled`, then cut `result` out of it at (left, top). */
struct geometry {
	struct size scaled;
	struct size result;
	uint32_t left, top;
};

/* fit: the largest size within the box that keeps the aspect; a missing side is no bound.
 * cover: the box itself, filled, what sticks out cropped evenly; a source smaller than the box
 * in either direction is not enlarged: the result is the largest centred cut of it that has the
 * aspect of the box. Both never enlarge, and no side becomes 0. `upright` has no side of 0. */
struct geometry geometry_plan(const struct view *view, struct size upright);

bool size_equal(struct size a, struct size b);
/* Sides exchanged. */
struct size size_turn(struct size size);

#endif
