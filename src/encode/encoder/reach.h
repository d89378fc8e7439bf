/* SPDX-License-Identifier: MIT
 *
 * Which of libvips' loaders and savers can be reached at all.
 */
#ifndef ENCODER_REACH_H
#define ENCODER_REACH_H

#include <stdbool.h>

/* After VIPS_INIT: blocks every loader and saver but those of our formats. */
void reach_restrict(void);

/* Whether this libvips has the loader or saver of this name, and it is let in. NULL: no. */
bool reach_has(const char *operation);

#endif
