/* SPDX-License-Identifier: MIT */
#include "encode/encoder/save.h"

int save_jxl(const struct view *view, VipsImage *image, VipsTarget *target)
{
	/* Q is not to be named beside lossless: it would be translated to a distance. */
	if (view->lossless)
		return vips_jxlsave_target(image, target, "lossless", TRUE, "effort",
			save_effort(view), SAVE_METADATA(image), NULL);
	return vips_jxlsave_target(image, target, "Q", view->quality, "effort",
		save_effort(view), SAVE_METADATA(image), NULL);
}
