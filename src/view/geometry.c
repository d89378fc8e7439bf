/* SPDX-License-Identifier: MIT */
#include "view/geometry.h"

#include "util/cleanup.h"

/* n × num / den, rounded, at least 1. Sides are below 2³², a side of a box below 2¹⁶. */
static uint32_t scale(uint32_t n, uint32_t num, uint32_t den)
{
	uint64_t r = ((uint64_t)n * num + den / 2) / den;

	return r ? (uint32_t)r : 1;
}

bool size_equal(struct size a, struct size b)
{
	return a.width == b.width && a.height == b.height;
}

struct size size_turn(struct size size)
{
	return (struct size){ .width = size.height, .height = size.width };
}

/* Is `a` wider for its height than `b`? */
static bool size_wider(struct size a, struct size b)
{
	return (uint64_t)a.width * b.height > (uint64_t)b.width * a.height;
}

static struct size plan_inside(struct size box, struct size in)
{
	if (in.width <= box.width && in.height <= box.height)
		return in;
	if (size_wider(in, box))
		return (struct size){ box.width, scale(in.height, box.width, in.width) };
	return (struct size){ scale(in.width, box.height, in.height), box.height };
}

static struct size plan_around(struct size box, struct size in)
{
	if (size_wider(in, box))
		return (struct size){ scale(in.width, box.height, in.height), box.height };
	return (struct size){ box.width, scale(in.height, box.width, in.width) };
}

static struct size plan_cut(struct size box, struct size in)
{
	if (size_wider(in, box))
		return (struct size){ scale(in.height, box.width, box.height), in.height };
	return (struct size){ in.width, scale(in.width, box.height, box.width) };
}

struct geometry geometry_plan(const struct view *view, struct size upright)
{
	struct size box = {
		.width = view->width ? view->width : UINT32_MAX,
		.height = view->height ? view->height : UINT32_MAX,
	};
	struct geometry g = { .scaled = upright, .result = upright };

	if (view->fit != VIEW_FIT_COVER) {
		g.scaled = g.result = plan_inside(box, upright);
	} else if (upright.width >= box.width && upright.height >= box.height) {
		g.scaled = plan_around(box, upright);
		g.result = box;
	} else {
		g.result = plan_cut(box, upright);
	}
	g.left = (g.scaled.width - g.result.width) / 2;
	g.top = (g.scaled.height - g.result.height) / 2;
	return g;
}
