/* SPDX-License-Identifier: MIT
 *
 * Pictures as plain bytes, and what a view does to them in the plainest words: each pixel of the
 * result is looked up where the definition says it comes from. Knows nothing of src/, so that it
 * cannot be wrong in the same way. For test bodies; pictures are small and never freed.
 */
#ifndef TESTS_RASTER_H
#define TESTS_RASTER_H

#include <stdbool.h>
#include <stdint.h>
#include <vips/vips.h>

struct raster {
	int width, height, bands;
	uint8_t *data; /* rows from the top */
};

struct raster raster_new(int width, int height, int bands);
/* No two pixels are alike, up to 256 a side: the first two bands are their place. */
struct raster raster_distinct(int width, int height, int bands);
uint8_t *raster_at(struct raster r, int x, int y);

/* 8-bit bands. */
struct raster raster_of(VipsImage *image);
VipsImage *raster_image(struct raster r);

/* What a viewer shows of what is stored with this EXIF orientation. */
struct raster raster_upright(struct raster r, int orientation);
struct raster raster_crop(struct raster r, int left, int top, int width, int height);
struct raster raster_flop(struct raster r);
struct raster raster_flip(struct raster r);
struct raster raster_turn(struct raster r, int quarters);
/* In the middle of nowhere: `ink` has `bands` samples, and `r` lies at (left, top). */
struct raster raster_put(
	struct raster r, int left, int top, int width, int height, const uint8_t *ink);

/* Both sizes, bands and samples, these within `tolerance`. */
void raster_expect(struct raster got, struct raster want, int tolerance, const char *format,
	...) __attribute__((format(printf, 4, 5)));
/* Sizes must be the same. */
double raster_distance(struct raster a, struct raster b);

#endif
