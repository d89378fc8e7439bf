/* SPDX-License-Identifier: MIT
 *
 * A truncated picture must fail, or half a grey picture would be cached as if it were the
 * whole; a picture with a flaw that every viewer forgives must pass. In libvips' scale that is
 * VIPS_FAIL_ON_TRUNCATED: libjpeg's "extraneous bytes before marker" and its like are warnings.
 */
#include "encode/encoder/load.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "encode/encoder/colour_tag.h"
#include "encode/encoder/exif_tiff.h"
#include "encode/encoder/fingerprint.h"
#include "encode/encoder/image.h"
#include "encode/encoder/job.h"
#include "encode/encoder/matrix_profile.h"
#include "encode/encoder/reach.h"
#include "view/turn.h"

#define LOAD_COMMON "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_TRUNCATED

static const char *const loaders[FORMAT_COUNT] = {
	[FORMAT_JPEG] = "jpegload_source",
	[FORMAT_WEBP] = "webpload_source",
	[FORMAT_AVIF] = "heifload_source",
	[FORMAT_HEIC] = "heifload_source",
	[FORMAT_PNG] = "pngload_source",
	[FORMAT_GIF] = "gifload_source",
	[FORMAT_TIFF] = "tiffload_source",
};

/* heif_have_decoder_for_format() and the numbers of enum heif_compression_format are libheif's
 * stable API (heif.h). libvips has the loader even where libheif lacks the decoder. */
static bool heif_can_decode(enum format format)
{
	int (*have)(int) =
		(int (*)(int))library_find("libheif.so", "heif_have_decoder_for_format");

	return !have || have(format == FORMAT_AVIF ? 4 : 1);
}

bool load_available(enum format format)
{
	if (!format_info(format)->readable || !reach_has(loaders[format]))
		return false;
	return (format != FORMAT_AVIF && format != FORMAT_HEIC) || heif_can_decode(format);
}

/* What libjpeg can do of it. */
static int jpeg_shrink(double shrink)
{
	return shrink >= 8 ? 8 : shrink >= 4 ? 4 : shrink >= 2 ? 2 : 1;
}

/* libvips reads of a TIFF's directory what it needs for pixels: the rest is given to the image
 * as every other format has it. */
static int tiff_open(struct load *load, int page, VipsImage **ret)
{
	_cleanup_object_ VipsImage *image = NULL;
	size_t size;
	void *block;

	if (vips_tiffload_source(load->source, &image, LOAD_COMMON, "page", page, NULL) ||
		vips_copy(image, ret, NULL))
		return -1;
	block = exif_from_tiff(load->source_fd, &size);
	if (block)
		vips_image_set_blob_copy(*ret, VIPS_META_EXIF_NAME, block, size);
	g_free(block);
	return 0;
}

static void *xmp_find(VipsImage *image, const char *name, GValue *value, void *data)
{
	(void)image;
	(void)data;
	return strncmp(name, "heif-mime-", 10) == 0 && G_VALUE_TYPE(value) == VIPS_TYPE_BLOB
	               ? value
	               : NULL;
}

/* libvips 8.14 knows a HEIF's XMP only as an item of some media type. */
static int heif_open(struct load *load, int page, VipsImage **ret)
{
	_cleanup_object_ VipsImage *image = NULL;
	const GValue *xmp;
	int r;

	/* Without a page it gives the primary one, wherever that stands. */
	if (page == 0)
		r = vips_heifload_source(load->source, &image, LOAD_COMMON, NULL);
	else
		r = vips_heifload_source(
			load->source, &image, LOAD_COMMON, "page", page - 1, NULL);
	if (r || vips_copy(image, ret, NULL))
		return -1;
	xmp = vips_image_map(*ret, xmp_find, NULL);
	if (xmp && !vips_image_get_typeof(*ret, VIPS_META_XMP_NAME))
		vips_image_set(*ret, VIPS_META_XMP_NAME, (GValue *)(uintptr_t)xmp);
	return 0;
}

