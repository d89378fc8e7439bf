/* SPDX-License-Identifier: MIT
 *
 * Never larger: where view and source have the same format and the same pixels, and the result is
 * not smaller, the source's own bytes are the variant.
 *
 * The same pixels: nothing is done to them but to decode and encode them again. The same also in
 * what is said besides: where the view drops metadata, the source must not have any (bare.h), for
 * a promise of privacy weighs more than bytes. A source with only a copyright is encoded, too.
 */
#ifndef ENCODER_ORIGINAL_H
#define ENCODER_ORIGINAL_H

#include "encode/encoder/load.h"
#include "encode/encoder/output.h"
#include "encode/encoder/transform.h"

/* What the header can say of it. Before load_pixels(). */
bool original_may_serve(
	const struct view *view, const struct load *load, const struct transform *transform);

/* Reads the file: has it nothing that the view drops? */
bool original_is_clean(const struct view *view, enum format format, int source_fd);

/* Copies it, instead of what the output has. 0 or -1 with libvips' error. */
int original_copy(int source_fd, uint64_t bytes, struct output *output);

#endif
