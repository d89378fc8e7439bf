/* SPDX-License-Identifier: MIT
 *
 * Grey is luma, a sum of the samples as they are, because that is what CSS, ImageMagick and
 * video mean by it. libvips' own way (vips_colourspace to B_W) weighs linear light by 0.2, 0.7
 * and 0.1: reds and blues come out much lighter.
 */
#include "encode/encoder/filter.h"

#include <math.h>

#include "encode/encoder/image.h"
#include "encode/encoder/shape.h"
#include "view/geometry.h"

/* vips_gaussmat() counts in twentieths: less than a half of one is no weight. Its default, 0.2,
 * cuts so much of the bell off that what is left has 0.83 of the sigma. */
#define LEAST_WEIGHT 0.025

/* Brings the picture with `margin` pixels of its border's colours around it on a grid of `shrink`
 * pixels, in floats. */
static int coarsen(VipsImage **image, int margin, int shrink)
{
	int width = (*image)->Xsize + 2 * margin + shrink - 1;
	int height = (*image)->Ysize + 2 * margin + shrink - 1;
	VipsImage *out;

	if (vips_embed(*image, &out, margin, margin, width - width % shrink,
		    height - height % shrink, "extend", VIPS_EXTEND_COPY, NULL))
		return -1;
	image_replace(image, out);
	if (vips_cast_float(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	if (vips_shrink(*image, &out, shrink, shrink, NULL))
		return -1;
	image_replace(image, out);
	return image_keep(image);
}

/* Of each pixel the place in what was shrunk: (x + 0.5) / n - 0.5. vips_resize() of libvips 8.14 has
 * x / n - 0.5, half a pixel beside it. */
static int enlarge(VipsImage **image, int n)
{
	_cleanup_object_ VipsInterpolate *bicubic = vips_interpolate_new("bicubic");
	double offset = 0.5 - 0.5 / n;
	VipsImage *out;

	if (!bicubic ||
		vips_affine(*image, &out, n, 0, 0, n, "interpolate", bicubic, "idx", offset,
			"idy", offset, "extend", VIPS_EXTEND_COPY, "premultiplied", TRUE, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

/* As it is, sigma 100 of 8 megapixels took a minute. */
static int blur_coarsely(VipsImage **image, unsigned sigma)
{
	int shrink = (int)geometry_blur_shrink(sigma);
	int margin = (int)geometry_blur_margin(sigma);
	int width = (*image)->Xsize, height = (*image)->Ysize;
	/* A box of n pixels has the variance (n^2 - 1) / 12, and bicubic interpolation none. */
	double variance = (double)sigma * sigma - (shrink * shrink - 1) / 12.0;
	VipsImage *out;

	if (coarsen(image, margin, shrink) ||
		vips_gaussblur(*image, &out, sqrt(variance) / shrink, "min_ampl",
			LEAST_WEIGHT / 10, "precision", VIPS_PRECISION_FLOAT, NULL))
		return -1;
	image_replace(image, out);
	if (enlarge(image, shrink))
		return -1;
	if (vips_extract_area(*image, &out, margin, margin, width, height, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

static int blur(VipsImage **image, unsigned sigma)
{
	VipsImage *out;

	if (vips_gaussblur(*image, &out, sigma, "min_ampl", LEAST_WEIGHT, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

int filter_blur(VipsImage **image, unsigned sigma)
{
	VipsBandFormat format;
	int r;

	/* Rows are read again for each one around them, and not all the way from the file. */
	if (image_keep(image) || shape_premultiply(image, &format))
		return -1;
	r = geometry_blur_shrink(sigma) == 1 ? blur(image, sigma) : blur_coarsely(image, sigma);
	if (r)
		return -1;
	return vips_image_hasalpha(*image) ? shape_unpremultiply(image, format)
	                                   : image_round(image, format);
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
