/* SPDX-License-Identifier: MIT
 *
 * The watermark's picture is small and looked at more than once, so it is decoded into memory.
 * What goes on from there are bare pixels: libvips would give the result whatever metadata the
 * watermark had. They are brought into the result's own colour space first, because libvips
 * would convert both to 8 bits to compose them.
 */
#include "encode/encoder/watermark.h"

#include "encode/encoder/colour.h"
#include "encode/encoder/image.h"
#include "encode/encoder/load.h"

/* --- Its pixels --------------------------------------------------------------------------- */

/* Upright, with alpha, 8 bits. */
static int pixels_prepare(VipsImage **image)
{
	VipsImage *out;

	if (colour_unpack(image) || colour_to_srgb(image, false) || image_add_alpha(image))
		return -1;
	if (image_keep(image))
		return -1;
	if (vips_autorot(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

static int pixels_load(const struct encode_watermark *watermark, int fd, VipsImage **image)
{
	const struct encode_request request = {
		.source_format = watermark->format,
		.view = { .format = FORMAT_PNG, .frame = 1 },
	};
	struct load load = LOAD_INIT;
	struct encode_reply reply;
	int r = load_open(&load, &request, fd, &reply);

	if (r > 0)
		vips_error("watermark", "%s", reply.reason);
	else if (r == 0 && (load.stored.width > watermark->width ||
				   load.stored.height > watermark->height)) {
		vips_error("watermark", "it is larger than it was said to be");
		r = -1;
	}
	if (r == 0 && load_pixels(&load,
			      (struct view_area){ 0, 0, load.stored.width, load.stored.height },
			      load.stored, image) == 0)
		r = pixels_prepare(image);
	else
		r = -1;
	load_done(&load);
	return r;
}

static int pixels_resize(VipsImage **image, struct size size)
{
	VipsImage *out;

	if (size_equal(size,
		    (struct size){ (uint32_t)(*image)->Xsize, (uint32_t)(*image)->Ysize }))
		return 0;
	/* Heeds transparency. */
	if (vips_thumbnail_image(*image, &out, (int)size.width, "height", (int)size.height,
		    "size", VIPS_SIZE_FORCE, "no_rotate", TRUE, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

static int pixels_fade(VipsImage **image, unsigned percent)
{
	double factors[4] = { 1, 1, 1, 1 }, zeros[4] = { 0 };
	int bands = (*image)->Bands;
	VipsImage *out;

	if (percent == 100)
		return 0;
	factors[bands - 1] = percent / 100.0;
	if (vips_linear(*image, &out, factors, zeros, bands, "uchar", TRUE, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

/* Bare pixels, in memory. */
static int pixels_bare(VipsImage **image)
{
	_cleanup_object_ VipsImage *bare = NULL;
	size_t size;
	void *pixels = vips_image_write_to_memory(*image, &size);
	VipsImage *out;

	if (!pixels)
		return -1;
	bare = vips_image_new_from_memory_copy(pixels, size, (*image)->Xsize, (*image)->Ysize,
		(*image)->Bands, (*image)->BandFmt);
	g_free(pixels);
	if (!bare || vips_copy(bare, &out, "interpretation",
			     image_space(image_is_grey(bare), false), NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

/* --- Where they go ------------------------------------------------------------------------ */

/* Each with its margin, so often that the result is covered whatever is cut off before the
 * first. */
static int tile_step(VipsImage **image, const struct watermark_place *place, struct size frame)
{
	int step_x = (*image)->Xsize + (int)place->margin;
	int step_y = (*image)->Ysize + (int)place->margin;
	int left = (step_x - (int)place->left % step_x) % step_x;
	int top = (step_y - (int)place->top % step_y) % step_y;
	VipsImage *out;

	if (vips_embed(*image, &out, 0, 0, step_x, step_y, NULL))
		return -1;
	image_replace(image, out);
	if (vips_replicate(*image, &out, (left + (int)frame.width) / step_x + 1,
		    (top + (int)frame.height) / step_y + 1, NULL))
		return -1;
	image_replace(image, out);
	if (vips_extract_area(
		    *image, &out, left, top, (int)frame.width, (int)frame.height, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

/* As large as a frame, and as all of them; made as it is looked at, for the frames of an animation
 * are many. */
static int frames_step(
	VipsImage **image, struct size frame, struct watermark_place *place, unsigned frames)
{
	VipsImage *out;

	if (frames == 1)
		return 0;
	if (vips_embed(*image, &out, (int)place->left, (int)place->top, (int)frame.width,
		    (int)frame.height, NULL))
		return -1;
	image_replace(image, out);
	if (vips_replicate(*image, &out, 1, (int)frames, NULL))
		return -1;
	image_replace(image, out);
	place->left = place->top = 0;
	return 0;
}

static int overlay_make(const struct encode_watermark *watermark, int fd, unsigned frames,
	struct size frame, struct watermark_place *ret_place, VipsImage **image)
{
	struct watermark_place *place = ret_place;

	if (pixels_load(watermark, fd, image))
		return -1;
	*place = watermark_place(&watermark->look,
		(struct size){ (uint32_t)(*image)->Xsize, (uint32_t)(*image)->Ysize }, frame);
	if (pixels_resize(image, place->size) || pixels_fade(image, watermark->look.opacity) ||
		pixels_bare(image))
		return -1;
	if (watermark->look.tile) {
		if (tile_step(image, place, frame))
			return -1;
		place->left = place->top = 0;
	}
	return frames_step(image, frame, place, frames);
}

/* --- Composing ---------------------------------------------------------------------------- */

static int base_fit(VipsImage **image, bool grey)
{
	VipsImage *out;

	if (grey || !image_is_grey(*image))
		return 0;
	if (vips_colourspace(*image, &out, image_space(false, image_is_deep(*image)), NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

static int compose(VipsImage **image, VipsImage *overlay, const struct watermark_place *place,
	VipsInterpretation space)
{
	VipsBandFormat format = (*image)->BandFmt;
	bool alpha = vips_image_hasalpha(*image);
	VipsImage *out;

	if (vips_composite2(*image, overlay, &out, VIPS_BLEND_MODE_OVER, "x", (int)place->left,
		    "y", (int)place->top, "compositing_space", space, NULL))
		return -1;
	image_replace(image, out);
	/* libvips always adds one. */
	if (!alpha) {
		if (vips_extract_band(*image, &out, 0, "n", (*image)->Bands - 1, NULL))
			return -1;
		image_replace(image, out);
	}
	if (vips_cast(*image, &out, format, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

int watermark_run(
	const struct encode_watermark *watermark, int fd, unsigned frames, VipsImage **image)
{
	_cleanup_object_ VipsImage *overlay = NULL;
	struct watermark_place place;
	struct size frame;
	bool grey;

	if (watermark->format == FORMAT_NONE)
		return 0;
	frame = (struct size){ (uint32_t)(*image)->Xsize, (uint32_t)(*image)->Ysize / frames };
	if (overlay_make(watermark, fd, frames, frame, &place, &overlay))
		return -1;
	grey = image_is_grey(*image) && image_is_grey(overlay);
	if (base_fit(image, grey) || colour_match(&overlay, *image))
		return -1;
	return compose(image, overlay, &place, image_space(grey, image_is_deep(*image)));
}
