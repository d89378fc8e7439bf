/* SPDX-License-Identifier: MIT
 *
 * A source descriptor as an image. The loader is named by the format that the daemon sniffed
 * and is never chosen by libvips from the content: a file that looks like two formats cannot
 * reach a loader that nobody meant (CVE-2026-66066 was such a choice). That is also why this
 * does its own shrink-on-load and vips_thumbnail_source(), which chooses by content, is not
 * used.
 *
 * The job moves the offset of the descriptor's open file: two jobs at once must not share one.
 */
#ifndef ENCODER_LOAD_H
#define ENCODER_LOAD_H

#include <vips/vips.h>

#include "encode/protocol.h"
#include "view/geometry.h"

struct load {
	enum format format;
	bool animated;      /* all frames are loaded, one below the other */
	int page;           /* that is loaded, as image_open() counts; 0: the first */
	int source_fd;      /* borrowed */
	VipsSource *source; /* owned */
	VipsImage *header;  /* owned; nothing decoded yet */
	struct size stored; /* one frame as stored */
	int orientation;    /* 1…8, EXIF; how `stored` is to be turned */
	unsigned frames;
	double shrink; /* ≥ 1: how much smaller load_pixels() decoded it */
	uint64_t source_bytes;
};

#define LOAD_INIT ((struct load){ 0 })

/* Can pictures of `format` be read by this libvips? */
bool load_available(enum format format);

/* Reads the header and fills the source's size in `reply`. Returns 0, an encode_result that
 * stands in `reply`, or -1 with libvips' error. */
int load_open(struct load *load, const struct encode_request *request, int source_fd,
	struct encode_reply *reply);

/* The size of a frame, as stored, that load_pixels() will give. */
struct size load_decoded(const struct load *load, struct view_area area, struct size scaled);

/* The pixels, in order from top to bottom and once only. `area`, in pixels as stored, is what is
 * wanted of them, and will be resized to `scaled`: where the format can be shrunk while it is
 * decoded it is, but what remains to be done, by a good filter, is never less than a half.
 * Consumes load->header. Returns 0 or -1. */
int load_pixels(struct load *load, struct view_area area, struct size scaled, VipsImage **ret);

/* Where `area` is in a frame of the image that load_pixels() gave. */
struct view_area load_area(
	const struct load *load, struct view_area area, const VipsImage *image);

void load_done(struct load *load);

#endif
