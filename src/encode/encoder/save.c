/* SPDX-License-Identifier: MIT
 *
 * Limits are those of the libraries, which are a little below those of the formats: libjpeg's
 * JPEG_MAX_DIMENSION, WEBP_MAX_DIMENSION, libvips' own for HEIF, 16 bits in GIF, libpng's
 * PNG_USER_WIDTH_MAX; for the others what libvips takes. TIFF's file of 4 GiB is far beyond what
 * max_pixels allows.
 */
#include "encode/encoder/save.h"

#include <inttypes.h>

#include "encode/encoder/fingerprint.h"
#include "encode/encoder/image.h"
#include "encode/encoder/job.h"
#include "encode/encoder/reach.h"
#include "view/trial.h"

/* Of any image in libvips 8.14; more in later ones, where it is no constant. */
#define COORD_MAX 10000000

struct saver {
	const char *operation;
	uint32_t side_max;
	int (*save)(const struct view *view, VipsImage *image, VipsTarget *target);
	/* What libvips leaves out, added to the file; NULL: nothing. */
	int (*finish)(VipsImage *image, struct output *output);
};

static const struct saver savers[FORMAT_COUNT] = {
	[FORMAT_JPEG] = { "jpegsave_target", 65500, save_jpeg },
	[FORMAT_WEBP] = { "webpsave_target", 16383, save_webp },
	[FORMAT_AVIF] = { "heifsave_target", 16384, save_avif },
	[FORMAT_JXL] = { "jxlsave_target", COORD_MAX, save_jxl },
	[FORMAT_PNG] = { "pngsave_target", 1000000, save_png },
	[FORMAT_GIF] = { "gifsave_target", 65535, save_gif, save_gif_comment },
	[FORMAT_TIFF] = { "tiffsave_target", COORD_MAX, save_tiff, save_tiff_exif },
};

/* libvips has the saver even where libheif lacks the encoder; 4 is AV1 (heif.h). */
static bool heif_can_encode(void)
{
	int (*have)(int) =
		(int (*)(int))library_find("libheif.so", "heif_have_encoder_for_format");

	return !have || have(4);
}

bool save_available(enum format format)
{
	if (format == FORMAT_AUTO)
		return save_available(FORMAT_JPEG) && save_available(FORMAT_WEBP);
	return reach_has(savers[format].operation) &&
	       (format != FORMAT_AVIF || heif_can_encode());
}

static bool save_fits(enum format format, struct size frame)
{
	uint32_t most = savers[format].side_max;

	return frame.width <= most && frame.height <= most;
}

uint32_t save_candidates(struct size frame, unsigned frames, bool alpha)
{
	uint32_t formats = trial_formats(frame, frames, alpha);

	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		if (formats & 1u << f && (!save_available(f) || !save_fits(f, frame)))
			formats &= ~(1u << f);
	}
	return formats;
}

/* What auto could end with. */
static int check_candidates(
	struct size frame, unsigned frames, bool alpha, struct encode_reply *reply)
{
	if (save_candidates(frame, frames, alpha))
		return 0;
	return job_refuse(reply, ENCODE_TOO_LARGE,
		"%" PRIu32 " x %" PRIu32 "%s is over the limits of each format that auto tries",
		frame.width, frame.height, alpha ? " with transparency" : "");
}

static int check_format(enum format format, struct size frame, struct encode_reply *reply)
{
	const char *name = format_info(format)->name;

	if (!save_available(format))
		return job_refuse(
			reply, ENCODE_UNSUPPORTED, "this libvips cannot write %s", name);
	if (!save_fits(format, frame))
		return job_refuse(reply, ENCODE_TOO_LARGE,
			"%" PRIu32 " x %" PRIu32 " is over the limit of %s, %" PRIu32
			" pixels a side",
			frame.width, frame.height, name, savers[format].side_max);
	return 0;
}

int save_check(enum format format, struct size frame, unsigned frames, bool alpha,
	struct encode_reply *reply)
{
	int r = format == FORMAT_AUTO ? check_candidates(frame, frames, alpha, reply)
	                              : check_format(format, frame, reply);

	if (r)
		return r;
	/* Frames lie one below the other in one image. */
	if ((uint64_t)frame.height * frames > COORD_MAX)
		return job_refuse(reply, ENCODE_TOO_LARGE,
			"%u frames of %" PRIu32 " rows are over the limit of %d rows", frames,
			frame.height, COORD_MAX);
	reply->width = frame.width;
	reply->height = frame.height;
	reply->frames = frames;
	return 0;
}

int save_to(const struct view *view, VipsImage *image, VipsTarget *target)
{
	return savers[view->format].save(view, image, target);
}

int save_run(const struct view *view, VipsImage *image, struct output *output)
{
	_cleanup_object_ VipsTarget *target = output_target_new(output);

	if (save_to(view, image, target))
		return -1;
	/* Some savers do not look whether their last write succeeded. */
	if (output->error)
		return -1;
	return savers[view->format].finish ? savers[view->format].finish(image, output) : 0;
}
