/* SPDX-License-Identifier: MIT
 *
 * The intent is perceptual: it is what printed CMYK profiles are made for, it scales black, and
 * for the matrix profiles of screens and cameras it is the same as the others.
 */
#include "encode/encoder/colour.h"

#include "encode/encoder/image.h"

static bool is_grey(const VipsImage *image)
{
	return image->Bands < 3;
}

static bool is_deep(const VipsImage *image)
{
	return image->Type == VIPS_INTERPRETATION_RGB16 ||
	       image->Type == VIPS_INTERPRETATION_GREY16;
}

/* Bands that are colour. */
static int colour_bands(const VipsImage *image)
{
	if (is_grey(image))
		return 1;
	return image->Type == VIPS_INTERPRETATION_CMYK ? 4 : 3;
}

/* A TIFF may hold any number of bands and say nothing of their meaning. */
static VipsInterpretation guess(const VipsImage *image)
{
	bool deep = image->BandFmt == VIPS_FORMAT_USHORT;

	if (image->Type != VIPS_INTERPRETATION_MULTIBAND)
		return image->Type;
	if (is_grey(image))
		return deep ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
	return deep ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
}

int colour_unpack(VipsImage **image)
{
	VipsImage *out;
	int bands;

	if ((*image)->Coding != VIPS_CODING_NONE) {
		if (vips_colourspace(*image, &out, VIPS_INTERPRETATION_sRGB, NULL))
			return -1;
		image_replace(image, out);
	}
	if ((*image)->Type == VIPS_INTERPRETATION_MULTIBAND) {
		if (vips_copy(*image, &out, "interpretation", guess(*image), NULL))
			return -1;
		image_replace(image, out);
	}
	bands = colour_bands(*image) + 1;
	if ((*image)->Bands > bands) {
		if (vips_extract_band(*image, &out, 0, "n", bands, NULL))
			return -1;
		image_replace(image, out);
	}
	return 0;
}

/* sRGB made of a grey profile has three equal bands; keeps one. */
static int grey_restore(VipsImage **image)
{
	_cleanup_object_ VipsImage *grey = NULL, *alpha = NULL, *joined = NULL;
	VipsImage *out;

	if (vips_extract_band(*image, &grey, 0, NULL))
		return -1;
	if ((*image)->Bands > 3) {
		if (vips_extract_band(*image, &alpha, 3, NULL) ||
			vips_bandjoin2(grey, alpha, &joined, NULL))
			return -1;
	} else {
		joined = TAKE_PTR(grey);
	}
	if (vips_copy(joined, &out, "interpretation",
		    joined->BandFmt == VIPS_FORMAT_USHORT ? VIPS_INTERPRETATION_GREY16
							  : VIPS_INTERPRETATION_B_W,
		    NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

static int import_profile(VipsImage **image, bool deep)
{
	bool grey = is_grey(*image);
	VipsImage *out;

	if (vips_icc_transform(*image, &out, "srgb", "embedded", TRUE, "intent",
		    VIPS_INTENT_PERCEPTUAL, "depth", deep ? 16 : 8, NULL))
		return -1;
	image_replace(image, out);
	return grey ? grey_restore(image) : 0;
}

int colour_to_srgb(VipsImage **image, bool deep)
{
	VipsInterpretation space;
	VipsImage *out;

	deep = deep && is_deep(*image);
	if (vips_image_get_typeof(*image, VIPS_META_ICC_NAME)) {
		if (import_profile(image, deep) == 0)
			return 0;
		/* A broken profile, or one for another kind of picture: as if there were none.
		 */
		vips_error_clear();
	}
	if (is_grey(*image))
		space = deep ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
	else
		space = deep ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
	if (vips_colourspace(*image, &out, space, NULL))
		return -1;
	image_replace(image, out);
	if (vips_cast(*image, &out, deep ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}
