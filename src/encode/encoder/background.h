/* SPDX-License-Identifier: MIT
 *
 * What lies under and around a picture: the colour of the view, white where the format has no
 * transparency, else nothing.
 */
#ifndef ENCODER_BACKGROUND_H
#define ENCODER_BACKGROUND_H

#include <vips/vips.h>

#include "view/geometry.h"

/* Makes transparent parts the background, and adds the margins that bring `geometry.scaled` to
 * `geometry.result`. The image is in sRGB or grey. 0 or -1 with libvips' error. */
int background_run(VipsImage **image, const struct view *view, const struct geometry *geometry);

/* Does the result have transparency, if the source has (`alpha`)? */
bool background_is_clear(const struct view *view, const struct geometry *geometry, bool alpha);
/* Does it make colours of grey? */
bool background_is_coloured(
	const struct view *view, const struct geometry *geometry, bool alpha);

#endif
