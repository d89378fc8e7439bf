/* SPDX-License-Identifier: MIT */
#include "encode/encoder/save.h"

/* Without loss, libwebp reads quality as effort. */
#define LOSSLESS_QUALITY 75

int save_webp(const struct view *view, VipsImage *image, VipsTarget *target)
{
	return vips_webpsave_target(image, target, "Q",
		view->lossless ? LOSSLESS_QUALITY : view->quality, "lossless", view->lossless,
		"effort", save_effort(view), SAVE_METADATA(image), NULL);
}
