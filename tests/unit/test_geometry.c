/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "fixture.h"
#include "util/cleanup.h"
#include "view/geometry.h"

static const struct {
	uint32_t width, height; /* of the view */
	enum view_fit fit;
	struct size source, scaled, result;
} cases[] = {
	{ 0, 0, VIEW_FIT_INSIDE, { 4000, 3000 }, { 4000, 3000 }, { 4000, 3000 } },
	{ 800, 0, VIEW_FIT_INSIDE, { 4000, 3000 }, { 800, 600 }, { 800, 600 } },
	{ 0, 600, VIEW_FIT_INSIDE, { 4000, 3000 }, { 800, 600 }, { 800, 600 } },
	{ 800, 0, VIEW_FIT_INSIDE, { 290, 442 }, { 290, 442 }, { 290, 442 } },
	{ 100, 0, VIEW_FIT_INSIDE, { 290, 442 }, { 100, 152 }, { 100, 152 } },
	{ 100, 100, VIEW_FIT_INSIDE, { 290, 442 }, { 66, 100 }, { 66, 100 } },
	{ 100, 100, VIEW_FIT_INSIDE, { 50, 400 }, { 13, 100 }, { 13, 100 } },
	{ 10, 0, VIEW_FIT_INSIDE, { 65500, 1 }, { 10, 1 }, { 10, 1 } },
	{ 0, 10, VIEW_FIT_INSIDE, { 1, 100000 }, { 1, 10 }, { 1, 10 } },
	{ 800, 0, VIEW_FIT_INSIDE, { 801, 4000000000u }, { 800, 3995006242u },
		{ 800, 3995006242u } },
	{ 100, 100, VIEW_FIT_COVER, { 400, 200 }, { 200, 100 }, { 100, 100 } },
	{ 100, 100, VIEW_FIT_COVER, { 200, 400 }, { 100, 200 }, { 100, 100 } },
	{ 100, 50, VIEW_FIT_COVER, { 300, 300 }, { 100, 100 }, { 100, 50 } },
	{ 100, 50, VIEW_FIT_COVER, { 100, 50 }, { 100, 50 }, { 100, 50 } },
	{ 100, 100, VIEW_FIT_COVER, { 40, 20 }, { 40, 20 }, { 20, 20 } },
	{ 100, 100, VIEW_FIT_COVER, { 400, 20 }, { 400, 20 }, { 20, 20 } },
	{ 100, 50, VIEW_FIT_COVER, { 30, 300 }, { 30, 300 }, { 30, 15 } },
	{ 60000, 1, VIEW_FIT_COVER, { 5, 5 }, { 5, 5 }, { 5, 1 } },
};

START_TEST(plan_gives_exact_sizes)
{
	struct view view = {
		.width = cases[_i].width, .height = cases[_i].height, .fit = cases[_i].fit
	};
	struct geometry g = geometry_plan(&view, cases[_i].source);

	ck_assert_uint_eq(g.scaled.width, cases[_i].scaled.width);
	ck_assert_uint_eq(g.scaled.height, cases[_i].scaled.height);
	ck_assert_uint_eq(g.result.width, cases[_i].result.width);
	ck_assert_uint_eq(g.result.height, cases[_i].result.height);
	ck_assert_uint_eq(g.left, (g.scaled.width - g.result.width) / 2);
	ck_assert_uint_eq(g.top, (g.scaled.height - g.result.height) / 2);
}
END_TEST

START_TEST(plan_never_enlarges_nor_leaves_the_box)
{
	for (uint32_t i = 0; i < 200000; i++) {
		/* Weyl steps: small and large, all ratios. */
		struct size in = { 1 + i * 2654435761u % 70000, 1 + i * 2246822519u % 70000 };
		struct view view = {
			.width = 1 + i * 3266489917u % VIEW_SIDE_MAX,
			.height = 1 + i * 668265263u % VIEW_SIDE_MAX,
			.fit = i & 1 ? VIEW_FIT_COVER : VIEW_FIT_INSIDE,
		};
		struct geometry g = geometry_plan(&view, in);

		bool fine = g.scaled.width <= in.width && g.scaled.height <= in.height &&
		            g.result.width <= view.width && g.result.height <= view.height &&
		            g.result.width >= 1 && g.result.height >= 1 &&
		            g.left + g.result.width <= g.scaled.width &&
		            g.top + g.result.height <= g.scaled.height;

		/* An assertion that holds costs a write to check's pipe. */
		if (!fine)
			ck_abort_msg("%u x %u in %u x %u", in.width, in.height, view.width,
				view.height);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		plan_never_enlarges_nor_leaves_the_box,
	};
	const struct suite_loop loops[] = {
		{ plan_gives_exact_sizes, 0, ARRAY_SIZE(cases) },
	};

	return suite_run(&(struct suite_list){
		.name = "geometry",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.loops = loops,
		.n_loops = ARRAY_SIZE(loops),
	});
}
