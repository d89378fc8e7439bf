/* SPDX-License-Identifier: MIT
 *
 * Below quality 5 libvips asks libjxl for a distance that it refuses, and then writes at the
 * default, twenty times as much: there, 5 is the least.
 *
 * EXIF and XMP stand in boxes beside the codestream (ISO 18181-2). libvips writes none before
 * 8.16, and then packed by Brotli, which most readers cannot open. So it is told to keep the
 * profile only, into memory, and the boxes are added: what it wrote is a bare codestream, which
 * becomes a box itself, or has boxes already.
 */
#include <string.h>

#include "encode/encoder/image.h"
#include "encode/encoder/save.h"

#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 15
#define SAVE_PROFILE(image)                                                                    \
	"keep", vips_image_get_typeof(image, VIPS_META_ICC_NAME) ? VIPS_FOREIGN_KEEP_ICC       \
								 : VIPS_FOREIGN_KEEP_NONE
#else
#define SAVE_PROFILE(image) "strip", !vips_image_get_typeof(image, VIPS_META_ICC_NAME)
#endif

#define QUALITY_MIN 5
#define BOX_HEAD    8

static int codestream_save(const struct view *view, VipsImage *image, VipsTarget *target)
{
	/* Q is not to be named beside lossless: it would be translated to a distance. */
	if (view->lossless)
		return vips_jxlsave_target(image, target, "lossless", TRUE, "effort",
			save_effort(view), SAVE_PROFILE(image), NULL);
	return vips_jxlsave_target(image, target, "Q", MAX(view->quality, QUALITY_MIN),
		"effort", save_effort(view), SAVE_PROFILE(image), NULL);
}

static bool has(VipsImage *image, const char *field)
{
	return vips_image_get_typeof(image, field) == VIPS_TYPE_BLOB;
}

static int box_begin(VipsTarget *target, const char *type, size_t size)
{
	guint32 whole = GUINT32_TO_BE((guint32)(size + BOX_HEAD));

	return vips_target_write(target, &whole, 4) || vips_target_write(target, type, 4);
}

/* `before` zeros, and the field. */
static int field_write(VipsTarget *target, VipsImage *image, const char *field,
	const char *type, size_t before)
{
	static const char zero[4];
	const char *data;
	size_t size, skip;

	if (!has(image, field))
		return 0;
	if (vips_image_get_blob(image, field, (const void **)&data, &size))
		return -1;
	skip = size >= 6 && memcmp(data, "Exif\0\0", 6) == 0 ? 6 : 0;
	return box_begin(target, type, before + size - skip) ||
	       vips_target_write(target, zero, before) ||
	       vips_target_write(target, data + skip, size - skip);
}

/* Where the box is that goes on to the end of the file and says so by a size of 0; `size` where
 * there is none. */
static size_t open_box_find(const guint8 *data, size_t size)
{
	size_t at = 0;

	while (size - at >= BOX_HEAD) {
		guint32 whole = (guint32)data[at] << 24 | (guint32)data[at + 1] << 16 |
		                (guint32)data[at + 2] << 8 | data[at + 3];

		if (whole == 0)
			return at;
		if (whole < BOX_HEAD || whole > size - at)
			break;
		at += whole;
	}
	return size;
}

/* What libvips wrote, as boxes that others can follow. */
static int boxes_write(VipsTarget *target, const guint8 *data, size_t size)
{
	size_t at;

	if (data[0] == 0xff)
		return box_begin(target, "JXL ", 4) ||
		       vips_target_write(target, "\r\n\x87\n", 4) ||
		       box_begin(target, "ftyp", 12) ||
		       vips_target_write(target, "jxl \0\0\0\0jxl ", 12) ||
		       box_begin(target, "jxlc", size) || vips_target_write(target, data, size);
	at = open_box_find(data, size);
	if (vips_target_write(target, data, at))
		return -1;
	if (at == size)
		return 0;
	return box_begin(target, (const char *)data + at + 4, size - at - BOX_HEAD) ||
	       vips_target_write(target, data + at + BOX_HEAD, size - at - BOX_HEAD);
}

int save_jxl(const struct view *view, VipsImage *image, VipsTarget *target)
{
	_cleanup_object_ VipsTarget *memory = NULL;
	const guint8 *data;
	VipsBlob *blob;
	size_t size;
	int r;

	if (!has(image, VIPS_META_EXIF_NAME) && !has(image, VIPS_META_XMP_NAME))
		return codestream_save(view, image, target);
	memory = vips_target_new_to_memory();
	if (!memory || codestream_save(view, image, memory))
		return -1;
	g_object_get(memory, "blob", &blob, NULL);
	data = vips_blob_get(blob, &size);
	/* EXIF has its offset to the block before it. */
	r = size <= BOX_HEAD || boxes_write(target, data, size) ||
	    field_write(target, image, VIPS_META_EXIF_NAME, "Exif", 4) ||
	    field_write(target, image, VIPS_META_XMP_NAME, "xml ", 0) ||
	    vips_target_end(target);
	vips_area_unref(VIPS_AREA(blob));
	return r ? -1 : 0;
}
