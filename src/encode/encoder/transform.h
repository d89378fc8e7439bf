/* SPDX-License-Identifier: MIT
 *
 * From the loaded picture to the one that is saved: resize, colour, turn upright, crop. In this
 * order, because turning needs the whole picture in memory (files are read from top to bottom),
 * and after resizing that is little.
 */
#ifndef ENCODER_TRANSFORM_H
#define ENCODER_TRANSFORM_H

#include "encode/encoder/load.h"
#include "view/geometry.h"

/* Figures only; nothing to free. */
struct transform {
	struct geometry geometry;
	struct size scaled; /* of one frame, as stored */
	int orientation;
	unsigned frames;
	bool deep;    /* 16-bit sources stay so: PNG and TIFF, which exist to lose nothing */
	bool flatten; /* the format has no alpha: JPEG */
};

struct transform transform_plan(const struct view *view, const struct load *load);

/* 0 or -1 with libvips' error. */
int transform_run(const struct transform *transform, VipsImage **image);

#endif
