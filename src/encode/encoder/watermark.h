/* SPDX-License-Identifier: MIT
 *
 * Lays a watermark on a result that is otherwise ready to be saved: resized, upright, in its
 * colours. On every frame of an animation alike.
 */
#ifndef ENCODER_WATERMARK_H
#define ENCODER_WATERMARK_H

#include <vips/vips.h>

#include "encode/protocol.h"

/* `image` has so many frames, one below the other. What it has of transparency, depth and
 * metadata it keeps; a grey one gets colours where the watermark has some. Nothing is done where
 * the request has no watermark. 0 or -1 with libvips' error. */
int watermark_run(
	const struct encode_watermark *watermark, int fd, unsigned frames, VipsImage **image);

#endif
