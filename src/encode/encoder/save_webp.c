/* SPDX-License-Identifier: MIT
 *
 * Two flaws of libvips 8.14.1 that are left as they are: it writes an EXIF block (of resolution
 * and size, 200 bytes) even when told to keep nothing, and when the source turns out damaged
 * while saving, it leaks the picture it was filling, which the daemon's limit on an encoder's
 * growth takes care of.
 */
#include "encode/encoder/save.h"

/* Without loss, libwebp reads quality as effort. */
#define LOSSLESS_QUALITY 75

int save_webp(const struct view *view, VipsImage *image, VipsTarget *target)
{
	return vips_webpsave_target(image, target, "Q",
		view->lossless ? LOSSLESS_QUALITY : view->quality, "lossless", view->lossless,
		"effort", save_effort(view), SAVE_METADATA(image), NULL);
}
