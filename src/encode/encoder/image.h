/* SPDX-License-Identifier: MIT
 *
 * libvips objects under the house rules of ownership. A step of the pipeline takes the image it
 * works on by pointer and replaces it, and returns 0, or -1 with libvips' error text set;
 * engine.c alone turns that text into a result.
 */
#ifndef ENCODER_IMAGE_H
#define ENCODER_IMAGE_H

#include <stdbool.h>
#include <vips/vips.h>

#include "util/cleanup.h"

static inline void object_unrefp(void *object)
{
	if (*(void **)object)
		g_object_unref(*(void **)object);
}

#define _cleanup_object_ _cleanup_(object_unrefp)

/* Drops what `image` holds and makes it own `next_consume`. */
static inline void image_replace(VipsImage **image, VipsImage *next_consume)
{
	if (*image)
		g_object_unref(*image);
	*image = next_consume;
}

/* Into memory, where pixels can be had in any order and more than once; nothing where it is
 * already. */
static inline int image_keep(VipsImage **image)
{
	VipsImage *out = vips_image_copy_memory(*image);

	if (!out)
		return -1;
	image_replace(image, out);
	return 0;
}

/* Opaque where it had none. */
static inline int image_add_alpha(VipsImage **image)
{
	VipsImage *out;

	if (vips_image_hasalpha(*image))
		return 0;
	if (vips_addalpha(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

/* The image without its alpha, which is NULL where there is none. */
static inline int image_split_alpha(VipsImage **image, VipsImage **ret_alpha)
{
	int colours = (*image)->Bands - 1;
	VipsImage *out;

	*ret_alpha = NULL;
	if (!vips_image_hasalpha(*image))
		return 0;
	if (vips_extract_band(*image, ret_alpha, colours, NULL) ||
		vips_extract_band(*image, &out, 0, "n", colours, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

static inline int image_join_alpha(VipsImage **image, VipsImage *alpha)
{
	VipsImage *out;

	if (!alpha)
		return 0;
	if (vips_bandjoin2(*image, alpha, &out, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

/* A number that the file's header gives; `otherwise` where it gives none. */
static inline int image_field(VipsImage *image, const char *field, int otherwise)
{
	int value;

	if (!vips_image_get_typeof(image, field) || vips_image_get_int(image, field, &value))
		return otherwise;
	return value;
}

/* What samples of one band or three mean, of 8 bits or 16, when no profile says. */
static inline VipsInterpretation image_space(bool grey, bool deep)
{
	if (grey)
		return deep ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
	return deep ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
}

static inline bool image_is_grey(const VipsImage *image)
{
	return image->Bands < 3;
}

static inline bool image_is_deep(const VipsImage *image)
{
	return image->BandFmt == VIPS_FORMAT_USHORT;
}

/* To whole numbers of this kind; vips_cast() alone cuts off what is behind the point. */
static inline int image_round(VipsImage **image, VipsBandFormat format)
{
	VipsImage *out;

	if ((*image)->BandFmt == format)
		return 0;
	if (vips_rint(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	if (vips_cast(*image, &out, format, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

#endif