/* `shrink` ≥ 1: how much smaller the picture may be decoded. */
static int format_open(struct load *load, double shrink, VipsImage **ret)
{
	int n = load->animated ? -1 : 1, page = load->page;

	switch (load->format) {
	case FORMAT_JPEG:
		return vips_jpegload_source(
			load->source, ret, LOAD_COMMON, "shrink", jpeg_shrink(shrink), NULL);
	case FORMAT_WEBP:
		return vips_webpload_source(load->source, ret, LOAD_COMMON, "page", page, "n",
			n, "scale", load->animated ? 1.0 : 1.0 / shrink, NULL);
	case FORMAT_AVIF:
	case FORMAT_HEIC:
		return heif_open(load, page, ret);
	case FORMAT_PNG:
		return vips_pngload_source(load->source, ret, LOAD_COMMON, NULL);
	case FORMAT_GIF:
		return vips_gifload_source(
			load->source, ret, LOAD_COMMON, "page", page, "n", n, NULL);
	case FORMAT_TIFF:
		return tiff_open(load, page, ret);
	default:
		vips_error("load", "no loader for this format");
		return -1;
	}
}

/* A profile that says what the file says in fewer words, where it has none of its own. */
static int profile_add(const struct load *load, VipsImage **image)
{
	struct matrix_space space;
	VipsImage *out;
	void *profile;
	size_t size;

	if (vips_image_get_typeof(*image, VIPS_META_ICC_NAME) ||
		!colour_tag_read(load->source_fd, load->format, &space))
		return 0;
	profile = matrix_profile_build(&space, image_is_grey(*image), &size);
	if (!profile)
		return 0;
	if (vips_copy(*image, &out, NULL)) {
		g_free(profile);
		return -1;
	}
	vips_image_set_blob_copy(out, VIPS_META_ICC_NAME, profile, size);
	g_free(profile);
	image_replace(image, out);
	return 0;
}

static int image_open(struct load *load, double shrink, VipsImage **ret)
{
	return format_open(load, shrink, ret) || profile_add(load, ret) ? -1 : 0;
}

static void header_read(struct load *load)
{
	VipsImage *h = load->header;
	int page_height = vips_image_get_page_height(h);

	load->frames = load->animated ? (unsigned)(h->Ysize / page_height) : 1;
	load->stored.width = (uint32_t)h->Xsize;
	load->stored.height = load->frames > 1 ? (uint32_t)page_height : (uint32_t)h->Ysize;
	/* EXIF speaks of one picture; no viewer turns animations by it. */
	load->orientation = load->frames > 1 ? 1 : vips_image_get_orientation(h);
}

/* libvips 8.14 ends the process for a source of no bytes: it takes the mapping that it cannot
 * have for a pipe (iofuncs/source.c, vips_source_pipe_read_to_position). */
static int source_rewind(int fd, uint64_t *ret_bytes, struct encode_reply *reply)
{
	off_t size = lseek(fd, 0, SEEK_END);

	if (size == 0)
		return job_refuse(reply, ENCODE_DAMAGED, "the file is empty");
	if (size < 0 || lseek(fd, 0, SEEK_SET) < 0) {
		vips_error_system(errno, "load", "cannot seek");
		return -1;
	}
	*ret_bytes = (uint64_t)size;
	return 0;
}

/* The first of a HEIF's pictures is the one that it calls primary, the others follow in the
 * file's order. The loader counts from 0 in that order, and image_open() from 1. */
static int heif_page(VipsImage *header, int page)
{
	int primary = image_field(header, "heif-primary", 0);

	return page <= primary ? page : page + 1;
}

/* From the first page, whose header is read, to the one that is wanted. */
static int page_open(struct load *load, unsigned page, struct encode_reply *reply)
{
	int pages = image_field(load->header, VIPS_META_N_PAGES, 1);

	if (page >= (unsigned)pages)
		return job_refuse(reply, ENCODE_MEANINGLESS, "p%u: it holds %d %s", page + 1,
			pages, pages == 1 ? "picture only" : "pictures");
	load->page = load->format == FORMAT_AVIF || load->format == FORMAT_HEIC
	                     ? heif_page(load->header, (int)page)
	                     : (int)page;
	/* The loader goes back in its source, so the first image must be gone. */
	object_unrefp(&load->header);
	load->header = NULL;
	return image_open(load, 1.0, &load->header);
}

