/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "fixture.h"
#include "util/cleanup.h"
#include "view/geometry.h"

static const struct {
	uint32_t width, height; /* of the view */
	enum view_fit fit;
	bool up;
	uint8_t rotate;
	struct size source, scaled, result;
} cases[] = {
	/* fit */
	{ 0, 0, VIEW_FIT_INSIDE, 0, 0, { 4000, 3000 }, { 4000, 3000 }, { 4000, 3000 } },
	{ 800, 0, VIEW_FIT_INSIDE, 0, 0, { 4000, 3000 }, { 800, 600 }, { 800, 600 } },
	{ 0, 600, VIEW_FIT_INSIDE, 0, 0, { 4000, 3000 }, { 800, 600 }, { 800, 600 } },
	{ 800, 0, VIEW_FIT_INSIDE, 0, 0, { 290, 442 }, { 290, 442 }, { 290, 442 } },
	{ 100, 0, VIEW_FIT_INSIDE, 0, 0, { 290, 442 }, { 100, 152 }, { 100, 152 } },
	{ 100, 100, VIEW_FIT_INSIDE, 0, 0, { 290, 442 }, { 66, 100 }, { 66, 100 } },
	{ 100, 100, VIEW_FIT_INSIDE, 0, 0, { 50, 400 }, { 13, 100 }, { 13, 100 } },
	{ 10, 0, VIEW_FIT_INSIDE, 0, 0, { 65500, 1 }, { 10, 1 }, { 10, 1 } },
	{ 0, 10, VIEW_FIT_INSIDE, 0, 0, { 1, 100000 }, { 1, 10 }, { 1, 10 } },
	{ 800, 0, VIEW_FIT_INSIDE, 0, 0, { 801, 4000000000u }, { 800, 3995006242u },
		{ 800, 3995006242u } },
	{ 800, 0, VIEW_FIT_INSIDE, 1, 0, { 4000, 3000 }, { 800, 600 }, { 800, 600 } },
	{ 800, 0, VIEW_FIT_INSIDE, 1, 0, { 40, 30 }, { 800, 600 }, { 800, 600 } },
	{ 0, 900, VIEW_FIT_INSIDE, 1, 0, { 40, 30 }, { 1200, 900 }, { 1200, 900 } },
	{ 800, 800, VIEW_FIT_INSIDE, 1, 0, { 40, 30 }, { 800, 600 }, { 800, 600 } },
	{ 800, 0, VIEW_FIT_INSIDE, 0, 1, { 4000, 3000 }, { 800, 1067 }, { 800, 1067 } },
	{ 800, 0, VIEW_FIT_INSIDE, 0, 2, { 4000, 3000 }, { 800, 600 }, { 800, 600 } },
	{ 0, 0, VIEW_FIT_INSIDE, 0, 3, { 4000, 3000 }, { 3000, 4000 }, { 3000, 4000 } },
	/* cover */
	{ 100, 100, VIEW_FIT_COVER, 0, 0, { 400, 200 }, { 200, 100 }, { 100, 100 } },
	{ 100, 100, VIEW_FIT_COVER, 0, 0, { 200, 400 }, { 100, 200 }, { 100, 100 } },
	{ 100, 50, VIEW_FIT_COVER, 0, 0, { 300, 300 }, { 100, 100 }, { 100, 50 } },
	{ 100, 50, VIEW_FIT_COVER, 0, 0, { 100, 50 }, { 100, 50 }, { 100, 50 } },
	{ 100, 100, VIEW_FIT_COVER, 0, 0, { 40, 20 }, { 40, 20 }, { 20, 20 } },
	{ 100, 100, VIEW_FIT_COVER, 0, 0, { 400, 20 }, { 400, 20 }, { 20, 20 } },
	{ 100, 50, VIEW_FIT_COVER, 0, 0, { 30, 300 }, { 30, 300 }, { 30, 15 } },
	{ 60000, 1, VIEW_FIT_COVER, 0, 0, { 5, 5 }, { 5, 5 }, { 5, 1 } },
	{ 100, 100, VIEW_FIT_COVER, 1, 0, { 40, 20 }, { 200, 100 }, { 100, 100 } },
	{ 100, 100, VIEW_FIT_COVER, 1, 0, { 400, 20 }, { 2000, 100 }, { 100, 100 } },
	{ 100, 50, VIEW_FIT_COVER, 0, 1, { 400, 200 }, { 100, 200 }, { 100, 50 } },
	/* pad */
	{ 100, 100, VIEW_FIT_PAD, 0, 0, { 400, 200 }, { 100, 50 }, { 100, 100 } },
	{ 100, 100, VIEW_FIT_PAD, 0, 0, { 40, 20 }, { 40, 20 }, { 100, 100 } },
	{ 100, 100, VIEW_FIT_PAD, 1, 0, { 40, 20 }, { 100, 50 }, { 100, 100 } },
	{ 100, 40, VIEW_FIT_PAD, 0, 1, { 400, 200 }, { 20, 40 }, { 100, 40 } },
	{ 65535, 65535, VIEW_FIT_PAD, 0, 0, { 1, 1 }, { 1, 1 }, { 65535, 65535 } },
	/* fill */
	{ 100, 100, VIEW_FIT_FILL, 0, 0, { 400, 200 }, { 100, 100 }, { 100, 100 } },
	{ 100, 100, VIEW_FIT_FILL, 0, 0, { 400, 20 }, { 100, 20 }, { 100, 20 } },
	{ 100, 100, VIEW_FIT_FILL, 1, 0, { 400, 20 }, { 100, 100 }, { 100, 100 } },
	{ 100, 30, VIEW_FIT_FILL, 0, 1, { 400, 20 }, { 20, 30 }, { 20, 30 } },
	/* as far as numbers go */
	{ 65535, 0, VIEW_FIT_INSIDE, 1, 0, { 1, 4294967295u }, { 1, 4294967295u },
		{ 1, 4294967295u } },
};

