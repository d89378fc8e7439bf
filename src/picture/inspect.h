/* SPDX-License-Identifier: MIT
 *
 * What a picture's own bytes say of it: the size of a frame, and whether the end is there. A
 * few hundred bytes are read and nothing is decoded, so this is cheap, and safe for bytes that
 * nobody vouches for: no codec, no allocation, every loop bounded, nothing read outside.
 *
 * It is no validator. That a header says 800 x 600 and the end is in its place is what every
 * sound file fulfils; files that fulfil it may still be damaged in between.
 *
 * Sources: JPEG ITU-T T.81 B; PNG RFC 2083; GIF89a; WebP RFC 9649; HEIF ISO 23008-12 §6 and
 * AVIF §2 in the boxes of ISO 14496-12; JPEG XL ISO 18181-1 annex D and 18181-2; TIFF 6.0 §2
 * and BigTIFF.
 */
#ifndef PICTURE_INSPECT_H
#define PICTURE_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/format.h"

enum {
	PICTURE_E_UNREADABLE =
		1, /* no header of this format, cut inside it, or no size in it */
};

struct picture_facts {
	/* Of one frame, both over 0. Turns and cuts that the container asks for (HEIF, JPEG XL)
	 * are applied; EXIF's and TIFF's orientation are not. */
	uint32_t width, height;
	/* The last bytes are those that the format ends with: JPEG's EOI, PNG's IEND, GIF's
	 * trailer, RIFF's and the boxes' lengths, TIFF's values and last strip. A bare JPEG XL
	 * codestream has no such sign: true. */
	bool ends_well;
};

/* Pure. 0 or PICTURE_E_UNREADABLE; *ret is written on 0. */
int picture_inspect(
	const void *bytes, size_t size, enum format format, struct picture_facts *ret);

/* Of an open file, whose offset stays. 0, PICTURE_E_UNREADABLE, or -errno when it cannot be
 * read. */
int picture_inspect_fd(int fd, enum format format, struct picture_facts *ret);

#endif
