/* SPDX-License-Identifier: MIT
 *
 * Below quality 5 libvips asks libjxl for a distance that it refuses, and then writes at the
 * default, twenty times as much: there, 5 is the least.
 */
#include "encode/encoder/save.h"

#define QUALITY_MIN 5

int save_jxl(const struct view *view, VipsImage *image, VipsTarget *target)
{
	/* Q is not to be named beside lossless: it would be translated to a distance. */
	if (view->lossless)
		return vips_jxlsave_target(image, target, "lossless", TRUE, "effort",
			save_effort(view), SAVE_METADATA(image), NULL);
	return vips_jxlsave_target(image, target, "Q", MAX(view->quality, QUALITY_MIN),
		"effort", save_effort(view), SAVE_METADATA(image), NULL);
}
