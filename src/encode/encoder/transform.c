/* SPDX-License-Identifier: MIT
 *
 * The frames of an animation are one tall picture. Resized as one, rows at the seams would mix
 * two frames (a filter reaches some rows far), and cut as one, they would not be cut at all. So
 * frames are taken apart and put together again, from memory, since one pass from top to bottom
 * cannot serve all of them at once.
 */
#include "encode/encoder/transform.h"

#include "encode/encoder/colour.h"
#include "encode/encoder/image.h"
#include "encode/encoder/metadata.h"

struct transform transform_plan(const struct view *view, const struct load *load)
{
	bool turned = load->orientation >= 5;
	struct transform t = {
		.orientation = load->orientation,
		.frames = load->frames,
		.deep = view->format == FORMAT_PNG || view->format == FORMAT_TIFF,
		.flatten = view->format == FORMAT_JPEG,
	};

	t.geometry = geometry_plan(view, turned ? size_turn(load->stored) : load->stored);
	t.scaled = turned ? size_turn(t.geometry.scaled) : t.geometry.scaled;
	return t;
}

/* Colour under transparent pixels is arbitrary and must not bleed into its neighbours, hence
 * the multiplication before and the division after. */
static int resize_step(VipsImage **image, struct size size)
{
	VipsBandFormat format = (*image)->BandFmt;
	bool alpha = vips_image_hasalpha(*image);
	VipsImage *out;

	if ((uint32_t)(*image)->Xsize == size.width && (uint32_t)(*image)->Ysize == size.height)
		return 0;
	if (alpha) {
		if (vips_premultiply(*image, &out, NULL))
			return -1;
		image_replace(image, out);
	}
	if (vips_resize(*image, &out, (double)size.width / (*image)->Xsize, "vscale",
		    (double)size.height / (*image)->Ysize, NULL))
		return -1;
	image_replace(image, out);
	if (alpha) {
		if (vips_unpremultiply(*image, &out, NULL))
			return -1;
		image_replace(image, out);
		if (vips_cast(*image, &out, format, NULL))
			return -1;
		image_replace(image, out);
	}
	return 0;
}

static int memory_step(VipsImage **image)
{
	VipsImage *out = vips_image_copy_memory(*image);

	if (!out)
		return -1;
	image_replace(image, out);
	return 0;
}

static int crop_step(VipsImage **image, uint32_t left, uint32_t top, struct size size)
{
	VipsImage *out;

	if ((uint32_t)(*image)->Xsize == size.width && (uint32_t)(*image)->Ysize == size.height)
		return 0;
	if (vips_extract_area(
		    *image, &out, (int)left, (int)top, (int)size.width, (int)size.height, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

static int frame_run(const struct transform *t, VipsImage *all, unsigned frame, VipsImage **ret)
{
	int height = all->Ysize / (int)t->frames;

	if (vips_extract_area(all, ret, 0, (int)frame * height, all->Xsize, height, NULL) ||
		resize_step(ret, t->scaled))
		return -1;
	return crop_step(ret, t->geometry.left, t->geometry.top, t->geometry.result);
}

static int frames_run(const struct transform *t, VipsImage **image)
{
	VipsImage **frames;
	VipsImage *out;
	int r = 0;

	if (size_equal(t->scaled, (struct size){ (uint32_t)(*image)->Xsize,
					  (uint32_t)(*image)->Ysize / t->frames }) &&
		size_equal(t->geometry.result, t->scaled))
		return 0;
	if (memory_step(image))
		return -1;
	frames = g_new0(VipsImage *, t->frames);
	for (unsigned i = 0; i < t->frames && r == 0; i++)
		r = frame_run(t, *image, i, &frames[i]);
	if (r == 0)
		r = vips_arrayjoin(frames, &out, (int)t->frames, "across", 1, NULL);
	for (unsigned i = 0; i < t->frames; i++)
		object_unrefp(&frames[i]);
	g_free(frames);
	if (r)
		return -1;
	image_replace(image, out);
	return 0;
}

static int upright_step(VipsImage **image, int orientation)
{
	VipsImage *out;

	if (orientation == 1)
		return 0;
	/* Mirroring keeps the order of rows; everything else reads them in another one. */
	if (orientation != 2 && memory_step(image))
		return -1;
	if (vips_autorot(*image, &out, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

int transform_run(const struct transform *t, VipsImage **image)
{
	if (colour_unpack(image))
		return -1;
	if (t->frames > 1 ? frames_run(t, image) : resize_step(image, t->scaled))
		return -1;
	if (colour_to_srgb(image, t->deep) || (t->flatten && colour_flatten(image)))
		return -1;
	if (t->frames == 1 && (upright_step(image, t->orientation) ||
				      crop_step(image, t->geometry.left, t->geometry.top,
					      t->geometry.result)))
		return -1;
	return metadata_reduce(image, t->frames, (int)t->geometry.result.height);
}
