/* SPDX-License-Identifier: MIT */
#include "encode/encoder/focus.h"

#include "encode/encoder/image.h"

int focus_find(VipsImage **image, enum view_place place, struct size size, uint32_t *ret_left,
	uint32_t *ret_top)
{
	_cleanup_object_ VipsImage *part = NULL;

	/* It is looked at before it is cut. */
	if (image_keep(image) ||
		vips_smartcrop(*image, &part, (int)size.width, (int)size.height, "interesting",
			place == VIEW_PLACE_ENTROPY ? VIPS_INTERESTING_ENTROPY
						    : VIPS_INTERESTING_ATTENTION,
			NULL))
		return -1;
	/* A cut says where it comes from in its offsets. */
	*ret_left = (uint32_t)-part->Xoffset;
	*ret_top = (uint32_t)-part->Yoffset;
	return 0;
}
