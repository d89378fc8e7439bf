/* SPDX-License-Identifier: MIT
 *
 * Which of libvips' loaders and savers can be reached at all.
 */
#ifndef ENCODER_REACH_H
#define ENCODER_REACH_H

/* After VIPS_INIT: blocks every loader and saver but those of our formats. */
void reach_restrict(void);

#endif
