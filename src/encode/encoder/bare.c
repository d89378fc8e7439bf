/* SPDX-License-Identifier: MIT
 *
 * One walker per format over a window of the file; sources as in picture/inspect.h, which is on
 * the other side of the sandbox.
 */
#include "encode/encoder/bare.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/fdio.h"

#define WINDOW_BYTES (64 * 1024)

struct walk {
	int fd;
	uint64_t size;
	uint64_t from; /* where the window begins */
	size_t length;
	bool profile;
	uint8_t window[WINDOW_BYTES];
};

/* `n` bytes from `at`, until the next call; NULL where the file has not so many. */
static const uint8_t *bytes_at(struct walk *w, uint64_t at, size_t n)
{
	ssize_t got;

	if (n > WINDOW_BYTES || at > w->size || n > w->size - at)
		return NULL;
	if (at < w->from || at + n > w->from + w->length) {
		got = fdio_pread_full(w->fd, w->window, WINDOW_BYTES, (off_t)at);
		w->from = at;
		w->length = got > 0 ? (size_t)got : 0;
		if (w->length < n)
			return NULL;
	}
	return w->window + (at - w->from);
}

static uint32_t be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* `list` is of four-letter names, one after the other. */
static bool is_among(const uint8_t *name, const char *list)
{
	for (; *list; list += 4) {
		if (memcmp(name, list, 4) == 0)
			return true;
	}
	return false;
}

/* --- JPEG -------------------------------------------------------------------------------- */

static bool jpeg_segment_is_bare(struct walk *w, unsigned marker, uint64_t at, uint32_t length)
{
	const uint8_t *p = bytes_at(w, at, length < 14 ? length : 14);

	if (!p)
		return false;
	switch (marker) {
	case 0xc0: /* frames: sequential and progressive */
	case 0xc1:
	case 0xc2:
	case 0xc4: /* tables */
	case 0xdb:
	case 0xdd: /* restart interval */
		return true;
	case 0xe0: /* without a thumbnail */
		return length == 14 && memcmp(p, "JFIF", 5) == 0;
	case 0xe2:
		return w->profile && length >= 14 && memcmp(p, "ICC_PROFILE", 12) == 0;
	case 0xee:
		return length == 12 && memcmp(p, "Adobe", 5) == 0;
	default:
		return false;
	}
}

/* Behind coded pixels, at the next marker; 0 when there is none. */
static uint64_t jpeg_skip_scan(struct walk *w, uint64_t at)
{
	const uint8_t *p;

	while ((p = bytes_at(w, at, 2))) {
		size_t left = (size_t)(w->from + w->length - at) - 1;
		const uint8_t *found = memchr(p, 0xff, left);

		if (!found) {
			at += left;
			continue;
		}
		at += (uint64_t)(found - p);
		if (found[1] != 0 && (found[1] & 0xf8) != 0xd0)
			return at;
		at += 2;
	}
	return 0;
}

static bool jpeg_is_bare(struct walk *w)
{
	uint64_t at = 2;
	const uint8_t *p;

	while (at > 0 && (p = bytes_at(w, at, 2)) && p[0] == 0xff) {
		unsigned marker = p[1];
		uint32_t length;

		if (marker == 0xd9)
			return at + 2 == w->size;
		p = bytes_at(w, at + 2, 2);
		if (!p || (length = be16(p)) < 2)
			return false;
		if (marker != 0xda && !jpeg_segment_is_bare(w, marker, at + 4, length - 2))
			return false;
		at += 2 + length;
		if (marker == 0xda)
			at = jpeg_skip_scan(w, at);
	}
	return false;
}

/* --- PNG --------------------------------------------------------------------------------- */

static bool png_is_bare(struct walk *w)
{
	uint64_t at = 8;
	const uint8_t *p;

	while ((p = bytes_at(w, at, 9))) {
		uint32_t length = be32(p);
		bool end = memcmp(p + 4, "IEND", 4) == 0;
		/* ImageMagick 7 says of every PNG that it is upright. */
		bool upright = memcmp(p, "\0\0\0\1orNT\1", 9) == 0;

		if (!upright &&
			!is_among(p + 4, "IHDRPLTEIDATIENDtRNSgAMAcHRMsRGBsBITbKGDpHYshIST") &&
			!(w->profile && memcmp(p + 4, "iCCP", 4) == 0))
			return false;
		at += 12 + (uint64_t)length;
		if (end)
			return length == 0 && at == w->size;
	}
	return false;
}

/* --- GIF --------------------------------------------------------------------------------- */

