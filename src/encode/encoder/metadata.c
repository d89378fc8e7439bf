/* SPDX-License-Identifier: MIT
 *
 * Fields are removed from the image instead of asking savers to strip, because strip takes the
 * copyright too. And a block that is to hold two texts is made anew instead of reduced: so
 * nothing unknown in the old one survives, and libvips, which on saving writes its own texts
 * over those that differ from the block, finds nothing to do (what it writes is ASCII).
 */
#include "encode/encoder/metadata.h"

#include <string.h>

#include "encode/encoder/colour.h"
#include "encode/encoder/credit.h"
#include "encode/encoder/exif.h"
#include "encode/encoder/image.h"
#include "encode/encoder/xmp.h"

#define COMMENT "gif-comment"

static const char *const kept_frames[] = { "delay", "loop" };
static const char *const blobs[] = { VIPS_META_EXIF_NAME, VIPS_META_XMP_NAME,
	VIPS_META_IPTC_NAME, VIPS_META_PHOTOSHOP_NAME };
static const char *const texts[] = { COMMENT, VIPS_META_IMAGEDESCRIPTION };

static bool is_listed(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(name, list[i]) == 0)
			return true;
	}
	return false;
}

static bool is_kept(const char *name, const struct view *view, bool animated)
{
	if (animated && is_listed(name, kept_frames, ARRAY_SIZE(kept_frames)))
		return true;
	return view->meta && (is_listed(name, blobs, ARRAY_SIZE(blobs)) ||
				     is_listed(name, texts, ARRAY_SIZE(texts)) ||
				     strncmp(name, "png-comment-", 12) == 0);
}

static bool has(VipsImage *image, const char *field)
{
	return vips_image_get_typeof(image, field) != 0;
}

/* A copy of a blob of the image, to be changed; g_free() it. NULL when there is none. */
static void *blob_copy(VipsImage *image, const char *field, size_t *ret_size)
{
	const void *data;

	if (vips_image_get_typeof(image, field) != VIPS_TYPE_BLOB ||
		vips_image_get_blob(image, field, &data, ret_size))
		return NULL;
	return g_memdup2(data, *ret_size);
}

/* The fields of single entries are made out of the block by libvips when it is set. */
static void blob_set(VipsImage *image, const char *field, void *data_consume, size_t size)
{
	vips_image_set_blob_copy(image, field, data_consume, size);
	g_free(data_consume);
}

static void normalise(VipsImage *image, int frame_height)
{
	bool srgb = !has(image, VIPS_META_ICC_NAME);
	size_t size;
	void *data;

	data = blob_copy(image, VIPS_META_EXIF_NAME, &size);
	if (data) {
		exif_normalise(data, size, image->Xsize, frame_height, srgb);
		blob_set(image, VIPS_META_EXIF_NAME, data, size);
	}
	data = blob_copy(image, VIPS_META_XMP_NAME, &size);
	if (data) {
		xmp_normalise(data, size);
		blob_set(image, VIPS_META_XMP_NAME, data, size);
	}
}

static void comment_set(VipsImage *image, const struct credit *credit)
{
	char *text = g_strjoin("\n", credit->creator ? credit->creator : credit->rights,
		credit->creator ? credit->rights : NULL, NULL);

	vips_image_set_string(image, COMMENT, text);
	g_free(text);
}

static void block_set(VipsImage *image, const struct credit *credit)
{
	size_t size;
	void *block = exif_build(credit, &size);

	blob_set(image, VIPS_META_EXIF_NAME, block, size);
}

/* Where the format has a place for it, unless there is one that was kept whole. */
static void credit_write(VipsImage *image, enum format format, const struct credit *credit)
{
	if (format == FORMAT_GIF && !has(image, COMMENT))
		comment_set(image, credit);
	else if (format != FORMAT_GIF && !has(image, VIPS_META_EXIF_NAME))
		block_set(image, credit);
}

static void fields_reduce(VipsImage *image, const struct view *view, bool animated)
{
	bool profile = colour_profile_may_stay(image, view);
	gchar **fields = vips_image_get_fields(image);

	for (gchar **f = fields; *f; f++) {
		if (!is_kept(*f, view, animated) &&
			!(profile && strcmp(*f, VIPS_META_ICC_NAME) == 0))
			vips_image_remove(image, *f);
	}
	g_strfreev(fields);
}

int metadata_reduce(
	VipsImage **image, const struct view *view, unsigned frames, int frame_height)
{
	struct credit credit = CREDIT_INIT;
	VipsImage *out;

	/* Metadata of an image that others see is theirs: change a copy. */
	if (vips_copy(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	credit_read(out, &credit);
	fields_reduce(out, view, frames > 1);
	normalise(out, frame_height);
	if (!credit_is_empty(&credit))
		credit_write(out, (enum format)view->format, &credit);
	credit_done(&credit);
	if (frames > 1)
		vips_image_set_int(out, VIPS_META_PAGE_HEIGHT, frame_height);
	return 0;
}

static void *comment_find(VipsImage *image, const char *name, GValue *value, void *data)
{
	(void)image;
	(void)value;
	(void)data;
	return strncmp(name, "png-comment-", 12) == 0 ? image : NULL;
}

bool metadata_present(VipsImage *image)
{
	for (size_t i = 0; i < ARRAY_SIZE(blobs); i++) {
		if (has(image, blobs[i]))
			return true;
	}
	return has(image, VIPS_META_ICC_NAME) || has(image, VIPS_META_IMAGEDESCRIPTION) ||
	       vips_image_map(image, comment_find, NULL);
}

const char *metadata_comment(VipsImage *image)
{
	const char *text;

	return has(image, COMMENT) && vips_image_get_string(image, COMMENT, &text) == 0 ? text
	                                                                                : NULL;
}
