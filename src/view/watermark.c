/* SPDX-License-Identifier: MIT */
#include "view/watermark.h"

#include <string.h>

static const char *const names[WATERMARK_POSITIONS] = {
	[WATERMARK_TOP_LEFT] = "top-left",
	[WATERMARK_TOP] = "top",
	[WATERMARK_TOP_RIGHT] = "top-right",
	[WATERMARK_LEFT] = "left",
	[WATERMARK_CENTRE] = "centre",
	[WATERMARK_RIGHT] = "right",
	[WATERMARK_BOTTOM_LEFT] = "bottom-left",
	[WATERMARK_BOTTOM] = "bottom",
	[WATERMARK_BOTTOM_RIGHT] = "bottom-right",
};

const char *watermark_position_name(enum watermark_position position)
{
	return names[position];
}

bool watermark_position_parse(const char *text, enum watermark_position *ret)
{
	for (unsigned i = 0; i < WATERMARK_POSITIONS; i++) {
		if (strcmp(names[i], text) == 0) {
			*ret = (enum watermark_position)i;
			return true;
		}
	}
	return false;
}

/* n × num / den, rounded, at least 1. */
static uint32_t ratio(uint32_t n, uint32_t num, uint32_t den)
{
	uint64_t r = ((uint64_t)n * num + den / 2) / den;

	return r ? (uint32_t)r : 1;
}

static uint32_t margin_of(const struct watermark_look *look, struct size result)
{
	uint32_t shorter = result.width < result.height ? result.width : result.height;
	uint64_t margin = look->margin + (uint64_t)shorter * look->margin_share / 100;

	/* A pixel stays, whatever is asked for. */
	return margin * 2 < shorter ? (uint32_t)margin : (shorter - 1) / 2;
}

static struct size size_within(struct size own, struct size room)
{
	if (own.width > room.width)
		own = (struct size){ room.width, ratio(own.height, room.width, own.width) };
	if (own.height > room.height)
		own = (struct size){ ratio(own.width, room.height, own.height), room.height };
	return own;
}

/* 0, 1, 2: at the beginning, in the middle, at the end of `side`. */
static uint32_t offset(unsigned third, uint32_t side, uint32_t own, uint32_t margin)
{
	if (third == 0)
		return margin;
	return third == 1 ? (side - own) / 2 : side - own - margin;
}

struct watermark_place watermark_place(
	const struct watermark_look *look, struct size own, struct size result)
{
	struct watermark_place place = { .margin = margin_of(look, result) };
	struct size room = {
		.width = result.width - 2 * place.margin,
		.height = result.height - 2 * place.margin,
	};
	struct size wanted = own;

	if (look->scale) {
		wanted.width = ratio(result.width, look->scale, 100);
		wanted.height = ratio(own.height, wanted.width, own.width);
	}
	place.size = size_within(wanted, room);
	place.left = offset(look->position % 3, result.width, place.size.width, place.margin);
	place.top = offset(look->position / 3, result.height, place.size.height, place.margin);
	return place;
}
