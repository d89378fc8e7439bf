/* SPDX-License-Identifier: MIT
 *
 * libvips reads and writes in rows where a codec lets it, so what counts is what each codec
 * keeps whole. Reading and writing are added up, because the one goes on until the other ends.
 * The figures were read from the table that test_estimate prints, for pictures of 4 and 15
 * million pixels, with libvips 8.14, and rounded up by a tenth or more.
 */
#include "encode/estimate.h"

#include <stdbool.h>

#include "view/geometry.h"
#include "view/trial.h"

#define MIB ((double)(1 << 20))

/* An encoder that has loaded its libraries and holds the rows of a narrow picture. */
#define BASE_BYTES (26 * MIB)
/* Rows that wait between two steps of a pipeline, of the whole width, and those that one more
 * thread works on. */
#define ROWS        1024
#define THREAD_ROWS 256
/* One more thread: its stack and its share of a malloc arena. */
#define THREAD_BYTES (2 * MIB)
/* Headers, and what metadata is kept. */
#define OUTPUT_BASE_BYTES (64 * 1024.0)
/* Nothing that a machine has: facts beyond reason end here. */
#define ESTIMATE_MAX 0x1p60

static double least(double a, double b)
{
	return a < b ? a : b;
}

/* What the loader keeps whole, for all frames. */
static double reading_bytes(const struct encode_facts *f, enum format format)
{
	double pixels = (double)f->width * f->height * f->frames;
	double bytes = f->bytes_pixel;

	switch (format) {
	case FORMAT_JPEG:
		/* All coefficients, of 16 bits, and libvips decodes it whole. Of the picture
		 * as stored: shrinking comes after. */
		return f->interlaced ? 3 * bytes * pixels : 0;
	case FORMAT_PNG:
		return f->interlaced ? bytes * pixels : 0;
	case FORMAT_TIFF:
		return 0;
	case FORMAT_WEBP:
		return 10 * pixels;
	case FORMAT_GIF:
		return 6 * pixels;
	default: /* HEIF: its planes, and libvips' copy of them */
		return 2.6 * bytes * pixels;
	}
}

/* From effort 8 on, a lossy one is encoded again and again and compared (libjxl's butteraugli
 * loop), and a lossless one searched for longer. */
static double jxl_bytes_sample(const struct view *view, int effort)
{
	if (view->lossless)
		return effort >= 8 ? 32 : 26;
	return effort >= 8 ? 110 : 18;
}

/* As libvips has it where the view leaves it to it: from quality 90 on. */
static bool has_full_chroma(const struct view *view)
{
	return view->lossless || view->chroma == VIEW_CHROMA_444 ||
	       (view->chroma == VIEW_CHROMA_AUTO && view->quality >= 90);
}

/* They take as much whether they came as 8 bits or as 16, and grey as colour. */
static double jxl_samples(double bytes)
{
	return bytes > 4 ? bytes / 2 : bytes < 3 ? 3 : bytes;
}

/* What the saver keeps whole of one frame, for each of its pixels. */
static double writing_bytes_pixel(const struct encode_facts *f, const struct view *view)
{
	double bytes = f->result_pixel;
	int effort = view->effort - 1;

	switch (view->format) {
	case FORMAT_JPEG:
		/* All coefficients */
		return has_full_chroma(view) || bytes < 3 ? 2.3 * bytes : 1.3 * bytes;
	case FORMAT_WEBP:
		return f->alpha ? 46 : view->lossless ? 36 : 11;
	case FORMAT_AVIF:
		return (has_full_chroma(view) ? 36
			       : f->alpha     ? 30
					      : 26) +
		       (effort >= 3 ? 30 : 0);
	case FORMAT_JXL:
		return jxl_bytes_sample(view, effort) * jxl_samples(bytes);
	case FORMAT_GIF:
		return 15;
	case FORMAT_PNG:
		return view->prog ? 1.1 * bytes : 0;
	default:
		return 0;
	}
}

/* The most that any of them keeps, one after the other. */
static double trying_bytes_pixel(const struct encode_facts *f, const struct view *view)
{
	struct size result = { f->result_width, f->result_height };
	uint32_t formats = trial_formats(result, f->frames, f->alpha);
	double most = 0;

	for (unsigned i = 0; i < FORMAT_COUNT; i++) {
		struct view v = trial_view(view, (enum format)i);
		double bytes = formats & 1u << i ? writing_bytes_pixel(f, &v) : 0;

		most = bytes > most ? bytes : most;
	}
	return most;
}

/* Noise of a million pixels, measured with libvips 8.14, in bytes a pixel: at 80 JPEG 0.49, WebP
 * 0.53, AVIF 0.55, JPEG XL 0.52; at 90 JPEG 1.34, AVIF 1.84; at 100 JPEG 2.60, AVIF 3.00; without
 * loss WebP 2.79, JPEG XL 2.87, PNG and TIFF 2.81; GIF 1.33. */
static double output_bytes_pixel(const struct view *view)
{
	if (view->lossless || view->format == FORMAT_PNG || view->format == FORMAT_TIFF)
		return 4.2;
	if (view->format == FORMAT_GIF)
		return 1.5;
	return view->quality <= 80 ? 0.65 : 0.65 + (view->quality - 80) * 0.135;
}

/* What a search keeps: the pixels of all frames, and of an encode as much as fits; half as much
 * again while that grows. */