START_TEST(plan_gives_exact_sizes)
{
	struct view view = {
		.width = cases[_i].width,
		.height = cases[_i].height,
		.fit = cases[_i].fit,
		.up = cases[_i].up,
		.rotate = cases[_i].rotate,
	};
	struct geometry g = geometry_plan(&view, cases[_i].source);
	bool pad = view.fit == VIEW_FIT_PAD;
	struct size outer = pad ? g.result : g.scaled, inner = pad ? g.scaled : g.result;

	ck_assert_uint_eq(g.scaled.width, cases[_i].scaled.width);
	ck_assert_uint_eq(g.scaled.height, cases[_i].scaled.height);
	ck_assert_uint_eq(g.result.width, cases[_i].result.width);
	ck_assert_uint_eq(g.result.height, cases[_i].result.height);
	ck_assert_uint_eq(g.left, (outer.width - inner.width) / 2);
	ck_assert_uint_eq(g.top, (outer.height - inner.height) / 2);
}
END_TEST

/* 11 x 7 too much, or too little. */
START_TEST(place_says_where)
{
	static const struct {
		enum view_place place;
		uint32_t left, top;
	} places[] = {
		{ VIEW_PLACE_CENTRE, 5, 3 },
		{ VIEW_PLACE_NORTH, 5, 0 },
		{ VIEW_PLACE_NORTHEAST, 11, 0 },
		{ VIEW_PLACE_EAST, 11, 3 },
		{ VIEW_PLACE_SOUTHEAST, 11, 7 },
		{ VIEW_PLACE_SOUTH, 5, 7 },
		{ VIEW_PLACE_SOUTHWEST, 0, 7 },
		{ VIEW_PLACE_WEST, 0, 3 },
		{ VIEW_PLACE_NORTHWEST, 0, 0 },
	};
	struct view view = { .width = 31, .height = 27, .fit = VIEW_FIT_PAD };
	struct geometry g;

	view.place = (uint8_t)places[_i].place;
	g = geometry_plan(&view, (struct size){ 20, 20 });
	ck_assert_uint_eq(g.left, places[_i].left);
	ck_assert_uint_eq(g.top, places[_i].top);
	/* Cut: one direction is always the box's. */
	view = (struct view){ .width = 20, .height = 20, .fit = VIEW_FIT_COVER };
	view.place = (uint8_t)places[_i].place;
	g = geometry_plan(&view, (struct size){ 31, 20 });
	ck_assert_uint_eq(g.left, places[_i].left);
	ck_assert_uint_eq(g.top, 0);
	g = geometry_plan(&view, (struct size){ 20, 27 });
	ck_assert_uint_eq(g.left, 0);
	ck_assert_uint_eq(g.top, places[_i].top);
}
END_TEST

START_TEST(crop_is_clipped_at_the_edges)
{
	static const struct {
		struct view_area crop, area; /* a width of 0: outside */
	} crops[] = {
		{ { 0, 0, 0, 0 }, { 0, 0, 400, 300 } },
		{ { 10, 20, 30, 40 }, { 10, 20, 30, 40 } },
		{ { 0, 0, 1000000, 1000000 }, { 0, 0, 400, 300 } },
		{ { 390, 299, 11, 2 }, { 390, 299, 10, 1 } },
		{ { 399, 0, 1000000, 1 }, { 399, 0, 1, 1 } },
		{ { 400, 0, 1, 1 }, { 0 } },
		{ { 0, 300, 1, 1 }, { 0 } },
		{ { 1000000, 1000000, 1000000, 1000000 }, { 0 } },
	};
	struct view view = { .crop = crops[_i].crop };
	struct view_area area;
	bool inside = geometry_area(&view, (struct size){ 400, 300 }, &area);

	ck_assert_int_eq(inside, crops[_i].area.width > 0);
	if (inside)
		ck_assert_mem_eq(&area, &crops[_i].area, sizeof(area));
}
END_TEST