static uint64_t gif_table_bytes(uint8_t flags)
{
	return flags & 0x80 ? UINT64_C(3) << ((flags & 7) + 1) : 0;
}

/* Behind a chain of blocks; 0 when it does not end. */
static uint64_t gif_skip_blocks(struct walk *w, uint64_t at)
{
	const uint8_t *p;

	while ((p = bytes_at(w, at, 1))) {
		at += 1 + (uint64_t)*p;
		if (*p == 0)
			return at;
	}
	return 0;
}

/* How the pixels are shown, or how often: nothing else. */
static bool gif_extension_is_bare(struct walk *w, uint64_t at)
{
	const uint8_t *p = bytes_at(w, at, 19);

	if (!p)
		return false;
	if (p[1] == 0xf9)
		return p[2] == 4 && p[7] == 0;
	return p[1] == 0xff && p[2] == 11 && p[14] == 3 && p[18] == 0 &&
	       (memcmp(p + 3, "NETSCAPE2.0", 11) == 0 || memcmp(p + 3, "ANIMEXTS1.0", 11) == 0);
}

static bool gif_is_bare(struct walk *w)
{
	const uint8_t *p = bytes_at(w, 0, 13);
	uint64_t at = p ? 13 + gif_table_bytes(p[10]) : 0;

	while (at > 0 && (p = bytes_at(w, at, 1))) {
		if (*p == 0x3b)
			return at + 1 == w->size;
		if (*p == 0x21) {
			if (!gif_extension_is_bare(w, at))
				return false;
			at = gif_skip_blocks(w, at + 2);
		} else if (*p == 0x2c) {
			p = bytes_at(w, at, 10);
			at = !p ? 0 : gif_skip_blocks(w, at + 11 + gif_table_bytes(p[9]));
		} else {
			return false;
		}
	}
	return false;
}

/* --- WebP -------------------------------------------------------------------------------- */

#define WEBP_ICC      0x20
#define WEBP_METADATA 0x0c /* EXIF, XMP */

/* Chunks from `at` that end at `end` exactly; those of a frame are a list of their own. */
static bool webp_chunks_are_bare(struct walk *w, uint64_t at, uint64_t end, bool in_frame)
{
	while (at < end) {
		const uint8_t *p = bytes_at(w, at, 9);
		uint64_t body = at + 8, length;

		if (!p)
			return false;
		length = le32(p + 4);
		at = body + length + (length & 1);
		if (at > end)
			return false;
		if (is_among(p, "VP8 VP8LALPH"))
			continue;
		if (in_frame)
			return false;
		if (memcmp(p, "VP8X", 4) == 0 &&
			!(p[8] & (WEBP_METADATA | (w->profile ? 0 : WEBP_ICC))))
			continue;
		if (memcmp(p, "ANIM", 4) == 0 || (w->profile && memcmp(p, "ICCP", 4) == 0))
			continue;
		if (memcmp(p, "ANMF", 4) != 0 ||
			!webp_chunks_are_bare(w, body + 16, body + length, true))
			return false;
	}
	return at == end;
}

static bool webp_is_bare(struct walk *w)
{
	const uint8_t *p = bytes_at(w, 0, 12);

	return p && 8 + (uint64_t)le32(p + 4) == w->size &&
	       webp_chunks_are_bare(w, 12, w->size, false);
}

/* --- TIFF -------------------------------------------------------------------------------- */

static const uint16_t tiff_tags[] = { 254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278,
	279, 282, 283, 284, 292, 293, 296, 317, 320, 322, 323, 324, 325, 338, 339, 347, 530,
	531, 532 };
#define TIFF_PROFILE 34675

static uint32_t tiff_number(const uint8_t *p, bool little, unsigned bytes)
{
	if (bytes == 4)
		return little ? le32(p) : be32(p);
	return little ? (uint32_t)p[1] << 8 | p[0] : be16(p);
}

static bool tiff_tag_is_bare(const struct walk *w, uint32_t tag)
{
	for (size_t i = 0; i < ARRAY_SIZE(tiff_tags); i++) {
		if (tiff_tags[i] == tag)
			return true;
	}
	return w->profile && tag == TIFF_PROFILE;
}

