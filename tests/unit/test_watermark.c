/* SPDX-License-Identifier: MIT */
#include "fixture.h"
#include "view/watermark.h"

START_TEST(nine_positions_keep_their_margin)
{
	static const struct {
		const char *name;
		uint32_t left, top;
	} want[] = {
		{ "top-left", 10, 10 },
		{ "top", 80, 10 },
		{ "top-right", 150, 10 },
		{ "left", 10, 40 },
		{ "centre", 80, 40 },
		{ "right", 150, 40 },
		{ "bottom-left", 10, 70 },
		{ "bottom", 80, 70 },
		{ "bottom-right", 150, 70 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		struct watermark_look look = { .margin = 10, .opacity = 100 };
		enum watermark_position position;
		struct watermark_place place;

		ck_assert(watermark_position_parse(want[i].name, &position));
		ck_assert_str_eq(watermark_position_name(position), want[i].name);
		look.position = (uint8_t)position;
		place = watermark_place(
			&look, (struct size){ 40, 20 }, (struct size){ 200, 100 });
		ck_assert_uint_eq(place.left, want[i].left);
		ck_assert_uint_eq(place.top, want[i].top);
		ck_assert_uint_eq(place.size.width, 40);
		ck_assert_uint_eq(place.size.height, 20);
	}
	ck_assert(!watermark_position_parse("middle", &(enum watermark_position){ 0 }));
}
END_TEST

START_TEST(scale_is_of_the_results_width)
{
	struct watermark_look look = { .scale = 50, .opacity = 100 };
	struct watermark_place place =
		watermark_place(&look, (struct size){ 40, 20 }, (struct size){ 200, 300 });

	ck_assert_uint_eq(place.size.width, 100);
	ck_assert_uint_eq(place.size.height, 50);
	look.margin_share = 10;
	place = watermark_place(&look, (struct size){ 40, 20 }, (struct size){ 200, 300 });
	ck_assert_uint_eq(place.margin, 20);
	ck_assert_uint_eq(place.left, 20);
}
END_TEST

START_TEST(it_never_sticks_out)
{
	srandom(3);
	for (int i = 0; i < 100000; i++) {
		struct watermark_look look = {
			.position = (uint8_t)(random() % WATERMARK_POSITIONS),
			.scale = (uint8_t)(random() % 101),
			.margin = (uint32_t)random() % (i & 1 ? 10 : WATERMARK_MARGIN_MAX + 1),
			.margin_share = i & 2 ? 0 : (uint32_t)random() % 51,
		};
		struct size own = { 1 + (uint32_t)random() % 5000,
			1 + (uint32_t)random() % 50 };
		struct size result = { 1 + (uint32_t)random() % 70,
			1 + (uint32_t)random() % (i & 4 ? 3 : 65535) };
		struct watermark_place p =
			watermark_place(&look, i & 8 ? own : size_turn(own), result);

		if (p.size.width < 1 || p.size.height < 1 ||
			p.left + p.size.width + p.margin > result.width ||
			p.top + p.size.height + p.margin > result.height || p.left < p.margin ||
			p.top < p.margin)
			ck_abort_msg("%u x %u at %u, %u on %u x %u", p.size.width,
				p.size.height, p.left, p.top, result.width, result.height);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		nine_positions_keep_their_margin,
		scale_is_of_the_results_width,
		it_never_sticks_out,
	};

	return suite_run(&(struct suite_list){
		.name = "watermark",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
	});
}
