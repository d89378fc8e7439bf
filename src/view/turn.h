/* SPDX-License-Identifier: MIT
 *
 * Turns and mirrors. EXIF's orientation, `flop`, `flip` and `rotN` are all of the same eight, so
 * what a view and a file ask for together is one of them again, done in one step; and a place in
 * the turned picture can be told in the one that is stored. Pure, any thread.
 */
#ifndef VIEW_TURN_H
#define VIEW_TURN_H

#include <stdbool.h>

#include "view/geometry.h"

/* Rows become columns (about the diagonal from the top left) first; then mirrored left to right
 * (flop) and top to bottom (flip). */
struct turn {
	bool transpose, flop, flip;
};

/* What makes a picture upright whose EXIF orientation this is; none where it is not 1…8. */
struct turn turn_upright(int orientation);
/* flop, flip and rotate of the view, in this order. */
struct turn turn_of_view(const struct view *view);
/* `first`, and what becomes of it by `then`. */
struct turn turn_join(struct turn first, struct turn then);
bool turn_is_none(struct turn turn);

struct size turn_size(struct turn turn, struct size size);
/* Where `area` of a picture of this size lies in the turned one, and the way back: `size` is
 * that of the picture before the turn both times. */
struct view_area turn_area(struct turn turn, struct view_area area, struct size size);
struct view_area turn_area_back(struct turn turn, struct view_area area, struct size size);

#endif
