/* SPDX-License-Identifier: MIT
 *
 * Debian's libvips reads some thirty formats, by way of ImageMagick, poppler, librsvg,
 * openslide and more. Whatever its version has is blocked, and then ours are let in again by
 * the classes that their loaders and savers derive from: a list of what is let in stays right
 * when libvips learns another format, a list of what is not does not. vips_block_untrusted_set()
 * is on top of it: what libvips' authors come to distrust among ours is to be gone as well,
 * save for JXL output, which shares its flag with JXL input.
 *
 * It is the second line: libvips 8.14 asks late, after pdfload has opened its document. The
 * first is that load.c and save.c call loaders and savers by name and let nothing be guessed.
 */
#include "encode/encoder/reach.h"

#include "encode/encoder/image.h"

static const char *const let_in[] = {
	"VipsForeignLoadJpeg",
	"VipsForeignLoadPng",
	"VipsForeignLoadWebp",
	"VipsForeignLoadNsgif",
	"VipsForeignLoadTiff",
	"VipsForeignLoadHeif",
	"VipsForeignSaveJpeg",
	"VipsForeignSavePng",
	"VipsForeignSaveSpng", /* where libspng writes; names that are not there do nothing */
	"VipsForeignSaveWebp",
	"VipsForeignSaveCgif",
	"VipsForeignSaveTiff",
	"VipsForeignSaveHeif",
};

void reach_restrict(void)
{
	vips_operation_block_set("VipsForeign", TRUE);
	for (size_t i = 0; i < ARRAY_SIZE(let_in); i++)
		vips_operation_block_set(let_in[i], FALSE);
	vips_block_untrusted_set(TRUE);
	vips_operation_block_set("VipsForeignSaveJxl", FALSE);
}

bool reach_has(const char *operation)
{
	GType type = operation ? vips_type_find("VipsOperation", operation) : 0;
	VipsOperationClass *class;
	bool blocked;

	if (!type)
		return false;
	class = g_type_class_ref(type);
	blocked = class->flags & VIPS_OPERATION_BLOCKED;
	g_type_class_unref(class);
	return !blocked;
}
