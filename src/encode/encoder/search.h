/* SPDX-License-Identifier: MIT
 *
 * Results found by trial (view/trial.h): the pixels are made once and kept, encoded several times,
 * and the output holds the best encode so far. A trial that cannot win is not kept: over the
 * budget, or no smaller than what is there.
 */
#ifndef ENCODER_SEARCH_H
#define ENCODER_SEARCH_H

#include "encode/encoder/output.h"
#include "encode/protocol.h"

/* Of an image that is ready to be saved and consists of `frames` frames; says in `reply` which
 * format and which quality it was. Returns 0, an encode_result that stands in `reply`, or -1 with
 * libvips' error. */
int search_run(const struct view *view, VipsImage *image, unsigned frames,
	struct output *output, struct encode_reply *reply);

#endif
