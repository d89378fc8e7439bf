/* SPDX-License-Identifier: MIT */
#include "encode/encoder/save.h"

int save_jpeg(const struct view *view, VipsImage *image, VipsTarget *target)
{
	return vips_jpegsave_target(image, target, "Q", view->quality, "optimize_coding", TRUE,
		"interlace", view->prog, "subsample-mode", save_subsample(view),
		SAVE_METADATA(image), NULL);
}
