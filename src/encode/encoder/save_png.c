/* SPDX-License-Identifier: MIT
 *
 * Rows are filtered adaptively, as libpng does by itself for whole bytes: libvips' default of
 * no filter suits palettes, which are not written here, and makes photographs a third larger.
 */
#include "encode/encoder/save.h"

int save_png(const struct view *view, VipsImage *image, VipsTarget *target)
{
	return vips_pngsave_target(image, target, "compression", save_effort(view), "interlace",
		view->prog, "filter", VIPS_FOREIGN_PNG_FILTER_ALL, SAVE_METADATA(image), NULL);
}
