/* SPDX-License-Identifier: MIT */
#include "encode/encoder/save.h"

int save_tiff(const struct view *view, VipsImage *image, VipsTarget *target)
{
	(void)view; /* no quality, no effort: deflate is the one coding that every reader has */
	return vips_tiffsave_target(image, target, "compression",
		VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE, "predictor",
		VIPS_FOREIGN_TIFF_PREDICTOR_HORIZONTAL, SAVE_METADATA(image), NULL);
}
