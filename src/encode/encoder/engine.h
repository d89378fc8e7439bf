/* SPDX-License-Identifier: MIT
 *
 * libvips as a codec: load → transform → save, one job at a time. The pipeline is lazy: nothing
 * is decoded before the saver asks for rows, so what can be refused by the header is.
 */
#ifndef ENCODER_ENGINE_H
#define ENCODER_ENGINE_H

#include "encode/encoder/codec.h"

extern const struct codec engine_codec;

/* "8.14.1", without initialising anything. */
const char *engine_vips_version(void);

#endif
