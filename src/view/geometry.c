/* SPDX-License-Identifier: MIT */
#include "view/geometry.h"

#include "util/cleanup.h"

#define TRIM_FACTOR 4

/* n × num / den, rounded, at least 1 and at most what 32 bits hold. */
static uint32_t scale(uint32_t n, uint32_t num, uint32_t den)
{
	uint64_t r = ((uint64_t)n * num + den / 2) / den;

	return r > UINT32_MAX ? UINT32_MAX : r ? (uint32_t)r : 1;
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t gap(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

bool size_equal(struct size a, struct size b)
{
	return a.width == b.width && a.height == b.height;
}

struct size size_turn(struct size size)
{
	return (struct size){ .width = size.height, .height = size.width };
}

struct size area_size(struct view_area area)
{
	return (struct size){ area.width, area.height };
}

uint64_t size_pixels(struct size size)
{
	return (uint64_t)size.width * size.height;
}

/* Is `a` wider for its height than `b`? */
static bool size_wider(struct size a, struct size b)
{
	return (uint64_t)a.width * b.height > (uint64_t)b.width * a.height;
}

static bool size_within(struct size a, struct size b)
{
	return a.width <= b.width && a.height <= b.height;
}

static struct size size_least(struct size a, struct size b)
{
	return (struct size){ lesser(a.width, b.width), lesser(a.height, b.height) };
}

/* The size of `in` where it touches the sides of the box: all of it inside. */
static struct size size_inside(struct size box, struct size in)
{
	if (size_wider(in, box))
		return (struct size){ box.width, scale(in.height, box.width, in.width) };
	return (struct size){ scale(in.width, box.height, in.height), box.height };
}

/* The same with nothing of the box left empty. */
static struct size size_around(struct size box, struct size in)
{
	if (size_wider(in, box))
		return (struct size){ scale(in.width, box.height, in.height), box.height };
	return (struct size){ box.width, scale(in.height, box.width, in.width) };
}

/* The largest part of `in` that has the aspect of the box. */
static struct size size_cut(struct size box, struct size in)
{
	if (size_wider(in, box))
		return (struct size){ scale(in.height, box.width, box.height), in.height };
	return (struct size){ in.width, scale(in.width, box.height, box.width) };
}

/* A missing side bounds nothing. */
static struct size view_box(const struct view *view)
{
	return (struct size){
		.width = view->width ? view->width : UINT32_MAX,
		.height = view->height ? view->height : UINT32_MAX,
	};
}

static struct size plan_inside(const struct view *view, struct size box, struct size in)
{
	bool sized = view->width || view->height;

	if (!sized || (!view->up && size_within(in, box)))
		return in;
	return size_inside(box, in);
}

/* Half, none or all of what is left over, by the place's column and row. */
static void plan_place(const struct view *view, struct geometry *g)
{
	static const struct {
		uint8_t x, y; /* halves */
	} places[] = {
		[VIEW_PLACE_CENTRE] = { 1, 1 },
		[VIEW_PLACE_NORTH] = { 1, 0 },
		[VIEW_PLACE_NORTHEAST] = { 2, 0 },
		[VIEW_PLACE_EAST] = { 2, 1 },
		[VIEW_PLACE_SOUTHEAST] = { 2, 2 },
		[VIEW_PLACE_SOUTH] = { 1, 2 },
		[VIEW_PLACE_SOUTHWEST] = { 0, 2 },
		[VIEW_PLACE_WEST] = { 0, 1 },
		[VIEW_PLACE_NORTHWEST] = { 0, 0 },
		[VIEW_PLACE_SMART] = { 1, 1 },
		[VIEW_PLACE_ENTROPY] = { 1, 1 },
	};
	unsigned place = view->place < ARRAY_SIZE(places) ? view->place : VIEW_PLACE_CENTRE;
	uint64_t wide = gap(g->scaled.width, g->result.width);
	uint64_t high = gap(g->scaled.height, g->result.height);

	g->left = (uint32_t)(wide * places[place].x / 2);
	g->top = (uint32_t)(high * places[place].y / 2);
}

struct geometry geometry_plan(const struct view *view, struct size area)
{
	struct size in = view->rotate & 1 ? size_turn(area) : area;
	struct size box = view_box(view);
	struct geometry g = { .scaled = in, .result = in };

	switch (view->fit) {
	case VIEW_FIT_COVER:
		if (view->up || size_within(box, in)) {
			g.scaled = size_around(box, in);
			g.result = box;
		} else {
			g.result = size_cut(box, in);
		}
		break;
	case VIEW_FIT_PAD:
		g.scaled = plan_inside(view, box, in);
		g.result = box;
		break;
	case VIEW_FIT_FILL:
		g.scaled = g.result = view->up ? box : size_least(box, in);
		break;
	default:
		g.scaled = g.result = plan_inside(view, box, in);
		break;
	}
	plan_place(view, &g);
	return g;
}

bool geometry_area(const struct view *view, struct size upright, struct view_area *ret)
{
	const struct view_area *crop = &view->crop;

	if (crop->width == 0) {
		*ret = (struct view_area){ 0, 0, upright.width, upright.height };
		return true;
	}
	if (crop->left >= upright.width || crop->top >= upright.height)
		return false;
	*ret = (struct view_area){
		.left = crop->left,
		.top = crop->top,
		.width = lesser(crop->width, upright.width - crop->left),
		.height = lesser(crop->height, upright.height - crop->top),
	};
	return true;
}

/* Of a trimmed picture each side may be anything up to the whole, whatever the other is. */
static uint32_t side_most(uint32_t planned, uint32_t whole, uint32_t box, bool up)
{
	uint64_t most = (uint64_t)planned * (up ? TRIM_FACTOR : 1);

	if (most < whole)
		most = whole;
	return most < box ? (uint32_t)most : box;
}

struct geometry geometry_most(const struct view *view, struct size area)
{
	struct size in = view->rotate & 1 ? size_turn(area) : area;
	struct size box = view_box(view), open = { UINT32_MAX, UINT32_MAX };
	struct size bound = view->fit == VIEW_FIT_COVER ? open : box;
	struct geometry g = geometry_plan(view, area);

	if (!view->trim)
		return g;
	g.scaled.width = side_most(g.scaled.width, in.width, bound.width, view->up);
	g.scaled.height = side_most(g.scaled.height, in.height, bound.height, view->up);
	if (view->fit != VIEW_FIT_PAD)
		g.result = size_least(g.scaled, box);
	return g;
}

#define BLUR_SIGMA_ENOUGH 4u

unsigned geometry_blur_shrink(unsigned sigma)
{
	return sigma < BLUR_SIGMA_ENOUGH ? 1 : sigma / BLUR_SIGMA_ENOUGH;
}

unsigned geometry_blur_margin(unsigned sigma)
{
	unsigned shrink = geometry_blur_shrink(sigma);

	return (3 * sigma / shrink + 1) * shrink;
}
