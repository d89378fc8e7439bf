/* SPDX-License-Identifier: MIT */
#include "encode/encoder/exif_tiff.h"
#include "encode/encoder/save.h"

int save_tiff(const struct view *view, VipsImage *image, VipsTarget *target)
{
	(void)view; /* no quality, no effort: deflate is the one coding that every reader has */
	return vips_tiffsave_target(image, target, "compression",
		VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE, "predictor",
		VIPS_FOREIGN_TIFF_PREDICTOR_HORIZONTAL, SAVE_METADATA(image), NULL);
}

int save_tiff_exif(VipsImage *image, struct output *output)
{
	const void *block;
	size_t size;
	int r;

	if (!vips_image_get_typeof(image, VIPS_META_EXIF_NAME) ||
		vips_image_get_blob(image, VIPS_META_EXIF_NAME, &block, &size))
		return 0;
	r = exif_into_tiff(block, size, output->fd);
	output->error = -r;
	return r ? -1 : 0;
}
