/* SPDX-License-Identifier: MIT
 *
 * Pictures for tests of the real encoder: made and looked at with libvips, in test bodies only
 * (check forks them, and libvips does not survive a fork after its first use).
 *
 * The picture is four quadrants: red, green above blue, white; so one look at the four centres
 * tells size, order and colour.
 */
#ifndef TESTS_ENCODER_PICTURE_H
#define TESTS_ENCODER_PICTURE_H

#include <vips/vips.h>

#include "encoder_client.h"

/* A started program with one encoder. */
struct rig {
	struct client client;
	struct spawned encoder;
};

void rig_start(struct rig *rig);
void rig_stop(struct rig *rig);

/* The caller's to unref. */
VipsImage *picture_quadrants(int width, int height);
/* Noise, so that nothing compresses it away: other noise at each call, since equal frames are merged
 * and equal bands are grey, but the same in each run of a test. */
VipsImage *picture_noise(int width, int height, int bands);

/* `suffix` as libvips writes it, options and all: ".jpg[Q=90]". The format's own name for
 * formats in tests is picture_suffix(). */
int picture_file(VipsImage *image, const char *suffix);
const char *picture_suffix(enum format format);

/* Loads what an encoder wrote, as libvips sees it, all frames. */
VipsImage *picture_load(int fd);
/* Does the file begin as `format` does? */
bool picture_is(int fd, enum format format);

/* Expects the quadrants, named by the first letters of their colours in reading order ("rgbw");
 * `tolerance` is per band, of 255. */
void expect_quadrants(VipsImage *image, const char *colours, int tolerance);
/* One sRGB pixel. */
void expect_pixel(VipsImage *image, int x, int y, int r, int g, int b, int tolerance);

/* Encodes and expects success and a truthful reply. Closes nothing. Returns the output. */
int encode(struct rig *rig, const char *view, enum format source, int source_fd,
	struct encode_reply *ret);
/* Expects this result, nothing else. */
struct encode_reply encode_fails(struct rig *rig, const char *view, enum format source,
	int source_fd, enum encode_result result);

#endif
