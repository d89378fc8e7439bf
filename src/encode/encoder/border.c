/* SPDX-License-Identifier: MIT
 *
 * Colours are compared as they will be seen, in sRGB of 8 bits, so the same picture has the same
 * border in CMYK or with 16 bits. A median of 3 x 3 pixels goes before (vips_find_trim): specks
 * of dust on a scan are no picture.
 */
#include "encode/encoder/border.h"

#include "encode/encoder/colour.h"
#include "encode/encoder/image.h"

/* Of 255, in any band. */
#define THRESHOLD 10.0
/* A side of vips_find_trim()'s window. */
#define MEDIAN 3

/* An image of opaque pixels, and which of them are border. */
struct look {
	VipsImage *image;        /* owned */
	VipsArrayDouble *border; /* owned */
};

static void look_done(struct look *look)
{
	object_unrefp(&look->image);
	if (look->border)
		vips_area_unref(VIPS_AREA(look->border));
}

/* The alpha alone, of which 0 is border. */
static int look_at_alpha(struct look *look)
{
	VipsImage *alpha;

	if (vips_extract_band(look->image, &alpha, look->image->Bands - 1, NULL))
		return -1;
	image_replace(&look->image, alpha);
	look->border = vips_array_double_newv(1, 0.0);
	return 0;
}

/* What is transparent is as good as border. */
static int look_at_colours(struct look *look, const double *pixel, int colours)
{
	VipsImage *flat;

	look->border = vips_array_double_new(pixel, colours);
	if (!vips_image_hasalpha(look->image))
		return 0;
	if (vips_flatten(look->image, &flat, "background", look->border, NULL))
		return -1;
	image_replace(&look->image, flat);
	return 0;
}

static int look_init(struct look *look, VipsImage *image, struct view_area corner)
{
	bool alpha = vips_image_hasalpha(image);
	double *pixel;
	int n, r;

	g_object_ref(image);
	look->image = image;
	if (colour_to_srgb(&look->image, false) ||
		vips_getpoint(look->image, &pixel, &n, (int)corner.left, (int)corner.top, NULL))
		return -1;
	r = alpha && pixel[n - 1] == 0 ? look_at_alpha(look)
	                               : look_at_colours(look, pixel, alpha ? n - 1 : n);
	g_free(pixel);
	return r;
}

/* The smallest area that has both; one without a side is none. */
static struct view_area area_join(struct view_area a, struct view_area b)
{
	uint32_t right, bottom;

	if (a.width == 0 || a.height == 0)
		return b;
	if (b.width == 0 || b.height == 0)
		return a;
	right = MAX(a.left + a.width, b.left + b.width);
	bottom = MAX(a.top + a.height, b.top + b.height);
	a.left = MIN(a.left, b.left);
	a.top = MIN(a.top, b.top);
	a.width = right - a.left;
	a.height = bottom - a.top;
	return a;
}

/* Within `area` of the frame that begins at row `y`; no sides where all of it is border. */
static int frame_look(
	const struct look *look, int y, struct view_area area, struct view_area *ret)
{
	_cleanup_object_ VipsImage *part = NULL;
	int left, top, width, height;

	*ret = (struct view_area){ .width = area.width, .height = area.height };
	if (area.width < MEDIAN || area.height < MEDIAN)
		return 0; /* nothing that a median could be taken of */
	if (vips_extract_area(look->image, &part, (int)area.left, y + (int)area.top,
		    (int)area.width, (int)area.height, NULL) ||
		vips_find_trim(part, &left, &top, &width, &height, "threshold", THRESHOLD,
			"background", look->border, NULL))
		return -1;
	*ret = (struct view_area){ (uint32_t)left, (uint32_t)top, (uint32_t)width,
		(uint32_t)height };
	return 0;
}

int border_find(
	VipsImage *image, unsigned frames, struct view_area corner, struct view_area *area)
{
	int height = image->Ysize / (int)frames;
	_cleanup_(look_done) struct look look = { 0 };
	struct view_area all = { 0 };

	if (look_init(&look, image, corner))
		return -1;
	for (unsigned i = 0; i < frames; i++) {
		struct view_area one;

		if (frame_look(&look, (int)i * height, *area, &one))
			return -1;
		all = area_join(all, one);
	}
	if (all.width == 0 || all.height == 0)
		return 0;
	all.left += area->left;
	all.top += area->top;
	*area = all;
	return 0;
}
