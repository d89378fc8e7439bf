/* SPDX-License-Identifier: MIT
 *
 * From the loaded picture to the one that is saved: what is done to it and in which order. The
 * figures are planned when the header is read; a view that trims has them settled by the pixels.
 */
#ifndef ENCODER_TRANSFORM_H
#define ENCODER_TRANSFORM_H

#include "encode/encoder/load.h"
#include "view/turn.h"

/* Figures only; nothing to free. */
struct transform {
	const struct view *view; /* borrowed */
	struct size stored;      /* one frame of the source */
	struct turn upright;     /* what makes it upright */
	struct turn turn;        /* that and what the view turns and mirrors, at once */
	struct view_area area;   /* of the upright source: what crop (and trim) left */
	struct view_area taken;  /* the same as stored */
	struct geometry geometry;
	struct size scaled; /* geometry.scaled as stored */
	unsigned frames;
	bool reshaped; /* more than single pixels change */
	bool sought;   /* geometry says where `smart` and `entropy` cut */
	bool deep;     /* what has more than 8 bits keeps 16: PNG, TIFF, JPEG XL */
};

/* False when the view's crop lies outside. Until transform_settle(), a view that trims takes what
 * it may take. `view` must live as long. */
bool transform_plan(const struct view *view, const struct load *load, struct transform *ret);

/* Makes pixels that can be worked on and, where the view trims, finds the border: the image is in
 * memory then, and area and geometry are what they are. 0 or -1 with libvips' error. */
int transform_settle(struct transform *transform, VipsImage **image);

/* All the rest, of what load_pixels() and transform_settle() gave. 0 or -1. */
int transform_run(struct transform *transform, const struct load *load, VipsImage **image);

#endif
