/* SPDX-License-Identifier: MIT
 *
 * The header is read here and not by an encoder, because the file that the encoder is given must
 * have its room already. It knows nothing of turns by EXIF, so both ways are looked at.
 */
#include "render/expect.h"

#include "encode/estimate.h"
#include "picture/inspect.h"
#include "view/geometry.h"

static uint64_t pixels_of(const struct view *view, struct size upright)
{
	struct view_area area;

	if (!geometry_area(view, upright, &area))
		return 0;
	return size_pixels(geometry_most(view, area_size(area)).result);
}

uint64_t expect_bytes(int source_fd, enum format source_format, uint64_t source_bytes,
	const struct view *view)
{
	struct picture_facts facts;
	uint64_t pixels, turned;
	struct size size;

	if (picture_inspect_fd(source_fd, source_format, &facts) != 0)
		return UINT64_MAX;
	size = (struct size){ facts.width, facts.height };
	pixels = pixels_of(view, size);
	turned = pixels_of(view, size_turn(size));
	pixels = turned > pixels ? turned : pixels;
	return estimate_output(view, pixels, source_format, source_bytes);
}
