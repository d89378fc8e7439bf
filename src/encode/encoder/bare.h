/* SPDX-License-Identifier: MIT
 *
 * Whether a file is a picture and nothing but: asked before a source's own bytes are served under
 * a view that drops metadata. A loader's list of fields is no answer, because loaders skip what
 * they do not know (comments, maker's segments, what follows the end: phones put whole films and
 * places there). So the file's own structure is walked, and each part that is not known to make
 * pixels says no; so does whatever cannot be read.
 *
 * Not looked into: coded pixels, and bytes of a TIFF or HEIF that nothing in it points to.
 */
#ifndef ENCODER_BARE_H
#define ENCODER_BARE_H

#include <stdbool.h>

#include "view/format.h"

/* `profile`: a colour profile is let pass. Leaves the descriptor's offset. */
bool bare_file(int fd, enum format format, bool profile);

#endif
