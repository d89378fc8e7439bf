/* SPDX-License-Identifier: MIT
 *
 * Looked for in 8 bits and on black: histograms of 16 bits, which libvips makes of transparent
 * pictures too, take 70 MiB whatever the size.
 */
#include "encode/encoder/focus.h"

#include "encode/encoder/image.h"

static int look_make(VipsImage *image, VipsImage **ret)
{
	VipsImage *out;

	g_object_ref(image);
	*ret = image;
	if (vips_image_hasalpha(*ret)) {
		if (vips_flatten(*ret, &out, NULL))
			return -1;
		image_replace(ret, out);
	}
	if ((*ret)->BandFmt == VIPS_FORMAT_UCHAR)
		return 0;
	if (vips_colourspace(*ret, &out, image_space(image_is_grey(*ret), false), NULL))
		return -1;
	image_replace(ret, out);
	return 0;
}

int focus_find(VipsImage **image, enum view_place place, struct size size, uint32_t *ret_left,
	uint32_t *ret_top)
{
	_cleanup_object_ VipsImage *look = NULL, *part = NULL;

	/* It is looked at before it is cut. */
	if (image_keep(image) || look_make(*image, &look) ||
		vips_smartcrop(look, &part, (int)size.width, (int)size.height, "interesting",
			place == VIEW_PLACE_ENTROPY ? VIPS_INTERESTING_ENTROPY
						    : VIPS_INTERESTING_ATTENTION,
			NULL))
		return -1;
	/* A cut says where it comes from in its offsets. */
	*ret_left = (uint32_t)-part->Xoffset;
	*ret_top = (uint32_t)-part->Yoffset;
	return 0;
}
