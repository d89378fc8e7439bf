/* SPDX-License-Identifier: MIT
 *
 * Fields are removed from the image instead of asking savers to strip, because strip takes the
 * copyright too. With the EXIF block itself gone, libvips writes a new one out of the fields
 * that are left, so nothing unknown in the old one survives.
 */
#include "encode/encoder/metadata.h"

#include "encode/encoder/image.h"

static const char *const kept_texts[] = { "exif-ifd0-Copyright", "exif-ifd0-Artist" };
static const char *const kept_frames[] = { "delay", "loop" };

static bool is_listed(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, list[i]) == 0)
			return true;
	}
	return false;
}

int metadata_reduce(VipsImage **image, unsigned frames, int frame_height)
{
	VipsImage *out;
	gchar **fields;

	/* Metadata of an image that others see is theirs: change a copy. */
	if (vips_copy(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	fields = vips_image_get_fields(out);
	for (gchar **f = fields; *f; f++) {
		if (is_listed(*f, kept_texts, ARRAY_SIZE(kept_texts)))
			continue;
		if (frames > 1 && is_listed(*f, kept_frames, ARRAY_SIZE(kept_frames)))
			continue;
		vips_image_remove(out, *f);
	}
	g_strfreev(fields);
	if (frames > 1)
		vips_image_set_int(out, VIPS_META_PAGE_HEIGHT, frame_height);
	return 0;
}

bool metadata_present(VipsImage *image)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept_texts); i++) {
		if (vips_image_get_typeof(image, kept_texts[i]))
			return true;
	}
	return false;
}
