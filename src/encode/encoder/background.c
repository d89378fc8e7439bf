/* SPDX-License-Identifier: MIT */
#include "encode/encoder/background.h"

#include <string.h>

#include "encode/encoder/colour.h"
#include "encode/encoder/image.h"
#include "util/cleanup.h"

#define WHITE (VIEW_BACKGROUND_SET | 0xffffff)

/* Samples of one pixel, as libvips wants them. */
struct ink {
	double of[4];
	int n;
};

static bool has_margin(const struct geometry *g)
{
	return g->scaled.width < g->result.width || g->scaled.height < g->result.height;
}

/* 0: what is transparent stays so. */
static uint32_t colour_of(const struct view *view)
{
	if (view->background)
		return view->background;
	return view->format == FORMAT_JPEG ? WHITE : 0;
}

bool background_is_clear(const struct view *view, const struct geometry *geometry, bool alpha)
{
	return !colour_of(view) && (alpha || has_margin(geometry));
}

bool background_is_coloured(
	const struct view *view, const struct geometry *geometry, bool alpha)
{
	return !colour_is_grey(colour_of(view)) && (alpha || has_margin(geometry));
}

/* A pixel of this colour, as the image has its pixels. */
static int ink_make(uint32_t colour, VipsImage *image, struct ink *ret)
{
	const uint8_t rgb[] = { colour >> 16 & 0xff, colour >> 8 & 0xff, colour & 0xff };
	int bands = image_is_grey(image) ? 1 : 3, r;
	_cleanup_object_ VipsImage *raw = vips_image_new_from_memory_copy(
		rgb, (size_t)bands, 1, 1, bands, VIPS_FORMAT_UCHAR);
	_cleanup_object_ VipsImage *pixel = NULL;
	double *samples;

	if (!raw ||
		vips_copy(
			raw, &pixel, "interpretation", image_space(bands == 1, false), NULL) ||
		colour_match(&pixel, image) ||
		vips_getpoint(pixel, &samples, &ret->n, 0, 0, NULL))
		return -1;
	r = ret->n == bands ? 0 : -1;
	if (r == 0)
		memcpy(ret->of, samples, (size_t)bands * sizeof(*samples));
	g_free(samples);
	return r;
}

/* Grey pixels cannot lie on a coloured ground. */
static int ground_prepare(VipsImage **image, uint32_t colour)
{
	VipsImage *out;

	if (!image_is_grey(*image) || colour_is_grey(colour))
		return 0;
	if (vips_colourspace(*image, &out, image_space(false, image_is_deep(*image)), NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

static int flatten(VipsImage **image, const struct ink *ink)
{
	VipsArrayDouble *background = vips_array_double_new(ink->of, ink->n);
	VipsImage *out;
	int r = vips_flatten(*image, &out, "background", background, NULL);

	vips_area_unref(VIPS_AREA(background));
	if (r)
		return -1;
	image_replace(image, out);
	return 0;
}

static int margin_add(VipsImage **image, const struct ink *ink, const struct geometry *g)
{
	VipsArrayDouble *background = vips_array_double_new(ink->of, ink->n);
	VipsImage *out;
	int r = vips_embed(*image, &out, (int)g->left, (int)g->top, (int)g->result.width,
		(int)g->result.height, "extend", VIPS_EXTEND_BACKGROUND, "background",
		background, NULL);

	vips_area_unref(VIPS_AREA(background));
	if (r)
		return -1;
	image_replace(image, out);
	return 0;
}

int background_run(VipsImage **image, const struct view *view, const struct geometry *geometry)
{
	uint32_t colour = colour_of(view);
	bool alpha = vips_image_hasalpha(*image), margin = has_margin(geometry);
	struct ink ink = { .n = 0 };

	if (!margin && !(alpha && colour))
		return 0;
	if (colour ? ground_prepare(image, colour) : image_add_alpha(image))
		return -1;
	ink.n = (*image)->Bands; /* all of them 0 */
	if (colour && ink_make(colour, *image, &ink))
		return -1;
	if (colour && alpha && flatten(image, &ink))
		return -1;
	return margin ? margin_add(image, &ink, geometry) : 0;
}
