/* SPDX-License-Identifier: MIT
 *
 * Steps that change pixels in their places, of a picture in sRGB or grey. 0 or -1 with libvips'
 * error.
 */
#ifndef ENCODER_FILTER_H
#define ENCODER_FILTER_H

#include <vips/vips.h>

/* A Gaussian of this sigma, in pixels. Keeps the image in memory. */
int filter_blur(VipsImage **image, unsigned sigma);

/* Of lightness alone, at edges only. */
int filter_sharpen(VipsImage **image);

/* One band of the luma of Rec. 709, whose primaries sRGB has. */
int filter_grey(VipsImage **image);

#endif
