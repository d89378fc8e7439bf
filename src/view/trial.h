/* SPDX-License-Identifier: MIT
 *
 * Views whose result is found by trial: `auto` tries formats, `maxN` tries qualities, and the
 * encoder keeps the best of what it made. What is tried follows from the view and from what the
 * picture's header says, never from a clock, so that a picture's variant is the same whenever it is
 * made. Pure, any thread.
 */
#ifndef VIEW_TRIAL_H
#define VIEW_TRIAL_H

#include "view/geometry.h"

/* AVIF takes longest, 0.15 s a million pixels of one processor at its default effort
 * (libvips 8.14, libaom 3.6): above this, 2.5 s, auto does without it. */
#define TRIAL_AVIF_PIXELS_MAX (16 * 1000 * 1000)

/* Whether a resolved view takes several encodes: as many as there are formats, or at most eight
 * qualities, the first and then half of the half … of a hundred. */
bool trial_is_needed(const struct view *view);

/* The quality between one that fits (0 stands for that) and one that does not, which is tried next:
 * the interval is halved, because bytes grow with quality in every codec, but how fast depends on
 * the picture. 0 when there is none. */
unsigned trial_next_quality(unsigned fitting, unsigned exceeding);

/* Whether auto may end with this format. */
bool trial_has(enum format format);

/* The formats, a bit (1 << enum format) each, that auto tries for a result of this size: JPEG not
 * for transparency, which it would lose; of several frames only what keeps them. Formats' own
 * limits are the encoder's to ask. */
uint32_t trial_formats(struct size result, unsigned frames, bool alpha);

/* `view`, which says auto, as the resolved view of one of its formats. */
struct view trial_view(const struct view *view, enum format format);

#endif
