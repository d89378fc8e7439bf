/* SPDX-License-Identifier: MIT */
#include "view/turn.h"

#include "util/cleanup.h"

struct turn turn_upright(int orientation)
{
	/* EXIF 2.32, 4.6.4 A, Orientation. */
	static const struct turn turns[] = {
		[2] = { .flop = true },
		[3] = { .flop = true, .flip = true },
		[4] = { .flip = true },
		[5] = { .transpose = true },
		[6] = { .transpose = true, .flop = true },
		[7] = { .transpose = true, .flop = true, .flip = true },
		[8] = { .transpose = true, .flip = true },
	};

	return orientation >= 2 && orientation <= 8 ? turns[orientation] : (struct turn){ 0 };
}

struct turn turn_of_view(const struct view *view)
{
	/* Clockwise, as a viewer turns what is stored as 6, 3 and 8. */
	static const int orientations[] = { 1, 6, 3, 8 };

	return turn_join((struct turn){ .flop = view->flop, .flip = view->flip },
		turn_upright(orientations[view->rotate & 3]));
}

struct turn turn_join(struct turn first, struct turn then)
{
	return (struct turn){
		.transpose = first.transpose != then.transpose,
		.flop = then.flop != (then.transpose ? first.flip : first.flop),
		.flip = then.flip != (then.transpose ? first.flop : first.flip),
	};
}

bool turn_is_none(struct turn turn)
{
	return !turn.transpose && !turn.flop && !turn.flip;
}

struct size turn_size(struct turn turn, struct size size)
{
	return turn.transpose ? size_turn(size) : size;
}

static struct view_area area_transpose(struct view_area a)
{
	return (struct view_area){ a.top, a.left, a.height, a.width };
}

static struct view_area area_mirror(struct turn turn, struct view_area a, struct size size)
{
	if (turn.flop)
		a.left = size.width - a.left - a.width;
	if (turn.flip)
		a.top = size.height - a.top - a.height;
	return a;
}

struct view_area turn_area(struct turn turn, struct view_area area, struct size size)
{
	if (turn.transpose)
		area = area_transpose(area);
	return area_mirror(turn, area, turn_size(turn, size));
}

struct view_area turn_area_back(struct turn turn, struct view_area area, struct size size)
{
	area = area_mirror(turn, area, turn_size(turn, size));
	return turn.transpose ? area_transpose(area) : area;
}
