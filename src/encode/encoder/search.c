/* SPDX-License-Identifier: MIT
 *
 * Trials are encoded into memory and the winner so far is written out at once: then at most one
 * trial is held, no larger than what it has to undercut, and the limit on the output holds for
 * every byte that is written. A trial that has become too large goes on, into nothing: a saver that
 * is refused a write leaks (save_webp.c), and most write only when all is done.
 *
 * A budget is first tried at the view's own quality: most views name one that fits most pictures.
 * What fills the budget to 97 % ends it.
 */
#include "encode/encoder/search.h"

#include <inttypes.h>

#include "encode/encoder/image.h"
#include "encode/encoder/job.h"
#include "encode/encoder/save.h"
#include "view/trial.h"

/* The part of a budget, in percent, that is good enough. */
#define ENOUGH_PERCENT 97

struct trial {
	char *bytes; /* owned; what fits */
	size_t capacity;
	uint64_t size; /* that it has, or would have */
	uint64_t limit;
	bool out_of_memory;
};

static void trial_done(struct trial *trial)
{
	free(trial->bytes);
}

static bool trial_fits(const struct trial *trial)
{
	return trial->size <= trial->limit;
}

/* By half, so that not every write copies; glib's arrays would end the process. */
static bool trial_reserve(struct trial *trial, size_t size)
{
	size_t capacity = size + size / 2;
	char *bytes;

	if (size <= trial->capacity)
		return true;
	bytes = realloc(trial->bytes, capacity);
	if (!bytes)
		return false;
	trial->bytes = bytes;
	trial->capacity = capacity;
	return true;
}

static gint64 trial_write(VipsTargetCustom *target, const void *data, gint64 size, void *user)
{
	struct trial *trial = user;

	(void)target;
	if (trial->size + (uint64_t)size <= trial->limit && !trial->out_of_memory) {
		if (trial_reserve(trial, (size_t)trial->size + (size_t)size))
			memcpy(trial->bytes + trial->size, data, (size_t)size);
		else
			trial->out_of_memory = true;
	}
	trial->size += (uint64_t)size;
	return size;
}

/* Encodes; what is kept of it is within `limit`. 0 or -1 with libvips' error. */
static int trial_run(
	struct trial *trial, const struct view *view, VipsImage *image, uint64_t limit)
{
	_cleanup_object_ VipsTargetCustom *target = vips_target_custom_new();

	trial->size = 0;
	trial->limit = limit;
	g_signal_connect(target, "write", G_CALLBACK(trial_write), trial);
	if (save_to(view, image, VIPS_TARGET(target)))
		return -1;
	if (trial->out_of_memory)
		vips_error("search", "out of memory");
	return trial->out_of_memory ? -1 : 0;
}

static int trial_keep(const struct trial *trial, const struct view *view, struct output *output,
	struct encode_reply *reply)
{
	reply->format = view->format;
	reply->quality = view->quality;
	return output_write_at(output, trial->bytes, (size_t)trial->size, 0) ||
	                       output_truncate(output, (off_t)trial->size)
	               ? -1
	               : 0;
}

static bool fills(const struct trial *trial)
{
	return trial->size * 100 >= trial->limit * ENOUGH_PERCENT;
}

/* At the view's own quality first, then between one that fits and one that does not. */
static int search_quality(struct trial *trial, const struct view *view, VipsImage *image,
	struct output *output, struct encode_reply *reply)
{
	unsigned fitting = 0, exceeding = view->quality + 1u;
	struct view v = *view;

	while (v.quality > 0) {
		if (trial_run(trial, &v, image, view->max_bytes))
			return -1;
		if (!trial_fits(trial)) {
			exceeding = v.quality;
		} else {
			fitting = v.quality;
			if (trial_keep(trial, &v, output, reply))
				return -1;
			if (fills(trial))
				break;
		}
		v.quality = (uint8_t)trial_next_quality(fitting, exceeding);
	}
	if (fitting > 0)
		return 0;
	/* The last one was of quality 1. */
	return job_refuse(reply, ENCODE_OVER_BUDGET,
		"%" PRIu32 " bytes are too few: at quality 1 it takes %" PRIu64,
		view->max_bytes, trial->size);
}

/* The first format's result is kept whatever it takes. One that its codec refuses is no candidate,
 * while another is. */
static int search_format(struct trial *trial, const struct view *view, VipsImage *image,
	uint32_t formats, struct output *output, struct encode_reply *reply)
{
	uint64_t least = UINT64_MAX;

	for (unsigned f = FORMAT_NONE + 1; f < FORMAT_COUNT; f++) {
		struct view v = trial_view(view, (enum format)f);
		int r = formats & 1u << f ? trial_run(trial, &v, image, least - 1) : -1;

		/* Which one it is must not depend on what memory there was. */
		if (trial->out_of_memory)
			return -1;
		if (r || !trial_fits(trial))
			continue;
		least = trial->size;
		if (trial_keep(trial, &v, output, reply))
			return -1;
	}
	return least == UINT64_MAX ? -1 : 0;
}

/* Many a screenshot has a channel of transparency and nothing that is transparent: dropped, it
 * keeps no format out. */
static int opaque_step(VipsImage **image)
{
	_cleanup_object_ VipsImage *alpha = NULL;
	int bands = (*image)->Bands;
	VipsImage *out;
	double least;

	if (!vips_image_hasalpha(*image))
		return 0;
	if (vips_extract_band(*image, &alpha, bands - 1, NULL) || vips_min(alpha, &least, NULL))
		return -1;
	if (least < 255)
		return 0;
	if (vips_extract_band(*image, &out, 0, "n", bands - 1, NULL))
		return -1;
	image_replace(image, out);
	return 0;
}

int search_run(const struct view *view, VipsImage *image, unsigned frames,
	struct output *output, struct encode_reply *reply)
{
	_cleanup_object_ VipsImage *pixels = vips_image_copy_memory(image);
	_cleanup_(trial_done) struct trial trial = { 0 };
	struct size frame = { reply->width, reply->height };

	if (!pixels)
		return -1;
	if (view->format == FORMAT_AUTO)
		return opaque_step(&pixels) ? -1
		                            : search_format(&trial, view, pixels,
						      save_candidates(frame, frames,
							      vips_image_hasalpha(pixels)),
						      output, reply);
	return search_quality(&trial, view, pixels, output, reply);
}
