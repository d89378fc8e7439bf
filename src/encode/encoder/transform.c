/* SPDX-License-Identifier: MIT
 *
 * The grammar says what is done in which order (view/view.h); here is how it is done cheaply. A
 * picture is cut and resized as it is stored and turned after that, all turns as one: turning
 * needs the whole picture in memory (files are read from top to bottom), and after resizing that
 * is little. A turn moves pixels and mixes none, so the result is the same.
 *
 * The frames of an animation are one tall picture. Resized as one, rows at the seams would mix
 * two frames (a filter reaches some rows far), and cut as one, they would not be cut at all. So
 * frames are taken apart and put together again, from memory, since one pass from top to bottom
 * cannot serve all of them at once.
 */
#include "encode/encoder/transform.h"

#include "encode/encoder/background.h"
#include "encode/encoder/border.h"
#include "encode/encoder/colour.h"
#include "encode/encoder/filter.h"
#include "encode/encoder/focus.h"
#include "encode/encoder/image.h"
#include "encode/encoder/metadata.h"
#include "encode/encoder/shape.h"

static bool is_reshaped(const struct transform *t)
{
	return !size_equal(area_size(t->taken), t->stored) ||
	       !size_equal(t->scaled, area_size(t->taken)) ||
	       !size_equal(t->geometry.scaled, t->geometry.result) || !turn_is_none(t->turn) ||
	       t->view->blur || t->view->sharpen;
}

/* All that follows from the area. */
static void plan_area(struct transform *t, struct view_area area)
{
	t->area = area;
	t->taken = turn_area_back(t->upright, area, t->stored);
	t->geometry = geometry_plan(t->view, area_size(area));
	t->scaled =
		turn_size((struct turn){ .transpose = t->turn.transpose }, t->geometry.scaled);
	t->reshaped = is_reshaped(t);
}

bool transform_plan(const struct view *view, const struct load *load, struct transform *ret)
{
	struct turn upright = turn_upright(load->orientation);
	struct view_area area;

	if (!geometry_area(view, turn_size(upright, load->stored), &area))
		return false;
	*ret = (struct transform){
		.view = view,
		.stored = load->stored,
		.upright = upright,
		.turn = turn_join(upright, turn_of_view(view)),
		.frames = load->frames,
		.deep = view->format == FORMAT_PNG || view->format == FORMAT_TIFF ||
		        view->format == FORMAT_JXL,
	};
	plan_area(ret, area);
	if (view->trim) {
		ret->geometry = geometry_most(view, area_size(area));
		/* Not a pixel less: a border is told by them. */
		ret->scaled = area_size(ret->taken);
		ret->reshaped = true;
	}
	return true;
}

int transform_settle(struct transform *t, VipsImage **image)
{
	struct view_area corner = { t->area.left, t->area.top, 1, 1 };
	struct view_area found = t->taken;

	if (colour_unpack(image))
		return -1;
	if (!t->view->trim)
		return 0;
	if (image_keep(image) || border_find(*image, t->frames,
					 turn_area_back(t->upright, corner, t->stored), &found))
		return -1;
	plan_area(t, turn_area(t->upright, found, t->stored));
	return 0;
}

static bool is_sought(const struct view *view)
{
	return view->place == VIEW_PLACE_SMART || view->place == VIEW_PLACE_ENTROPY;
}

/* What of the scaled picture stays; all of it where the rest is margin. */
static struct view_area kept_area(const struct transform *t)
{
	const struct geometry *g = &t->geometry;

	if (t->view->fit == VIEW_FIT_PAD)
		return (struct view_area){ 0, 0, g->scaled.width, g->scaled.height };
	return (struct view_area){ g->left, g->top, g->result.width, g->result.height };
}

/* Cut to the box and turned; what is cut goes before it is turned where that is known. */
static int place_run(struct transform *t, VipsImage **image)
{
	struct geometry *g = &t->geometry;

	if (!is_sought(t->view) || size_equal(g->scaled, g->result)) {
		if (shape_cut(image, turn_area_back(t->turn, kept_area(t), t->scaled)))
			return -1;
		return shape_turn(image, t->turn);
	}
	if (shape_turn(image, t->turn))
		return -1;
	/* Of an animation the first frame decides, or the picture would jump about. */
	if (!t->sought && focus_find(image, (enum view_place)t->view->place, g->result,
				  &g->left, &g->top))
		return -1;
	t->sought = true;
	return shape_cut(image, kept_area(t));
}

/* `area` in the image, which is one frame, or several that are not reshaped. */
static int picture_run(struct transform *t, struct view_area area, VipsImage **image)
{
	const struct view *view = t->view;

	if (t->reshaped && (shape_cut(image, area) || shape_resize(image, t->scaled)))
		return -1;
	if (colour_convert(image, view, t->deep) || (t->reshaped && place_run(t, image)))
		return -1;
	if (view->blur && filter_blur(image, view->blur))
		return -1;
	if (view->sharpen && filter_sharpen(image))
		return -1;
	if (view->grey && filter_grey(image))
		return -1;
	return background_run(image, view, &t->geometry);
}

static int frame_run(struct transform *t, VipsImage *all, unsigned frame, VipsImage **ret)
{
	int height = all->Ysize / (int)t->frames;

	if (vips_extract_area(all, ret, 0, (int)frame * height, all->Xsize, height, NULL))
		return -1;
	return picture_run(t, t->taken, ret);
}

static int frames_run(struct transform *t, VipsImage **image)
{
	VipsImage **frames;
	VipsImage *out;
	int r = 0;

	if (image_keep(image))
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

int transform_run(struct transform *t, const struct load *load, VipsImage **image)
{
	int r;

	if (t->frames > 1 && t->reshaped)
		r = frames_run(t, image);
	else
		r = picture_run(t, load_area(load, t->taken, *image), image);
	return r ? r
	         : metadata_reduce(image, t->view, t->frames, (int)t->geometry.result.height);
}
