/* SPDX-License-Identifier: MIT */
#include "encode/encoder/shape.h"

#include "encode/encoder/image.h"

int shape_cut(VipsImage **image, struct view_area area)
{
	VipsImage *out;

	if ((uint32_t)(*image)->Xsize == area.width && (uint32_t)(*image)->Ysize == area.height)
		return 0;
	if (vips_extract_area(*image, &out, (int)area.left, (int)area.top, (int)area.width,
		    (int)area.height, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

int shape_premultiply(VipsImage **image, VipsBandFormat *ret_format)
{
	VipsImage *out;

	*ret_format = (*image)->BandFmt;
	if (!vips_image_hasalpha(*image))
		return 0;
	if (vips_premultiply(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

int shape_unpremultiply(VipsImage **image, VipsBandFormat format)
{
	VipsImage *out;

	if (!vips_image_hasalpha(*image))
		return 0;
	if (vips_unpremultiply(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	return image_round(image, format);
}

int shape_resize(VipsImage **image, struct size size)
{
	VipsBandFormat format;
	VipsImage *out;

	if ((uint32_t)(*image)->Xsize == size.width && (uint32_t)(*image)->Ysize == size.height)
		return 0;
	if (shape_premultiply(image, &format))
		return -1;
	if (vips_resize(*image, &out, (double)size.width / (*image)->Xsize, "vscale",
		    (double)size.height / (*image)->Ysize, NULL))
		return -1;
	image_replace(image, out);
	return shape_unpremultiply(image, format);
}

bool shape_turn_keeps(struct turn turn)
{
	return turn.transpose || turn.flip;
}

static int mirror(VipsImage **image, VipsDirection direction)
{
	VipsImage *out;

	if (vips_flip(*image, &out, direction, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

int shape_turn(VipsImage **image, struct turn turn)
{
	VipsImage *out;

	if (shape_turn_keeps(turn) && image_keep(image))
		return -1;
	if (turn.transpose) {
		/* A quarter clockwise is transposed and mirrored left to right. */
		if (vips_rot(*image, &out, VIPS_ANGLE_D90, NULL))
			return -1;
		image_replace(image, out);
		turn.flop = !turn.flop;
	}
	if (turn.flop && mirror(image, VIPS_DIRECTION_HORIZONTAL))
		return -1;
	return turn.flip ? mirror(image, VIPS_DIRECTION_VERTICAL) : 0;
}