/* One directory, which no other follows. */
static bool tiff_is_bare(struct walk *w)
{
	const uint8_t *p = bytes_at(w, 0, 8);
	bool little = p && p[0] == 'I';
	uint64_t at;
	uint32_t count;

	if (!p || tiff_number(p + 2, little, 2) != 42)
		return false;
	at = tiff_number(p + 4, little, 4);
	p = bytes_at(w, at, 2);
	count = p ? tiff_number(p, little, 2) : 0;
	at += 2;
	for (uint32_t i = 0; i < count; i++, at += 12) {
		p = bytes_at(w, at, 12);
		if (!p || !tiff_tag_is_bare(w, tiff_number(p, little, 2)))
			return false;
	}
	p = bytes_at(w, at, 4);
	return count > 0 && p && tiff_number(p, little, 4) == 0;
}

/* --- AVIF -------------------------------------------------------------------------------- */

struct box {
	uint64_t body, end;
	uint8_t type[4];
};

/* The box at `at`, of those that end at `end`. */
static bool box_read(struct walk *w, uint64_t at, uint64_t end, struct box *ret)
{
	const uint8_t *p = bytes_at(w, at, 8);
	uint64_t length = p ? be32(p) : 0;

	/* A length of 1 or 0 stands for one of 64 bits, or for the rest: neither is written
	 * for pictures. */
	if (length < 8 || at + length > end)
		return false;
	*ret = (struct box){ .body = at + 8, .end = at + length };
	memcpy(ret->type, p + 4, 4);
	return true;
}

static bool boxes_are_among(struct walk *w, uint64_t at, uint64_t end, const char *list)
{
	struct box box;

	for (; at < end; at = box.end) {
		if (!box_read(w, at, end, &box) || !is_among(box.type, list))
			return false;
	}
	return at == end;
}

/* Items are pictures; EXIF and XMP would be items, too. */
static bool avif_items_are_bare(struct walk *w, const struct box *iinf)
{
	const uint8_t *p = bytes_at(w, iinf->body, 1);
	uint64_t at = p ? iinf->body + 4 + (*p ? 4 : 2) : iinf->end;
	struct box box;

	for (; at < iinf->end; at = box.end) {
		if (!box_read(w, at, iinf->end, &box) || memcmp(box.type, "infe", 4) != 0)
			return false;
		p = bytes_at(w, box.body, 14);
		if (!p || p[0] < 2 || !is_among(p + (p[0] == 2 ? 8 : 10), "av01grid"))
			return false;
	}
	return at == iinf->end && p;
}

static bool avif_properties_are_bare(struct walk *w, const struct box *iprp)
{
	struct box box;

	for (uint64_t at = iprp->body; at < iprp->end; at = box.end) {
		if (!box_read(w, at, iprp->end, &box))
			return false;
		if (memcmp(box.type, "ipco", 4) == 0
				? !boxes_are_among(w, box.body, box.end,
					  "ispepixiav1CcolrauxCpaspa1opa1lxlsel")
				: memcmp(box.type, "ipma", 4) != 0)
			return false;
	}
	return true;
}

static bool avif_meta_is_bare(struct walk *w, const struct box *meta)
{
	struct box box;

	for (uint64_t at = meta->body + 4; at < meta->end; at = box.end) {
		if (!box_read(w, at, meta->end, &box) ||
			!is_among(box.type, "hdlrpitmilociinfiprpirefidat"))
			return false;
		if (memcmp(box.type, "iinf", 4) == 0 && !avif_items_are_bare(w, &box))
			return false;
		if (memcmp(box.type, "iprp", 4) == 0 && !avif_properties_are_bare(w, &box))
			return false;
	}
	return true;
}

static bool avif_is_bare(struct walk *w)
{
	struct box box;

	for (uint64_t at = 0; at < w->size; at = box.end) {
		if (!box_read(w, at, w->size, &box) || !is_among(box.type, "ftypmetamdat"))
			return false;
		if (memcmp(box.type, "meta", 4) == 0 && !avif_meta_is_bare(w, &box))
			return false;
	}
	return w->size > 0;
}

bool bare_file(int fd, enum format format, bool profile)
{
	static bool (*const walkers[FORMAT_COUNT])(struct walk *) = {
		[FORMAT_JPEG] = jpeg_is_bare,
		[FORMAT_PNG] = png_is_bare,
		[FORMAT_GIF] = gif_is_bare,
		[FORMAT_WEBP] = webp_is_bare,
		[FORMAT_TIFF] = tiff_is_bare,
		[FORMAT_AVIF] = avif_is_bare,
	};
	struct walk w = { .fd = fd, .profile = profile };
	struct stat st;

	if ((unsigned)format >= FORMAT_COUNT || !walkers[format] || fstat(fd, &st) < 0)
		return false;
	w.size = (uint64_t)st.st_size;
	return walkers[format](&w);
}
