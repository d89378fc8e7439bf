/* SPDX-License-Identifier: MIT */
#include "view/trial.h"

bool trial_is_needed(const struct view *view)
{
	return view->format == FORMAT_AUTO || view->max_bytes > 0;
}

unsigned trial_next_quality(unsigned fitting, unsigned exceeding)
{
	return exceeding - fitting > 1 ? fitting + (exceeding - fitting) / 2 : 0;
}

bool trial_has(enum format format)
{
	return format == FORMAT_JPEG || format == FORMAT_WEBP || format == FORMAT_AVIF;
}

uint32_t trial_formats(struct size result, unsigned frames, bool alpha)
{
	uint64_t pixels = (uint64_t)result.width * result.height;
	uint32_t formats = 1u << FORMAT_WEBP;

	if (frames > 1)
		return formats;
	if (!alpha)
		formats |= 1u << FORMAT_JPEG;
	if (pixels <= TRIAL_AVIF_PIXELS_MAX)
		formats |= 1u << FORMAT_AVIF;
	return formats;
}

struct view trial_view(const struct view *view, enum format format)
{
	const struct format_info *info = format_info(format);
	struct view v = *view;

	v.format = (uint8_t)format;
	v.quality = info->quality;
	v.effort = info->effort < 0 ? 0 : (int8_t)(info->effort + 1);
	return v;
}
