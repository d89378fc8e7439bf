/* SPDX-License-Identifier: MIT
 *
 * The comment, which libvips does not write, takes the place of the trailer, and the trailer
 * comes behind it (GIF89a, 24).
 */
#include "encode/encoder/save.h"

#include <string.h>

#include "util/fdio.h"

#define TRAILER ';'

int save_gif(const struct view *view, VipsImage *image, VipsTarget *target)
{
	return vips_gifsave_target(image, target, "effort", save_effort(view), "interlace",
		view->prog, SAVE_METADATA(image), NULL);
}

static int bytes_append(struct output *output, const void *bytes, size_t size)
{
	int r = fdio_pwrite_full(output->fd, bytes, size, output->position);

	if (r < 0) {
		output->error = -r;
		return -1;
	}
	output->position += (off_t)size;
	return 0;
}

int save_gif_comment(VipsImage *image, struct output *output)
{
	static const guint8 begin[] = { '!', 0xfe }, end[] = { 0, TRAILER };
	const char *text = metadata_comment(image);
	char last;

	if (!text || output->position < 1 ||
		fdio_pread_full(output->fd, &last, 1, output->position - 1) != 1 ||
		last != TRAILER)
		return 0;
	output->position--;
	if (bytes_append(output, begin, sizeof(begin)))
		return -1;
	for (size_t left = strlen(text); left;) {
		guint8 size = (guint8)MIN(left, 255);

		if (bytes_append(output, &size, 1) || bytes_append(output, text, size))
			return -1;
		text += size;
		left -= size;
	}
	return bytes_append(output, end, sizeof(end));
}
