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

/* Of any image in libvips 8.14; more in later ones, where it is no constant. */
#define COORD_MAX 10000000

struct saver {
	const char *operation;
	uint32_t side_max;
	int (*save)(const struct view *view, VipsImage *image, VipsTarget *target);
};

static const struct saver savers[FORMAT_COUNT] = {
	[FORMAT_JPEG] = { "jpegsave_target", 65500, save_jpeg },
	[FORMAT_WEBP] = { "webpsave_target", 16383, save_webp },
	[FORMAT_AVIF] = { "heifsave_target", 16384, save_avif },
	[FORMAT_JXL] = { "jxlsave_target", COORD_MAX, save_jxl },
	[FORMAT_PNG] = { "pngsave_target", 1000000, save_png },
	[FORMAT_GIF] = { "gifsave_target", 65535, save_gif },
	[FORMAT_TIFF] = { "tiffsave_target", COORD_MAX, save_tiff },
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
	return reach_has(savers[format].operation) &&
	       (format != FORMAT_AVIF || heif_can_encode());
}

int save_check(
	enum format format, struct size frame, unsigned frames, struct encode_reply *reply)
{
	const struct saver *saver = &savers[format];
	const char *name = format_info(format)->name;

	if (!save_available(format))
		return job_refuse(
			reply, ENCODE_UNSUPPORTED, "this libvips cannot write %s", name);
	if (frame.width > saver->side_max || frame.height > saver->side_max)
		return job_refuse(reply, ENCODE_TOO_LARGE,
			"%" PRIu32 " x %" PRIu32 " is over the limit of %s, %" PRIu32
			" pixels a side",
			frame.width, frame.height, name, saver->side_max);
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

int save_run(const struct view *view, VipsImage *image, struct output *output)
{
	_cleanup_object_ VipsTarget *target = output_target_new(output);

	if (savers[view->format].save(view, image, target))
		return -1;
	/* Some savers do not look whether their last write succeeded. */
	return output->error ? -1 : 0;
}
