/* SPDX-License-Identifier: MIT
 *
 * A format's series begin with its first encode, all results of it at once: a rate() sees the first
 * failure of a kind only when it was 0 before.
 */
#include "control/tally.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "util/cleanup.h"
#include "view/format.h"

/* Upper bounds, which count as inside; 0 ends them. */
static const double ratio_bounds[HISTOGRAM_BOUNDS_MAX + 1] = { 0.05, 0.1, 0.2, 0.3, 0.4, 0.5,
	0.75, 1, 2 };
static const double seconds_bounds[HISTOGRAM_BOUNDS_MAX + 1] = { 0.01, 0.025, 0.05, 0.1, 0.25,
	0.5, 1, 2.5, 5, 10, 30, 60 };
static const double waited_bounds[HISTOGRAM_BOUNDS_MAX + 1] = { 0.001, 0.005, 0.01, 0.05, 0.1,
	0.25, 0.5, 1, 2.5, 5, 10, 30, 60 };

void tally_init(struct tally *tally)
{
	*tally = (struct tally){ 0 };
	lock_init(&tally->lock);
}

void tally_done(struct tally *tally)
{
	lock_done(&tally->lock);
}

static size_t bucket_of(const double *bounds, double value)
{
	size_t i = 0;

	while (bounds[i] > 0 && value > bounds[i])
		i++;
	return i;
}

static void observe(struct histogram *histogram, const double *bounds, double value)
{
	histogram->counts[bucket_of(bounds, value)]++;
	histogram->sum += value;
}

static double seconds(usec_t usec)
{
	return (double)usec / (double)USEC_PER_SEC;
}

static enum tally_result result_of(int error)
{
	switch (error) {
	case 0:
		return TALLY_OK;
	case EIO:
		return TALLY_DAMAGED;
	case EFBIG:
		return TALLY_TOO_LARGE;
	case ETIMEDOUT:
		return TALLY_TIMED_OUT;
	case ENOMEM:
		return TALLY_NO_MEMORY;
	case EBUSY:
		return TALLY_BUSY;
	case EINVAL:
		return TALLY_MEANINGLESS;
	default:
		return TALLY_OTHER;
	}
}

void tally_add(struct tally *tally, const struct render_cost *cost)
{
	struct tally_of_format *of = &tally->formats[cost->format];
	LOCK_SCOPE(&tally->lock);

	of->results[result_of(cost->error)]++;
	if (cost->usec > 0)
		observe(&tally->waited[cost->ahead], waited_bounds, seconds(cost->waited_usec));
	if (cost->error)
		return;
	observe(&of->seconds, seconds_bounds, seconds(cost->usec));
	if (cost->source_bytes > 0)
		observe(&of->ratio, ratio_bounds,
			(double)cost->bytes / (double)cost->source_bytes);
	if (cost->bytes < cost->source_bytes)
		tally->saved_bytes += cost->source_bytes - cost->bytes;
}

/* --- As text ------------------------------------------------------------------------------ */

static void print_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_histogram(FILE *out, const char *name, const char *label, const char *value,
	const struct histogram *histogram, const double *bounds)
{
	uint64_t count = 0;
	size_t i;

	for (i = 0; bounds[i] > 0; i++) {
		count += histogram->counts[i];
		fprintf(out, "%s_bucket{%s=\"%s\",le=\"%g\"} %" PRIu64 "\n", name, label, value,
			bounds[i], count);
	}
	count += histogram->counts[i];
	fprintf(out, "%s_bucket{%s=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", name, label, value,
		count);
	fprintf(out, "%s_sum{%s=\"%s\"} %.9g\n", name, label, value, histogram->sum);
	fprintf(out, "%s_count{%s=\"%s\"} %" PRIu64 "\n", name, label, value, count);
}

static bool is_seen(const struct tally_of_format *of)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < TALLY_RESULTS; i++)
		sum += of->results[i];
	return sum > 0;
}

static const char *format_name(size_t format)
{
	return format == FORMAT_AUTO ? "auto" : format_info((enum format)format)->name;
}

static void print_results(const struct tally *tally, FILE *out)
{
	static const char *const names[] = {
		[TALLY_OK] = "ok",
		[TALLY_DAMAGED] = "damaged",
		[TALLY_TOO_LARGE] = "too_large",
		[TALLY_TIMED_OUT] = "timed_out",
		[TALLY_NO_MEMORY] = "no_memory",
		[TALLY_BUSY] = "busy",
		[TALLY_MEANINGLESS] = "meaningless",
		[TALLY_OTHER] = "other",
	};

	print_head(out, "lensfs_encodes_total", "counter",
		"Encodes that ended, by the format asked for and how they ended. Failures that "
		"were remembered are not encodes.");
	for (size_t f = 0; f < FORMAT_COUNT; f++) {
		for (size_t r = 0; is_seen(&tally->formats[f]) && r < TALLY_RESULTS; r++)
			fprintf(out,
				"lensfs_encodes_total{format=\"%s\",result=\"%s\"} %" PRIu64
				"\n",
				format_name(f), names[r], tally->formats[f].results[r]);
	}
}

static void print_of_formats(const struct tally *tally, FILE *out, const char *name,
	size_t offset, const double *bounds)
{
	for (size_t f = 0; f < FORMAT_COUNT; f++) {
		const struct tally_of_format *of = &tally->formats[f];
		const void *histogram = (const char *)of + offset;

		if (of->results[TALLY_OK] > 0)
			print_histogram(out, name, "format", format_name(f), histogram, bounds);
	}
}

static void print_waited(const struct tally *tally, FILE *out)
{
	static const char name[] = "lensfs_encode_queue_seconds";

	print_head(out, name, "histogram",
		"Time from an encode's being asked for to its going to an encoder, by whether "
		"somebody waited for it or it was prefetch.");
	print_histogram(out, name, "for", "reader", &tally->waited[0], waited_bounds);
	print_histogram(out, name, "for", "prefetch", &tally->waited[1], waited_bounds);
}

static void print(const struct tally *tally, FILE *out)
{
	print_results(tally, out);
	print_head(out, "lensfs_encode_seconds", "histogram",
		"Time that encodes took in the encoder, of those that ended well.");
	print_of_formats(tally, out, "lensfs_encode_seconds",
		offsetof(struct tally_of_format, seconds), seconds_bounds);
	print_head(out, "lensfs_encode_size_ratio", "histogram",
		"Bytes of a variant for each byte of its picture.");
	print_of_formats(tally, out, "lensfs_encode_size_ratio",
		offsetof(struct tally_of_format, ratio), ratio_bounds);
	print_waited(tally, out);
	print_head(out, "lensfs_encode_saved_bytes_total", "counter",
		"Bytes by which variants are smaller than their pictures; larger ones count as "
		"nothing saved.");
	fprintf(out, "lensfs_encode_saved_bytes_total %" PRIu64 "\n", tally->saved_bytes);
}

void tally_print(struct tally *tally, FILE *out)
{
	LOCK_SCOPE(&tally->lock);

	print(tally, out);
}
