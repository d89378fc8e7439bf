/* SPDX-License-Identifier: MIT
 *
 * How a watermark is laid over a result, as figures: what size it gets and where it goes. The
 * pixels are the encoder's business. Pure, any thread.
 */
#ifndef VIEW_WATERMARK_H
#define VIEW_WATERMARK_H

#include "view/geometry.h"

enum watermark_position {
	WATERMARK_TOP_LEFT,
	WATERMARK_TOP,
	WATERMARK_TOP_RIGHT,
	WATERMARK_LEFT,
	WATERMARK_CENTRE,
	WATERMARK_RIGHT,
	WATERMARK_BOTTOM_LEFT,
	WATERMARK_BOTTOM,
	WATERMARK_BOTTOM_RIGHT,
	WATERMARK_POSITIONS
};

#define WATERMARK_MARGIN_MAX 10000

/* Fixed-size integers without padding: it travels to the encoder, and is part of the digest by
 * which one watermark is told from another. */
struct watermark_look {
	uint8_t position;      /* enum watermark_position */
	uint8_t tile;          /* bool: again and again, over all of the result */
	uint8_t opacity;       /* percent, 1…100 */
	uint8_t scale;         /* percent of the result's width, 1…100; 0: its own size */
	uint32_t margin;       /* pixels around it, or between tiles */
	uint32_t margin_share; /* the same as percent of the result's shorter side, 0…50 */
};

struct watermark_place {
	struct size size;   /* resized to; never 0 */
	uint32_t left, top; /* of it, or of one of the tiles */
	uint32_t margin;    /* pixels */
};

/* Of a watermark of the size `own` on a result of the size `result`, no side 0. It is never
 * larger than what the margins leave, nor enlarged but by `scale`. */
struct watermark_place watermark_place(
	const struct watermark_look *look, struct size own, struct size result);

/* The word for it, such as "bottom-right", and the way back: false for what is none. */
const char *watermark_position_name(enum watermark_position position);
bool watermark_position_parse(const char *text, enum watermark_position *ret);

#endif
