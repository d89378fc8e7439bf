/* SPDX-License-Identifier: MIT
 *
 * The intent is perceptual: it is what printed CMYK profiles are made for, and for the matrix
 * profiles of screens and cameras it is the same as the others. Black is scaled to black,
 * which lcms does by itself only between profiles of version 4; libvips' own sRGB is one from
 * 8.15 on.
 *
 * Three kinds of picture libvips cannot be left alone with. Lab in a TIFF is relative to D50
 * (Adobe's technical note; libtiff assumes it too), but libvips takes all Lab for D65, which
 * turns blue into cyan, up to 5 CIEDE2000. Floats that have a profile it would cast to bytes:
 * black. Grey floats it takes for bytes: black as well.
 */
#include "encode/encoder/colour.h"

#include <string.h>

#include "encode/encoder/image.h"

/* The white of Lab, as libvips counts XYZ, and Bradford's matrix to its XYZ, which is of D65
 * (ICC.1:2010, annex E). */
static const double d50[] = { 96.4250, 100.0, 82.4680 };
static const double d50_to_d65[] = {
	0.9555766,
	-0.0230393,
	0.0631636,
	-0.0282895,
	1.0099416,
	0.0210077,
	0.0122982,
	-0.0204830,
	1.3299098,
};

/* Bands that are colour. */
static int colour_bands(const VipsImage *image)
{
	if (image_is_grey(image))
		return 1;
	return image->Type == VIPS_INTERPRETATION_CMYK ? 4 : 3;
}

/* A TIFF may hold any number of bands and say nothing of their meaning. */
static VipsInterpretation guess(const VipsImage *image)
{
	if (image->Type != VIPS_INTERPRETATION_MULTIBAND)
		return image->Type;
	return image_space(image_is_grey(image), image_is_deep(image));
}

static bool is_float(const VipsImage *image)
{
	return image->BandFmt == VIPS_FORMAT_FLOAT || image->BandFmt == VIPS_FORMAT_DOUBLE;
}

static bool is_lab(const VipsImage *image)
{
	return image->Type == VIPS_INTERPRETATION_LAB ||
	       image->Type == VIPS_INTERPRETATION_LABS;
}

/* By the colour space that its header names (ICC.1:2010, 7.2). libvips 8.14.1 looks too, and
 * then takes the red of a colour picture for the grey that its profile speaks of. */
static bool profile_fits(VipsImage *image)
{
	const char *space = image_is_grey(image)                      ? "GRAY"
	                    : image->Type == VIPS_INTERPRETATION_CMYK ? "CMYK"
	                                                              : "RGB ";
	const void *profile;
	size_t size;

	return !is_lab(image) && vips_image_get_typeof(image, VIPS_META_ICC_NAME) &&
	       vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &size) == 0 &&
	       size >= 128 && memcmp((const char *)profile + 16, space, 4) == 0;
}

/* Numbers that a profile speaks of, of 1, as 16 bits; without one, a grey that is linear as
 * colour is. */
