/* SPDX-License-Identifier: MIT
 *
 * Colour: whatever a file holds (CMYK, XYB, Lab, floats, 1 or 16 bit, any profile) becomes sRGB or
 * grey with or without alpha, which is what an untagged file means everywhere; or stays as it is
 * where its profile goes along.
 *
 * Resizing comes before, on the file's own numbers, as sharp, imgproxy, vipsthumbnail and browsers
 * do unless told otherwise. In linear light fine bright texture would come out brighter: a
 * photograph of 3840 pixels brought to 800 differs by 2.2 CIEDE2000 on average. But it took 4 times
 * the time and twice the memory, for floats are resized instead of bytes and JPEG cannot be shrunk
 * while it is decoded; and the same picture would look different here from everywhere else. Floats
 * are linear, and are resized so.
 */
#ifndef ENCODER_COLOUR_H
#define ENCODER_COLOUR_H

#include <stdbool.h>
#include <vips/vips.h>

#include "view/view.h"

/* Makes pixels that can be resized: unpacked, at most one alpha. 0 or -1. */
int colour_unpack(VipsImage **image);

/* Through the embedded profile where there is a usable one, else by what the numbers mean. With
 * `deep`, what has more than 8 bits gets 16; everything else becomes 8-bit. 0 or -1. */
int colour_to_srgb(VipsImage **image, bool deep);

/* The same as `view` asks, and no profile is left: with `icc` the numbers and their profile stay,
 * where both can. */
int colour_convert(VipsImage **image, const struct view *view, bool deep);

/* Makes of pixels in sRGB or grey, of 8 bits, what would mean the same in `image`: by the profile
 * that it kept, of its depth, and with three colours where it has them. The other way round grey
 * stays behind: coloured pixels do not fit a grey image. 0 or -1. */
int colour_match(VipsImage **pixels, VipsImage *image);

/* 0xRRGGBB, or whatever stands above it. */
bool colour_is_grey(uint32_t rgb);

/* May a picture of this kind, on its way through `view`, have its own profile in the result? Not
 * without one. */
bool colour_profile_may_stay(VipsImage *image, const struct view *view);

#endif