int load_open(struct load *load, const struct encode_request *request, int source_fd,
	struct encode_reply *reply)
{
	const struct view *view = &request->view;
	struct size upright;
	int r;

	load->format = request->source_format;
	load->source_fd = source_fd;
	load->animated = view->frame == 0 && format_info(load->format)->animates &&
	                 format_info(view->format)->animates;
	if (!load_available(load->format))
		return job_refuse(reply, ENCODE_UNSUPPORTED, "this libvips cannot read %s",
			format_info(load->format)->name);
	r = source_rewind(source_fd, &load->source_bytes, reply);
	if (r)
		return r;
	load->source = vips_source_new_from_descriptor(source_fd);
	if (!load->source || image_open(load, 1.0, &load->header))
		return -1;
	r = view->frame > 1 ? page_open(load, view->frame - 1, reply) : 0;
	if (r)
		return r;

	header_read(load);
	upright = turn_size(turn_upright(load->orientation), load->stored);
	reply->source_width = upright.width;
	reply->source_height = upright.height;
	return 0;
}

static bool area_is_whole(const struct load *load, struct view_area area)
{
	return size_equal(area_size(area), load->stored);
}

/* How much smaller to decode. A part lies between the pixels of a shrunk picture: cut there by
 * whole ones, it is moved by half of one at most, which has to be little in the result. */
static double load_shrink(const struct load *load, struct view_area area, struct size scaled)
{
	double shrink =
		MIN((double)area.width / scaled.width, (double)area.height / scaled.height);
	double rest = area_is_whole(load, area) ? 2 : 4;

	if (load->animated || shrink < 2 * rest)
		return 1;
	if (load->format == FORMAT_JPEG)
		return jpeg_shrink(shrink / rest);
	return load->format == FORMAT_WEBP ? shrink / rest : 1;
}

struct size load_decoded(const struct load *load, struct view_area area, struct size scaled)
{
	double shrink = load_shrink(load, area, scaled);

	return (struct size){
		.width = (uint32_t)ceil(load->stored.width / shrink),
		.height = (uint32_t)ceil(load->stored.height / shrink),
	};
}

int load_pixels(struct load *load, struct view_area area, struct size scaled, VipsImage **ret)
{
	load->shrink = load_shrink(load, area, scaled);
	if (load->shrink <= 1) {
		*ret = TAKE_PTR(load->header);
		return 0;
	}
	/* The loader goes back in its source, so the first image must be gone. */
	g_object_unref(TAKE_PTR(load->header));
	return image_open(load, load->shrink, ret);
}

/* From pixel `from` to before `to`, in pixels that are larger. */
static void span_shrink(double shrink, uint32_t most, uint32_t from, uint32_t to, uint32_t *ret,
	uint32_t *ret_n)
{
	uint32_t first = MIN((uint32_t)lround(from / shrink), most - 1);
	uint32_t last = MIN((uint32_t)lround(to / shrink), most);

	*ret = first;
	*ret_n = MAX(last, first + 1) - first;
}

struct view_area load_area(
	const struct load *load, struct view_area area, const VipsImage *image)
{
	struct view_area a = area;
	/* libjpeg makes one pixel of so many, libwebp brings all into a size. */
	bool scales = load->format == FORMAT_WEBP;
	double x = scales ? (double)load->stored.width / image->Xsize : load->shrink;
	double y = scales ? (double)load->stored.height / image->Ysize : load->shrink;

	if (load->shrink <= 1)
		return area;
	span_shrink(x, (uint32_t)image->Xsize, area.left, area.left + area.width, &a.left,
		&a.width);
	span_shrink(
		y, (uint32_t)image->Ysize, area.top, area.top + area.height, &a.top, &a.height);
	return a;
}

void load_done(struct load *load)
{
	object_unrefp(&load->header);
	object_unrefp(&load->source);
	*load = LOAD_INIT;
}