static int float_convert(VipsImage **image)
{
	_cleanup_object_ VipsImage *next = NULL;
	VipsImage *copies[] = { *image, *image, *image };
	VipsInterpretation space = image_space(image_is_grey(*image), true);
	VipsImage *out;
	int r;

	if (profile_fits(*image)) {
		r = vips_linear1(*image, &out, 65535, 0.5, NULL);
	} else if ((*image)->Bands == 1) {
		r = vips_bandjoin(copies, &out, 3, NULL);
		space = VIPS_INTERPRETATION_scRGB;
	} else {
		return 0;
	}
	if (r)
		return -1;
	next = out;
	if (space != VIPS_INTERPRETATION_scRGB) {
		if (vips_cast_ushort(next, &out, NULL))
			return -1;
		image_replace(&next, out);
	}
	if (vips_copy(next, &out, "interpretation", space, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

/* What is beyond three bands passes through. */
static VipsImage *matrix_for(int bands)
{
	VipsImage *matrix = vips_image_new_matrix(bands, bands);

	for (int y = 0; y < bands; y++) {
		for (int x = 0; x < bands; x++)
			*VIPS_MATRIX(matrix, x, y) =
				x < 3 && y < 3 ? d50_to_d65[y * 3 + x] : x == y;
	}
	return matrix;
}

/* To XYZ, which libvips and everybody else have in common. */
static int lab_convert(VipsImage **image)
{
	_cleanup_object_ VipsImage *xyz = NULL, *lab = NULL, *matrix = NULL;
	VipsArrayDouble *white = vips_array_double_new(d50, 3);
	VipsImage *out;
	int r;

	r = vips_colourspace(*image, &lab, VIPS_INTERPRETATION_LAB, NULL) ||
	    vips_Lab2XYZ(lab, &xyz, "temp", white, NULL);
	vips_area_unref(VIPS_AREA(white));
	matrix = r ? NULL : matrix_for(xyz->Bands);
	if (!matrix || vips_recomb(xyz, &out, matrix, NULL))
		return -1;
	image_replace(&xyz, out);
	if (vips_copy(xyz, &out, "interpretation", VIPS_INTERPRETATION_XYZ, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

static int unpack(VipsImage **image)
{
	VipsInterpretation space = (*image)->Type == VIPS_INTERPRETATION_LAB
	                                   ? VIPS_INTERPRETATION_LAB
	                                   : VIPS_INTERPRETATION_sRGB;
	VipsImage *out;

	if ((*image)->Coding == VIPS_CODING_NONE)
		return 0;
	if (vips_colourspace(*image, &out, space, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

int colour_unpack(VipsImage **image)
{
	VipsImage *out;
	int bands;

	if (unpack(image))
		return -1;
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
	return is_float(*image) && !is_lab(*image) ? float_convert(image) : 0;
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
	if (vips_copy(joined, &out, "interpretation", image_space(true, image_is_deep(joined)),
		    NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

static int import_profile(VipsImage **image, bool deep)
{
	bool grey = image_is_grey(*image);
	VipsImage *out;

	if (vips_icc_transform(*image, &out, "srgb", "embedded", TRUE, "intent",
		    VIPS_INTENT_PERCEPTUAL, "black_point_compensation", TRUE, "depth",
		    deep ? 16 : 8, NULL))
		return -1;
	image_replace(image, out);
	return grey ? grey_restore(image) : 0;
}

int colour_to_srgb(VipsImage **image, bool deep)
{
	VipsImage *out;

	deep = deep && (*image)->BandFmt != VIPS_FORMAT_UCHAR;
	if (profile_fits(*image)) {
		if (import_profile(image, deep) == 0)
			return 0;
		/* A broken profile: as if there were none. */
		vips_error_clear();
	}
	if (is_lab(*image) && lab_convert(image))
		return -1;
	if (vips_colourspace(*image, &out, image_space(image_is_grey(*image), deep), NULL))
		return -1;
	image_replace(image, out);
	if (vips_cast(*image, &out, deep ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

/* What is done to colours knows three of them, or one. */
static bool cmyk_may_stay(const VipsImage *image, const struct view *view)
{
	return image->Bands == 4 && view->fit != VIEW_FIT_PAD && !view->grey &&
	       !view->sharpen && !view->watermark.name[0];
}

/* Nor for one that is to become grey, or that colours are laid on. */
static bool bands_may_stay(const VipsImage *image, const struct view *view)
{
	if (image->Type == VIPS_INTERPRETATION_CMYK)
		return cmyk_may_stay(image, view);
	if (!image_is_grey(image))
		return !view->grey;
	return !view->watermark.name[0] && colour_is_grey(view->background);
}

bool colour_is_grey(uint32_t rgb)
{
	return (rgb >> 16 & 0xff) == (rgb & 0xff) && (rgb >> 8 & 0xff) == (rgb & 0xff);
}

bool colour_profile_may_stay(VipsImage *image, const struct view *view)
{
	bool cmyk = image->Type == VIPS_INTERPRETATION_CMYK;

	if (!profile_fits(image) || !bands_may_stay(image, view))
		return false;
	switch (view->format) {
	case FORMAT_JPEG:
	case FORMAT_TIFF:
		return true;
	case FORMAT_PNG:
	case FORMAT_JXL:
		return !cmyk;
	case FORMAT_WEBP:
	case FORMAT_AVIF:
		return !cmyk && !image_is_grey(image);
	default:
		return false;
	}
}

static int to_depth(VipsImage **image, bool deep)
{
	_cleanup_object_ VipsImage *bytes = NULL;
	VipsImage *out;

	if ((*image)->BandFmt == VIPS_FORMAT_UCHAR || deep)
		return 0;
	if (vips_linear1(*image, &bytes, 1 / 257.0, 0.5, "uchar", TRUE, NULL) ||
		vips_copy(bytes, &out, "interpretation",
			(*image)->Type == VIPS_INTERPRETATION_CMYK
				? VIPS_INTERPRETATION_CMYK
				: image_space(image_is_grey(*image), false),
			NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

/* The picture means sRGB now, which needs no saying, and a profile would be a lie. */
static int profile_drop(VipsImage **image)
{
	VipsImage *out;

	if (vips_copy(*image, &out, NULL))
		return -1;
	vips_image_remove(out, VIPS_META_ICC_NAME);
	image_replace(image, out);
	return 0;
}

int colour_convert(VipsImage **image, const struct view *view, bool deep)
{
	if (view->icc && colour_profile_may_stay(*image, view))
		return to_depth(image, deep);
	return colour_to_srgb(image, deep) ? -1 : profile_drop(image);
}

static int export_profile(VipsImage **pixels, VipsImage *image)
{
	_cleanup_object_ VipsImage *meant = NULL, *tagged = NULL;
	const void *profile;
	VipsImage *out;
	size_t size;

	if (vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &size) ||
		vips_icc_import(*pixels, &meant, "input_profile", "srgb", "intent",
			VIPS_INTENT_PERCEPTUAL, "black_point_compensation", TRUE, NULL) ||
		vips_copy(meant, &tagged, NULL))
		return -1;
	vips_image_set_blob_copy(tagged, VIPS_META_ICC_NAME, profile, size);
	if (vips_icc_export(tagged, &out, "intent", VIPS_INTENT_PERCEPTUAL,
		    "black_point_compensation", TRUE, "depth", image_is_deep(image) ? 16 : 8,
		    NULL))
		return -1;
	image_replace(pixels, out);
	return 0;
}

/* vips_colourspace() would leave the low byte 0: white would be none. */
static int deepen(VipsImage **image)
{
	VipsImage *out;

	if (vips_linear1(*image, &out, 257, 0, NULL))
		return -1;
	image_replace(image, out);
	if (vips_cast_ushort(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	if (vips_copy(*image, &out, "interpretation", image_space(image_is_grey(*image), true),
		    NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

/* Alpha is no colour: libvips would leave it as it is, 255 of 65535. */
static int match_alpha(VipsImage **pixels, VipsImage *alpha, bool deep)
{
	_cleanup_object_ VipsImage *own = alpha ? g_object_ref(alpha) : NULL;

	return own && deep && deepen(&own) ? -1 : image_join_alpha(pixels, own);
}

int colour_match(VipsImage **pixels, VipsImage *image)
{
	bool grows = image_is_grey(*pixels) && !image_is_grey(image);
	bool deep = image_is_deep(image);
	_cleanup_object_ VipsImage *alpha = NULL;
	VipsImage *out;

	if (grows) {
		if (vips_colourspace(*pixels, &out, VIPS_INTERPRETATION_sRGB, NULL))
			return -1;
		image_replace(pixels, out);
	}
	if (image_split_alpha(pixels, &alpha))
		return -1;
	if (!profile_fits(image) || export_profile(pixels, image)) {
		/* A camera's profile may lead from its colours and not to them. */
		vips_error_clear();
		if (deep && deepen(pixels))
			return -1;
	}
	return match_alpha(pixels, alpha, deep);
}
