/* SPDX-License-Identifier: MIT
 *
 * An image into the output, by one small file per format. A saver gets an image that is ready
 * (sRGB or grey, upright, fields reduced) and a resolved view, and does nothing but call its
 * libvips operation with the right options.
 */
#ifndef ENCODER_SAVE_H
#define ENCODER_SAVE_H

#include <vips/vips.h>

#include "encode/encoder/metadata.h"
#include "encode/encoder/output.h"
#include "encode/protocol.h"
#include "view/geometry.h"

/* Can pictures of `format` be written by this libvips? */
bool save_available(enum format format);

/* Holds the result's size against the limits of the format, and fills it in `reply`. Returns 0
 * or an encode_result that stands in `reply`. */
int save_check(enum format format, struct size frame, unsigned frames, bool alpha,
	struct encode_reply *reply);

/* Of the formats that auto tries (view/trial.h), those that this libvips can write so large. */
uint32_t save_candidates(struct size frame, unsigned frames, bool alpha);

/* Runs the pipeline. 0 or -1 with libvips' error; `output` says whether writing failed. */
int save_run(const struct view *view, VipsImage *image, struct output *output);
/* The same to any target; `view` names a real format. 0 or -1 with libvips' error. */
int save_to(const struct view *view, VipsImage *image, VipsTarget *target);

/* The savers. 0 or -1 with libvips' error. */
int save_jpeg(const struct view *view, VipsImage *image, VipsTarget *target);
int save_webp(const struct view *view, VipsImage *image, VipsTarget *target);
int save_avif(const struct view *view, VipsImage *image, VipsTarget *target);
int save_jxl(const struct view *view, VipsImage *image, VipsTarget *target);
int save_png(const struct view *view, VipsImage *image, VipsTarget *target);
int save_gif(const struct view *view, VipsImage *image, VipsTarget *target);
int save_tiff(const struct view *view, VipsImage *image, VipsTarget *target);

/* Add to a file that is written what libvips does not: a comment, EXIF. 0, or -1 and the output
 * says why. */
int save_gif_comment(VipsImage *image, struct output *output);
int save_tiff_exif(VipsImage *image, struct output *output);

/* The option, with its value, that every saver has: keep what metadata_reduce() left, or write
 * nothing at all. libvips 8.15 renamed it. */
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 15
#define SAVE_METADATA(image)                                                                   \
	"keep", metadata_present(image) ? VIPS_FOREIGN_KEEP_ALL : VIPS_FOREIGN_KEEP_NONE
#else
#define SAVE_METADATA(image) "strip", !metadata_present(image)
#endif

/* How chroma is sampled. libvips' choice is half the resolution below quality 90. */
static inline VipsForeignSubsample save_subsample(const struct view *view)
{
	return view->chroma == VIEW_CHROMA_420   ? VIPS_FOREIGN_SUBSAMPLE_ON
	       : view->chroma == VIEW_CHROMA_444 ? VIPS_FOREIGN_SUBSAMPLE_OFF
	                                         : VIPS_FOREIGN_SUBSAMPLE_AUTO;
}

/* Effort as the codec counts it. */
static inline int save_effort(const struct view *view)
{
	return view->effort - 1;
}

#endif
