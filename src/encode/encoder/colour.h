/* SPDX-License-Identifier: MIT
 *
 * Colour: whatever a file holds (CMYK, XYB, Lab, 1 or 16 bit, any profile) becomes sRGB or grey
 * with or without alpha, which is what an untagged file means everywhere.
 */
#ifndef ENCODER_COLOUR_H
#define ENCODER_COLOUR_H

#include <stdbool.h>
#include <vips/vips.h>

/* Makes pixels that can be resized: unpacked, at most one alpha. 0 or -1. */
int colour_unpack(VipsImage **image);

/* Through the embedded profile where there is a usable one, else by what the numbers mean. With
 * `deep`, 16-bit stays 16-bit; everything else becomes 8-bit. 0 or -1. */
int colour_to_srgb(VipsImage **image, bool deep);

#endif
