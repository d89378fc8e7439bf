/* SPDX-License-Identifier: MIT
 *
 * What a file without a profile says of its colours: numbers in chunks of a PNG, code points in a
 * box of an AVIF or HEIC. libvips 8.14 to 8.16 reads none of them.
 */
#ifndef ENCODER_COLOUR_TAG_H
#define ENCODER_COLOUR_TAG_H

#include <stdbool.h>

#include "encode/encoder/matrix_profile.h"
#include "view/format.h"

/* True with *ret where it says something else than sRGB that a profile of primaries and a curve can
 * say, too. Not HDR: PQ and HLG are left as if nothing were said, since such a picture would have
 * to be brought to less light than it speaks of. */
bool colour_tag_read(int fd, enum format format, struct matrix_space *ret);

#endif
