/* SPDX-License-Identifier: MIT */
#include "raster.h"

#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct raster raster_new(int width, int height, int bands)
{
	struct raster r = { width, height, bands, NULL };

	ck_assert_int_gt(width, 0);
	ck_assert_int_gt(height, 0);
	r.data = calloc((size_t)width * (size_t)height, (size_t)bands);
	ck_assert_ptr_nonnull(r.data);
	return r;
}

uint8_t *raster_at(struct raster r, int x, int y)
{
	/* An assertion that holds costs a write to check's pipe. */
	if (x < 0 || y < 0 || x >= r.width || y >= r.height)
		ck_abort_msg("(%d, %d) of %d x %d", x, y, r.width, r.height);
	return r.data + ((size_t)y * (size_t)r.width + (size_t)x) * (size_t)r.bands;
}

struct raster raster_distinct(int width, int height, int bands)
{
	struct raster r = raster_new(width, height, bands);

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			uint8_t samples[4] = { (uint8_t)x, (uint8_t)y,
				(uint8_t)(x * 7 + y * 13), 255 };

			memcpy(raster_at(r, x, y), samples, (size_t)bands);
		}
	}
	return r;
}

struct raster raster_of(VipsImage *image)
{
	struct raster r;
	size_t size;

	ck_assert_int_eq(image->BandFmt, VIPS_FORMAT_UCHAR);
	r = (struct raster){ image->Xsize, image->Ysize, image->Bands, NULL };
	r.data = vips_image_write_to_memory(image, &size);
	ck_assert_ptr_nonnull(r.data);
	return r;
}

VipsImage *raster_image(struct raster r)
{
	VipsImage *memory = vips_image_new_from_memory_copy(r.data,
		(size_t)r.width * (size_t)r.height * (size_t)r.bands, r.width, r.height,
		r.bands, VIPS_FORMAT_UCHAR);
	VipsImage *image;

	ck_assert_ptr_nonnull(memory);
	ck_assert_int_eq(
		vips_copy(memory, &image, "interpretation",
			r.bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB, NULL),
		0);
	return image;
}

/* Where the pixel at (x, y) comes from. */
typedef void (*origin)(struct raster r, int x, int y, int *ret_x, int *ret_y);

static struct raster raster_map(struct raster r, int width, int height, origin from)
{
	struct raster out = raster_new(width, height, r.bands);

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			int u, v;

			from(r, x, y, &u, &v);
			memcpy(raster_at(out, x, y), raster_at(r, u, v), (size_t)r.bands);
		}
	}
	return out;
}

static void from_right(struct raster r, int x, int y, int *ret_x, int *ret_y)
{
	*ret_x = r.width - 1 - x;
	*ret_y = y;
}

static void from_below(struct raster r, int x, int y, int *ret_x, int *ret_y)
{
	*ret_x = x;
	*ret_y = r.height - 1 - y;
}

/* Clockwise: what was the left column from below is the first row. */
static void from_column(struct raster r, int x, int y, int *ret_x, int *ret_y)
{
	*ret_x = y;
	*ret_y = r.height - 1 - x;
}

struct raster raster_flop(struct raster r)
{
	return raster_map(r, r.width, r.height, from_right);
}

struct raster raster_flip(struct raster r)
{
	return raster_map(r, r.width, r.height, from_below);
}

struct raster raster_turn(struct raster r, int quarters)
{
	for (int i = 0; i < quarters; i++)
		r = raster_map(r, r.height, r.width, from_column);
	return r;
}

/* EXIF 2.32, 4.6.4 A: of what is stored, row 0 and column 0 are the visual … */
struct raster raster_upright(struct raster r, int orientation)
{
	switch (orientation) {
	case 2: /* top, right */
		return raster_flop(r);
	case 3: /* bottom, right */
		return raster_turn(r, 2);
	case 4: /* bottom, left */
		return raster_flip(r);
	case 5: /* left, top */
		return raster_flop(raster_turn(r, 1));
	case 6: /* right, top */
		return raster_turn(r, 1);
	case 7: /* right, bottom */
		return raster_flop(raster_turn(r, 3));
	case 8: /* left, bottom */
		return raster_turn(r, 3);
	default:
		return r;
	}
}

struct raster raster_crop(struct raster r, int left, int top, int width, int height)
{
	struct raster out = raster_new(width, height, r.bands);

	for (int y = 0; y < height; y++)
		memcpy(raster_at(out, 0, y), raster_at(r, left, top + y),
			(size_t)width * (size_t)r.bands);
	ck_assert_int_le(left + width, r.width);
	return out;
}

struct raster raster_put(
	struct raster r, int left, int top, int width, int height, const uint8_t *ink)
{
	struct raster out = raster_new(width, height, r.bands);

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			bool in = x >= left && y >= top && x < left + r.width &&
			          y < top + r.height;

			memcpy(raster_at(out, x, y), in ? raster_at(r, x - left, y - top) : ink,
				(size_t)r.bands);
		}
	}
	return out;
}

static void samples_expect(
	struct raster got, struct raster want, int tolerance, const char *what)
{
	for (int y = 0; y < want.height; y++) {
		for (int x = 0; x < want.width; x++) {
			for (int b = 0; b < want.bands; b++) {
				int g = raster_at(got, x, y)[b], w = raster_at(want, x, y)[b];

				if (abs(g - w) > tolerance)
					ck_abort_msg("%s: (%d, %d) band %d is %d instead of %d",
						what, x, y, b, g, w);
			}
		}
	}
}

void raster_expect(
	struct raster got, struct raster want, int tolerance, const char *format, ...)
{
	char what[200];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	ck_assert_msg(
		got.width == want.width && got.height == want.height && got.bands == want.bands,
		"%s: %d x %d x %d instead of %d x %d x %d", what, got.width, got.height,
		got.bands, want.width, want.height, want.bands);
	samples_expect(got, want, tolerance, what);
}

double raster_distance(struct raster a, struct raster b)
{
	size_t n = (size_t)a.width * (size_t)a.height * (size_t)a.bands;
	double sum = 0;

	ck_assert(a.width == b.width && a.height == b.height && a.bands == b.bands);
	for (size_t i = 0; i < n; i++)
		sum += abs((int)a.data[i] - (int)b.data[i]);
	return sum / (double)n;
}
