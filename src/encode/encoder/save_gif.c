/* SPDX-License-Identifier: MIT */
#include "encode/encoder/save.h"

int save_gif(const struct view *view, VipsImage *image, VipsTarget *target)
{
	return vips_gifsave_target(image, target, "effort", save_effort(view), "interlace",
		view->prog, SAVE_METADATA(image), NULL);
}
