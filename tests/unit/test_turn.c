/* SPDX-License-Identifier: MIT
 *
 * Turns against pixels that are moved one by one.
 */
#include "fixture.h"
#include "view/turn.h"

#define WIDTH  5u
#define HEIGHT 3u

static const struct size whole = { WIDTH, HEIGHT };

static struct turn turn_numbered(int i)
{
	return (struct turn){ .transpose = i & 1, .flop = i & 2, .flip = i & 4 };
}

static bool area_is(struct view_area a, uint32_t left, uint32_t top, uint32_t w, uint32_t h)
{
	return a.left == left && a.top == top && a.width == w && a.height == h;
}

static struct view_area pixel_area(uint32_t x, uint32_t y)
{
	return (struct view_area){ x, y, 1, 1 };
}

/* Where a viewer shows the stored pixel (0, 0), and in which direction the row goes on, by EXIF
 * 2.32, 4.6.4 A. */
START_TEST(upright_is_what_exif_says)
{
	static const struct {
		uint32_t x, y; /* of (0, 0) */
		int dx, dy;    /* to (1, 0) */
	} shown[] = {
		{ 0, 0, 1, 0 },
		{ WIDTH - 1, 0, -1, 0 },
		{ WIDTH - 1, HEIGHT - 1, -1, 0 },
		{ 0, HEIGHT - 1, 1, 0 },
		{ 0, 0, 0, 1 },
		{ HEIGHT - 1, 0, 0, 1 },
		{ HEIGHT - 1, WIDTH - 1, 0, -1 },
		{ 0, WIDTH - 1, 0, -1 },
	};
	struct turn turn = turn_upright(_i);
	struct view_area first = turn_area(turn, pixel_area(0, 0), whole);
	struct view_area second = turn_area(turn, pixel_area(1, 0), whole);

	ck_assert(area_is(first, shown[_i - 1].x, shown[_i - 1].y, 1, 1));
	ck_assert(area_is(second, first.left + (uint32_t)shown[_i - 1].dx,
		first.top + (uint32_t)shown[_i - 1].dy, 1, 1));
	ck_assert_uint_eq(turn_size(turn, whole).width, _i >= 5 ? HEIGHT : WIDTH);
}
END_TEST

START_TEST(what_is_no_orientation_turns_nothing)
{
	ck_assert(turn_is_none(turn_upright(0)));
	ck_assert(turn_is_none(turn_upright(1)));
	ck_assert(turn_is_none(turn_upright(9)));
	ck_assert(turn_is_none(turn_upright(-6)));
	for (int o = 2; o <= 8; o++)
		ck_assert(!turn_is_none(turn_upright(o)));
}
END_TEST

START_TEST(joined_turns_are_one_after_the_other)
{
	for (int a = 0; a < 8; a++) {
		for (int b = 0; b < 8; b++) {
			struct turn first = turn_numbered(a), then = turn_numbered(b);
			struct turn both = turn_join(first, then);
			struct view_area area = { 1, 0, 2, 3 }, step, once;

			step = turn_area(
				then, turn_area(first, area, whole), turn_size(first, whole));
			once = turn_area(both, area, whole);
			ck_assert_msg(
				area_is(once, step.left, step.top, step.width, step.height),
				"%d then %d", a, b);
			ck_assert(size_equal(turn_size(both, whole),
				turn_size(then, turn_size(first, whole))));
		}
	}
}
END_TEST

START_TEST(way_back_leads_back)
{
	struct turn turn = turn_numbered(_i);

	for (uint32_t x = 0; x < WIDTH; x++) {
		for (uint32_t y = 0; y < HEIGHT; y++) {
			struct view_area area = { x, y, WIDTH - x, 1 };
			struct view_area back =
				turn_area_back(turn, turn_area(turn, area, whole), whole);

			ck_assert(area_is(back, x, y, WIDTH - x, 1));
		}
	}
}
END_TEST

/* flop, flip, then rotate: the corner of what is stored goes there. */
START_TEST(view_mirrors_before_it_rotates)
{
	struct view view = { .flop = true, .rotate = 1 };
	struct view_area corner = turn_area(turn_of_view(&view), pixel_area(0, 0), whole);

	/* Mirrored it is at the top right, and turned clockwise that is the bottom right. */
	ck_assert(area_is(corner, HEIGHT - 1, WIDTH - 1, 1, 1));
	view = (struct view){ .flip = true, .rotate = 3 };
	corner = turn_area(turn_of_view(&view), pixel_area(0, 0), whole);
	/* At the bottom left, and turned anticlockwise that is the bottom right. */
	ck_assert(area_is(corner, HEIGHT - 1, WIDTH - 1, 1, 1));
	view = (struct view){ .flip = true, .flop = true, .rotate = 2 };
	ck_assert(turn_is_none(turn_of_view(&view)));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		what_is_no_orientation_turns_nothing,
		joined_turns_are_one_after_the_other,
		view_mirrors_before_it_rotates,
	};
	const struct suite_loop loops[] = {
		{ upright_is_what_exif_says, 1, 9 },
		{ way_back_leads_back, 0, 8 },
	};

	return suite_run(&(struct suite_list){
		.name = "turn",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
