/* SPDX-License-Identifier: MIT
 *
 * The rows. Defaults of quality and effort are those of DESIGN.md (what the best image servers
 * settled on); they are printed into every resolved view, so changing one here makes new keys
 * and never a wrong hit.
 *
 * Effort is a codec's own scale, in the range that every supported libvips (8.14 and later)
 * takes: libvips refuses what is outside. Hence jxl starts at 3, although 8.16 takes 1 as well.
 * PNG's effort is zlib's level. JXL is written but not read: its loader is among those that
 * libvips itself calls untrusted.
 */
#include "view/format.h"

#include <string.h>
#include <strings.h>

static const struct format_info formats[FORMAT_COUNT] = {
	[FORMAT_NONE] =
		{
			.name = "",
			.mime_type = "",
			.effort = -1,
		},
	[FORMAT_JPEG] =
		{
			.name = "jpeg",
			.extensions = {"jpg", "jpeg", "jpe"},
			.mime_type = "image/jpeg",
			.readable = true,
			.writable = true,
			.progressive = true,
			.quality = 80,
			.effort = -1,
			.chroma = true,
		},
	[FORMAT_WEBP] =
		{
			.name = "webp",
			.extensions = {"webp"},
			.mime_type = "image/webp",
			.readable = true,
			.writable = true,
			.lossless = true,
			.animates = true,
			.quality = 79,
			.effort = 4,
			.effort_min = 0,
			.effort_max = 6,
			.pages = true,
			.alpha_quality = true,
		},
	[FORMAT_AVIF] =
		{
			.name = "avif",
			.extensions = {"avif"},
			.mime_type = "image/avif",
			.readable = true,
			.writable = true,
			.lossless = true,
			.quality = 63,
			.effort = 1,
			.effort_min = 0,
			.effort_max = 9,
			.pages = true,
			.chroma = true,
		},
	[FORMAT_JXL] =
		{
			.name = "jxl",
			.extensions = {"jxl"},
			.mime_type = "image/jxl",
			.writable = true,
			.lossless = true,
			.quality = 77,
			.effort = 4,
			.effort_min = 3,
			.effort_max = 9,
		},
	[FORMAT_PNG] =
		{
			.name = "png",
			.extensions = {"png"},
			.mime_type = "image/png",
			.readable = true,
			.writable = true,
			.exact = true,
			.progressive = true,
			.effort = 6,
			.effort_min = 0,
			.effort_max = 9,
		},
	[FORMAT_GIF] =
		{
			.name = "gif",
			.extensions = {"gif"},
			.mime_type = "image/gif",
			.readable = true,
			.writable = true,
			.progressive = true,
			.animates = true,
			.effort = 7,
			.effort_min = 1,
			.effort_max = 9,
			.pages = true,
		},
	[FORMAT_TIFF] =
		{
			.name = "tiff",
			.extensions = {"tif", "tiff"},
			.mime_type = "image/tiff",
			.readable = true,
			.writable = true,
			.exact = true,
			.effort = -1,
			.pages = true,
		},
	[FORMAT_HEIC] =
		{
			.name = "heic",
			.extensions = {"heic", "heif"},
			.mime_type = "image/heic",
			.readable = true,
			.effort = -1,
			.pages = true,
		},
	/* No bytes are of this format, so it has no extension and no type. What coding means is for
	 * the formats that are tried. */
	[FORMAT_AUTO] =
		{
			.name = "auto",
			.mime_type = "",
			.writable = true,
			.animates = true,
			.effort = -1,
		},
};

const struct format_info *format_info(enum format format)
{
	return &formats[(unsigned)format < FORMAT_COUNT ? format : FORMAT_NONE];
}

enum format format_from_extension(const char *ext, size_t len)
{
	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		for (const char *const *e = formats[f].extensions; *e; e++) {
			if (strlen(*e) == len && strncasecmp(*e, ext, len) == 0)
				return (enum format)f;
		}
	}
	return FORMAT_NONE;
}
