/* SPDX-License-Identifier: MIT */
#include "encode/encoder/original.h"

#include <stdlib.h>
#include <string.h>

#include "encode/encoder/bare.h"
#include "encode/encoder/image.h"
#include "util/fdio.h"
#include "view/trial.h"

#define COPY_BYTES (256 * 1024)

static bool format_is_kept(const struct view *view, const struct load *load)
{
	return view->format == load->format ||
	       (view->format == FORMAT_AUTO && trial_has(load->format));
}

/* Whether the view asks for anything but another size, which may be the same, or coding. */
static bool touches_pixels(const struct view *view)
{
	return view->rotate || view->flip || view->flop || view->grey || view->blur ||
	       view->sharpen || view->trim || view->background || view->crop.width ||
	       view->watermark.name[0];
}

static bool size_is_kept(const struct load *load, const struct transform *transform)
{
	return load->orientation == 1 && size_equal(transform->scaled, load->stored) &&
	       size_equal(transform->geometry.result, load->stored);
}

/* As colour.c would leave them. */
static bool colour_is_kept(const struct view *view, const struct load *load, bool deep)
{
	VipsImage *header = load->header;

	if (vips_image_get_typeof(header, VIPS_META_ICC_NAME) && !view->icc)
		return false;
	switch (header->Type) {
	case VIPS_INTERPRETATION_sRGB:
	case VIPS_INTERPRETATION_B_W:
		return header->BandFmt == VIPS_FORMAT_UCHAR && header->Bands <= 4;
	case VIPS_INTERPRETATION_RGB16:
	case VIPS_INTERPRETATION_GREY16:
		return deep && header->BandFmt == VIPS_FORMAT_USHORT && header->Bands <= 4;
	default:
		return false;
	}
}

/* What the view says aloud of the coding must be true of the source. */
static bool coding_is_kept(const struct view *view, VipsImage *header)
{
	const char *chroma;

	if (view->prog && !image_field(header, "interlaced", 0) &&
		!image_field(header, "jpeg-multiscan", 0))
		return false;
	if (view->chroma == VIEW_CHROMA_AUTO)
		return true;
	if (!vips_image_get_typeof(header, "jpeg-chroma-subsample") ||
		vips_image_get_string(header, "jpeg-chroma-subsample", &chroma))
		return false;
	return strcmp(chroma, view->chroma == VIEW_CHROMA_420 ? "4:2:0" : "4:4:4") == 0;
}

/* One picture of several is not the file; of an animation that is kept, all are. */
static bool frames_are_kept(const struct load *load)
{
	return load->animated || image_field(load->header, VIPS_META_N_PAGES, 1) <= 1;
}

bool original_may_serve(
	const struct view *view, const struct load *load, const struct transform *transform)
{
	return format_is_kept(view, load) && !touches_pixels(view) &&
	       size_is_kept(load, transform) && frames_are_kept(load) &&
	       colour_is_kept(view, load, transform->deep) &&
	       coding_is_kept(view, load->header);
}

bool original_is_clean(const struct view *view, enum format format, int source_fd)
{
	return view->meta || bare_file(source_fd, format, view->icc);
}

int original_copy(int source_fd, uint64_t bytes, struct output *output)
{
	_cleanup_free_ char *buffer = malloc(COPY_BYTES);
	uint64_t at = 0;

	if (!buffer) {
		vips_error("original", "out of memory");
		return -1;
	}
	while (at < bytes) {
		size_t want = bytes - at < COPY_BYTES ? (size_t)(bytes - at) : COPY_BYTES;
		ssize_t n = fdio_pread_full(source_fd, buffer, want, (off_t)at);

		if (n < 0 || (size_t)n < want) {
			vips_error("original", "the source cannot be read to its end");
			return -1;
		}
		if (output_write_at(output, buffer, want, (off_t)at))
			return -1;
		at += want;
	}
	return output_truncate(output, (off_t)bytes);
}