static double searching_bytes(const struct encode_facts *f, const struct view *view)
{
	double pixels = (double)f->result_width * f->result_height * f->frames;
	double encode = OUTPUT_BASE_BYTES + pixels * output_bytes_pixel(view);

	if (!trial_is_needed(view))
		return 0;
	if (view->max_bytes)
		encode = least(encode, view->max_bytes);
	return pixels * f->result_pixel + 2.5 * encode;
}

static bool is_resized(const struct encode_facts *f)
{
	return f->scaled_width != f->decoded_width || f->scaled_height != f->decoded_height;
}

/* Rows on their way. Colours are multiplied by their transparency as floats. */
static double rows_bytes(const struct encode_facts *f, enum format format, unsigned threads)
{
	/* A WebP is shrunk by its decoder, but that did not show in what it took. */
	bool whole = format == FORMAT_WEBP;
	double width = whole ? f->width : f->decoded_width;
	double height = whole ? f->height : f->decoded_height;
	double bytes = f->bytes_pixel + (f->alpha && is_resized(f) ? 16 : 0);
	double rows = ROWS + (double)(threads - 1) * THREAD_ROWS;
	double wide = f->result_width;

	return width * least(height, rows) * bytes +
	       (wide > width ? (wide - width) * least(f->result_height, rows) * bytes : 0);
}

/* What a large blur is made of: smaller, in floats. */
static double blurring_bytes(const struct encode_facts *f, unsigned sigma)
{
	double shrink = geometry_blur_shrink(sigma), margins = 2 * geometry_blur_margin(sigma);
	double width = (least(f->scaled_width, f->result_width) + margins) / shrink;
	double height = (least(f->scaled_height, f->result_height) + margins) / shrink;

	return shrink > 1 ? width * height * f->frames * f->result_pixel * sizeof(float) : 0;
}

/* What our own steps keep whole: a picture to be turned, frames to be taken apart, one whose
 * border is looked for, or the best part of it, or that is blurred. */
static double keeping_bytes(const struct encode_facts *f, const struct view *view)
{
	double decoded = (double)f->decoded_width * f->decoded_height * f->frames;
	double scaled = (double)f->scaled_width * f->scaled_height * f->frames;
	double result = (double)f->result_width * f->result_height * f->frames;
	double bytes = f->turned ? least(scaled, result) * f->result_pixel : 0;

	if (f->frames > 1 && f->reshaped)
		bytes += decoded * (f->bytes_pixel + (f->alpha ? 16 : 6));
	else if (view->trim)
		bytes += decoded * f->bytes_pixel;
	if (view->place >= VIEW_PLACE_SMART)
		bytes += scaled * f->result_pixel;
	if (view->blur)
		bytes +=
			least(scaled, result) * f->result_pixel + blurring_bytes(f, view->blur);
	return bytes;
}

/* Its picture as it is decoded (of 2000 x 1333: PNG and JPEG took 9 bytes a pixel, WebP 19), and
 * as it is laid on, as large as the result at most, three times while it is made. */
static double watermark_bytes(
	const struct encode_facts *f, const struct encode_watermark *watermark)
{
	double own = (double)watermark->width * watermark->height;
	double result = (double)f->result_width * f->result_height;

	if (watermark->format == FORMAT_NONE)
		return 0;
	return (watermark->format == FORMAT_WEBP ? 21 : 11) * own + 12 * result;
}

uint64_t estimate_memory(const struct encode_facts *facts, const struct encode_request *request,
	unsigned threads)
{
	enum format format = request->source_format;
	const struct view *view = &request->view;
	double result = (double)facts->result_width * facts->result_height;
	double bytes = BASE_BYTES + (threads - 1) * THREAD_BYTES + (double)facts->source_bytes;

	bytes += reading_bytes(facts, format) + rows_bytes(facts, format, threads) +
	         keeping_bytes(facts, view) + searching_bytes(facts, view) +
	         watermark_bytes(facts, &request->watermark);
	bytes += (view->format == FORMAT_AUTO ? trying_bytes_pixel(facts, view)
					      : writing_bytes_pixel(facts, view)) *
	         result;
	if (view->format == FORMAT_GIF)
		bytes += 30 * MIB; /* the palettes it compares */
	if (view->format == FORMAT_AVIF || view->format == FORMAT_AUTO)
		bytes += 10 * MIB; /* libaom's tables */
	if (view->format == FORMAT_JXL)
		bytes += 14 * MIB; /* what libjxl 0.11 takes more than 0.7 */
	if (facts->frames > 1)
		bytes += 3 * result * facts->frames; /* those that are written already */
	return bytes < ESTIMATE_MAX ? (uint64_t)bytes : (uint64_t)ESTIMATE_MAX;
}

uint64_t estimate_output(const struct view *view, uint64_t pixels, enum format source_format,
	uint64_t source_bytes)
{
	double bytes = OUTPUT_BASE_BYTES + (double)pixels * output_bytes_pixel(view);

	/* A profile, maker notes, an editor's history: at most what the source is, and seldom
	 * more than this. */
	if (view->meta || view->icc)
		bytes += least((double)source_bytes, 2 * MIB);
	/* How many frames there are is not known yet. */
	if (view_keeps_frames(view, source_format))
		bytes += 3 * (double)source_bytes;
	if (view->max_bytes)
		bytes = least(bytes, view->max_bytes);
	return bytes < ESTIMATE_MAX ? (uint64_t)bytes : (uint64_t)ESTIMATE_MAX;
}
