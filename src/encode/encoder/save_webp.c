/* SPDX-License-Identifier: MIT
 *
 * Two flaws of libvips 8.14.1. It writes an EXIF block (of resolution and size, 200 bytes) even
 * when told to keep nothing: left as it is. And when saving fails, be it that the source turns
 * out damaged or that the output takes no more, it leaks its copy of the image, which holds
 * everything before it: pixels, lines that were decoded, and the source with its descriptor, so
 * that some tens of damaged pictures would leave an encoder without descriptors. Therefore what
 * the saver gets is an image that reads ours and owns nothing of it. Of an animation it leaks
 * libwebp's encoder as well, three canvases of 4 bytes a pixel, which nobody else can reach: for
 * such there is the limit on an encoder's growth.
 */
#include "encode/encoder/image.h"
#include "encode/encoder/save.h"

/* Without loss, libwebp reads quality as effort. */
#define LOSSLESS_QUALITY 75

static int region_lend(VipsRegion *out, void *seq, void *a, void *b, gboolean *stop)
{
	VipsRegion *region = seq;

	(void)a;
	(void)b;
	(void)stop;
	return vips_region_prepare(region, &out->valid) ||
	       vips_region_region(out, region, &out->valid, out->valid.left, out->valid.top);
}

/* An image with the pixels and fields of `image`, which must live while it is read. */
static VipsImage *image_lend(VipsImage *image)
{
	_cleanup_object_ VipsImage *lent = vips_image_new();

	if (vips_image_pipelinev(lent, VIPS_DEMAND_STYLE_THINSTRIP, image, NULL) ||
		vips_image_generate(
			lent, vips_start_one, region_lend, vips_stop_one, image, NULL))
		return NULL;
	return TAKE_PTR(lent);
}

/* libwebp keeps transparency exactly when nothing else is said. */
static int alpha_quality(const struct view *view)
{
	return view->alpha_quality ? view->alpha_quality - 1 : 100;
}

int save_webp(const struct view *view, VipsImage *image, VipsTarget *target)
{
	_cleanup_object_ VipsImage *lent = image_lend(image);

	return !lent ? -1
	             : vips_webpsave_target(lent, target, "Q",
			       view->lossless ? LOSSLESS_QUALITY : view->quality, "lossless",
			       view->lossless, "alpha-q", alpha_quality(view), "effort",
			       save_effort(view), SAVE_METADATA(lent), NULL);
}
