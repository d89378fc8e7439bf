/* SPDX-License-Identifier: MIT
 *
 * bitdepth is given because libvips' default for it is HEVC's 12, which browsers decode slowly,
 * and not all. Sources of 16 bits become 8: with 10 and subsampled chroma libheif 1.15 asks
 * libaom for a profile that has no such thing, and libaom ends the process.
 * libvips' lossless implies full chroma; 8.14 still lets libheif convert to YCbCr and back,
 * which moves some samples by 1 of 255.
 */
#include "encode/encoder/save.h"

int save_avif(const struct view *view, VipsImage *image, VipsTarget *target)
{
	return vips_heifsave_target(image, target, "compression",
		VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "Q", view->lossless ? 100 : view->quality,
		"lossless", view->lossless, "effort", save_effort(view), "bitdepth", 8,
		"subsample-mode", save_subsample(view), SAVE_METADATA(image), NULL);
}
