/* SPDX-License-Identifier: MIT
 *
 * PNG: PNG (third edition), 4.3: cICP before iCCP before sRGB before gAMA and cHRM; of the last
 * two, what is missing is sRGB's, as browsers have it. HEIF: the first `colr` box of code points
 * (ISO 14496-12, 12.1.5), which is the picture's own in all files that cameras and encoders write;
 * a second one would be of a gain map. Code points: ITU-T H.273.
 */
#include "encode/encoder/colour_tag.h"

#include <stdint.h>
#include <string.h>

#include "util/fdio.h"

#define CHUNKS_MAX 256
#define BOXES_MAX  1024

static bool read_at(int fd, uint64_t at, void *out, size_t size)
{
	return at <= INT64_MAX && fdio_pread_full(fd, out, size, (off_t)at) == (ssize_t)size;
}

static uint32_t be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
	return be16(p) << 16 | be16(p + 2);
}

/* --- Code points --------------------------------------------------------------------------- */

static const struct chromaticity d65 = { 0.3127, 0.3290 };

/* Those of a television are sRGB's, or as near as nobody distinguishes them by. */
static void primaries_set(unsigned code, struct matrix_space *space)
{
	switch (code) {
	case 9: /* BT.2020 */
		*space = (struct matrix_space){ { 0.708, 0.292 }, { 0.170, 0.797 },
			{ 0.131, 0.046 }, d65, space->exponent };
		break;
	case 12: /* Display P3 */
		*space = (struct matrix_space){ { 0.680, 0.320 }, { 0.265, 0.690 },
			{ 0.150, 0.060 }, d65, space->exponent };
		break;
	default:
		break;
	}
}

/* BT.709's curve is a camera's; what is to be seen is meant for the screens that sRGB describes. */
static bool code_points_read(unsigned primaries, unsigned transfer, struct matrix_space *ret)
{
	*ret = matrix_space_srgb;
	switch (transfer) {
	case 4:
		ret->exponent = 2.2;
		break;
	case 5:
		ret->exponent = 2.8;
		break;
	case 8:
		ret->exponent = 1;
		break;
	case 16: /* PQ */
	case 18: /* HLG */
		return false;
	default:
		break;
	}
	primaries_set(primaries, ret);
	return !matrix_space_is_srgb(ret);
}

/* --- PNG ----------------------------------------------------------------------------------- */

struct png_says {
	bool code_points, srgb, gamma, primaries;
	unsigned of_primaries, of_transfer;
	struct matrix_space space;
};

static struct chromaticity chromaticity_at(const uint8_t *p)
{
	return (struct chromaticity){ be32(p) / 100000.0, be32(p + 4) / 100000.0 };
}

static void chunk_read(
	const uint8_t *name, const uint8_t *p, uint32_t size, struct png_says *says)
{
	if (memcmp(name, "cICP", 4) == 0 && size == 4) {
		says->code_points = true;
		says->of_primaries = p[0];
		says->of_transfer = p[1];
	} else if (memcmp(name, "sRGB", 4) == 0) {
		says->srgb = true;
	} else if (memcmp(name, "gAMA", 4) == 0 && size == 4 && be32(p) > 0) {
		says->gamma = true;
		says->space.exponent = 100000.0 / be32(p);
	} else if (memcmp(name, "cHRM", 4) == 0 && size == 32) {
		says->primaries = true;
		says->space.white = chromaticity_at(p);
		says->space.red = chromaticity_at(p + 8);
		says->space.green = chromaticity_at(p + 16);
		says->space.blue = chromaticity_at(p + 24);
	}
}

/* All of them stand before the pixels. */
static bool png_read(int fd, struct matrix_space *ret)
{
	struct png_says says = { .space = matrix_space_srgb };
	uint8_t head[8], body[32];
	uint64_t at = 8;

	for (unsigned i = 0; i < CHUNKS_MAX && read_at(fd, at, head, sizeof(head)); i++) {
		uint32_t size = be32(head);

		if (memcmp(head + 4, "IDAT", 4) == 0)
			break;
		if (size <= sizeof(body) && read_at(fd, at + 8, body, size))
			chunk_read(head + 4, body, size, &says);
		at += 12 + (uint64_t)size;
	}
	if (says.code_points)
		return code_points_read(says.of_primaries, says.of_transfer, ret);
	*ret = says.space;
	return !says.srgb && (says.gamma || says.primaries) && !matrix_space_is_srgb(ret);
}

/* --- HEIF ---------------------------------------------------------------------------------- */

struct span {
	uint64_t at, end;
};

/* The first box of this type that begins in `within` and, where `what` is not NULL, begins so
 * itself. */
static bool box_find(
	int fd, struct span within, const char *type, const char *what, struct span *ret)
{
	uint8_t head[16];

	for (unsigned i = 0; i < BOXES_MAX && within.at < within.end; i++) {
		uint64_t size, skip = 8;

		if (!read_at(fd, within.at, head, 8))
			return false;
		size = be32(head);
		if (size == 1 && read_at(fd, within.at + 8, head + 8, 8)) {
			size = (uint64_t)be32(head + 8) << 32 | be32(head + 12);
			skip = 16;
		}
		if (size < skip || size > within.end - within.at)
			return false;
		*ret = (struct span){ within.at + skip, within.at + size };
		if (memcmp(head + 4, type, 4) == 0 &&
			(!what ||
				(read_at(fd, ret->at, head, 4) && memcmp(head, what, 4) == 0)))
			return true;
		within.at += size;
	}
	return false;
}

static bool heif_read(int fd, struct matrix_space *ret)
{
	struct span file = { 0, (uint64_t)INT64_MAX }, meta, properties, list, colour;
	uint8_t codes[8];

	if (!box_find(fd, file, "meta", NULL, &meta))
		return false;
	meta.at += 4; /* version and flags */
	return box_find(fd, meta, "iprp", NULL, &properties) &&
	       box_find(fd, properties, "ipco", NULL, &list) &&
	       box_find(fd, list, "colr", "nclx", &colour) &&
	       read_at(fd, colour.at, codes, sizeof(codes)) &&
	       code_points_read(be16(codes + 4), be16(codes + 6), ret);
}

bool colour_tag_read(int fd, enum format format, struct matrix_space *ret)
{
	switch (format) {
	case FORMAT_PNG:
		return png_read(fd, ret);
	case FORMAT_AVIF:
	case FORMAT_HEIC:
		return heif_read(fd, ret);
	default:
		return false;
	}
}
