/* SPDX-License-Identifier: MIT
 *
 * Grey is luma, a sum of the samples as they are, because that is what CSS, ImageMagick and
 * video mean by it. libvips' own way (vips_colourspace to B_W) weighs linear light by 0.2, 0.7
 * and 0.1: reds and blues come out much lighter.
 */
#include "encode/encoder/filter.h"

#include "encode/encoder/image.h"
#include "encode/encoder/shape.h"

/* vips_gaussmat() counts in twentieths: less than a half of one is no weight. Its default, 0.2,
 * cuts so much of the bell off that what is left has 0.83 of the sigma. */
#define LEAST_WEIGHT 0.025

int filter_blur(VipsImage **image, unsigned sigma)
{
	VipsBandFormat format;
	VipsImage *out;

	/* Rows are read again for each one around them, and not all the way from the file. */
	if (image_keep(image) || shape_premultiply(image, &format))
		return -1;
	if (vips_gaussblur(*image, &out, (double)sigma, "min_ampl", LEAST_WEIGHT, NULL))
		return -1;
	image_replace(image, out);
	return shape_unpremultiply(image, format);
}

int filter_sharpen(VipsImage **image)
{
	_cleanup_object_ VipsImage *alpha = NULL;
	VipsImage *out;

	if (image_split_alpha(image, &alpha) || vips_sharpen(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	return image_join_alpha(image, alpha);
}

int filter_grey(VipsImage **image)
{
	_cleanup_object_ VipsImage *alpha = NULL, *matrix = NULL;
	VipsBandFormat format = (*image)->BandFmt;
	VipsInterpretation space = image_space(true, image_is_deep(*image));
	VipsImage *out;

	if (image_is_grey(*image))
		return 0;
	/* ITU-R BT.709-6, 3.2. */
	matrix = vips_image_new_matrixv(3, 1, 0.2126, 0.7152, 0.0722);
	if (!matrix || image_split_alpha(image, &alpha) ||
		vips_recomb(*image, &out, matrix, NULL))
		return -1;
	image_replace(image, out);
	if (image_round(image, format) || image_join_alpha(image, alpha) ||
		vips_copy(*image, &out, "interpretation", space, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}
