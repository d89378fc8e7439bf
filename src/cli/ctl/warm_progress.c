/* SPDX-License-Identifier: MIT */
#include "cli/ctl/warm_progress.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/ctl/output.h"

#define BAR_WIDTH 24

bool warm_progress_is_due(const struct warm_progress *progress)
{
	return now_monotonic() >= progress->drawn_at + WARM_PROGRESS_USEC;
}

static void note_rate(struct warm_progress *progress, uint64_t done)
{
	usec_t now = now_monotonic();
	double seconds = (double)(now - progress->drawn_at) / (double)USEC_PER_SEC;
	double rate = (double)(done - progress->drawn_done) / seconds;
	/* Weighs the last five seconds or so. */
	double share = seconds < 5 ? seconds / 5 : 1;

	progress->rate =
		progress->rate > 0 ? progress->rate + (rate - progress->rate) * share : rate;
	progress->drawn_at = now;
	progress->drawn_done = done;
}

void warm_progress_draw(struct warm_progress *progress, const struct warm_counts *counts,
	uint64_t done, bool complete)
{
	char bar[BAR_WIDTH + 1], left[32] = "", bytes[OUTPUT_VALUE_MAX];
	json_t *size = json_integer((json_int_t)counts->made_bytes);

	note_rate(progress, done);
	for (unsigned i = 0; i < BAR_WIDTH; i++)
		bar[i] = counts->names && i < done * BAR_WIDTH / counts->names ? '#' : '-';
	bar[BAR_WIDTH] = '\0';
	if (complete && progress->rate > 0) {
		uint64_t sec = (uint64_t)((double)(counts->names - done) / progress->rate);

		snprintf(left, sizeof(left), "  %" PRIu64 ":%02" PRIu64 ":%02" PRIu64 " left",
			sec / 3600, sec / 60 % 60, sec % 60);
	}
	fprintf(stderr, "\r\033[K[%s] %" PRIu64 "/%" PRIu64 "%s  %.1f/s  %s made%s", bar, done,
		counts->names, complete ? "" : "…", progress->rate,
		output_text(size, VALUE_BYTES, bytes), left);
	json_decref(size);
}

void warm_progress_clear(void)
{
	fputs("\r\033[K", stderr);
}