/* Weyl steps: small and large, all ratios. */
static struct view view_numbered(uint32_t i)
{
	struct view view = {
		.width = 1 + i * 3266489917u % VIEW_SIDE_MAX,
		.height = 1 + i * 668265263u % VIEW_SIDE_MAX,
		.fit = (uint8_t)(i % 4),
		.up = i / 4 % 2,
		.rotate = (uint8_t)(i / 8 % 4),
		.place = (uint8_t)(i / 32 % 11),
		.trim = i / 352 % 2,
	};

	if (view.fit == VIEW_FIT_INSIDE && i & 1u << 12)
		*(i & 1u << 13 ? &view.width : &view.height) = 0;
	return view;
}

/* An assertion that holds costs a write to check's pipe. */
static void expect(bool fine, const struct view *v, struct size in, const char *what)
{
	if (!fine)
		ck_abort_msg("%s: %u x %u in %u x %u, fit %u up %u rotate %u", what, in.width,
			in.height, v->width, v->height, v->fit, v->up, v->rotate);
}

static void check_plan(const struct view *v, struct size in)
{
	struct geometry g = geometry_plan(v, in);
	struct size turned = v->rotate & 1 ? size_turn(in) : in;
	bool pad = v->fit == VIEW_FIT_PAD;
	struct size outer = pad ? g.result : g.scaled, inner = pad ? g.scaled : g.result;

	expect(g.scaled.width && g.scaled.height && g.result.width && g.result.height, v, in,
		"a side is 0");
	expect(v->up || (g.scaled.width <= turned.width && g.scaled.height <= turned.height), v,
		in, "enlarged");
	expect((!v->width || g.result.width <= v->width) &&
			(!v->height || g.result.height <= v->height),
		v, in, "out of the box");
	expect((uint64_t)g.left + inner.width <= outer.width &&
			(uint64_t)g.top + inner.height <= outer.height,
		v, in, "cut or put outside");
	expect(!pad || (g.result.width == v->width && g.result.height == v->height), v, in,
		"padded to another box");
	expect(v->fit == VIEW_FIT_COVER || pad || size_equal(g.scaled, g.result), v, in,
		"cut without cause");
	expect(!v->up || v->fit == VIEW_FIT_INSIDE || pad ||
			(g.result.width == v->width && g.result.height == v->height),
		v, in, "does not fill the box");
}

START_TEST(plan_keeps_its_bounds)
{
	for (uint32_t i = 0; i < 400000; i++) {
		struct size in = { 1 + i * 2654435761u % 70000, 1 + i * 2246822519u % 70000 };
		struct view view = view_numbered(i);

		if (i % 7 == 0)
			in.width = UINT32_MAX - i;
		if (i % 11 == 0)
			in.height = UINT32_MAX - i;
		check_plan(&view, in);
	}
}
END_TEST

static bool is_within(struct size a, struct size b)
{
	return a.width <= b.width && a.height <= b.height;
}

/* Without `up`; what the encoder gives up with is none of a promise. */
START_TEST(no_trim_leaves_more_than_the_most)
{
	for (uint32_t i = 0; i < 400000; i++) {
		struct size in = { 1 + i * 2654435761u % 7000, 1 + i * 2246822519u % 7000 };
		struct size left = { 1 + i * 40503u % in.width, 1 + i * 30011u % in.height };
		struct view view = view_numbered(i);
		struct geometry most, g;

		view.trim = true;
		most = geometry_most(&view, in);
		g = geometry_plan(&view, left);
		expect(view.up || (is_within(g.scaled, most.scaled) &&
					  is_within(g.result, most.result)),
			&view, in, "beyond the most");
		g = geometry_plan(&view, in);
		expect(is_within(g.scaled, most.scaled) && is_within(g.result, most.result),
			&view, in, "more than the most untrimmed");
		view.trim = false;
		most = geometry_most(&view, in);
		expect(size_equal(most.scaled, g.scaled) && size_equal(most.result, g.result),
			&view, in, "not exact where nothing is trimmed");
	}
}
END_TEST

START_TEST(most_of_an_enlarged_trim_is_four_times_of_all)
{
	struct view view = { .width = 800, .up = true, .trim = true };
	struct geometry g = geometry_most(&view, (struct size){ 1000, 500 });

	ck_assert_uint_eq(g.result.width, 800);
	ck_assert_uint_eq(g.result.height, 1600);
	/* What is there is no enlargement. */
	g = geometry_most(&view, (struct size){ 1000, 5000 });
	ck_assert_uint_eq(g.result.height, 16000);
	view.width = 10;
	g = geometry_most(&view, (struct size){ 1000, 5000 });
	ck_assert_uint_eq(g.result.height, 5000);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		plan_keeps_its_bounds,
		no_trim_leaves_more_than_the_most,
		most_of_an_enlarged_trim_is_four_times_of_all,
	};
	const struct suite_loop loops[] = {
		{ plan_gives_exact_sizes, 0, ARRAY_SIZE(cases) },
		{ place_says_where, 0, 9 },
		{ crop_is_clipped_at_the_edges, 0, 8 },
	};

	return suite_run(&(struct suite_list){
		.name = "geometry",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
