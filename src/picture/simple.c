/* SPDX-License-Identifier: MIT
 *
 * Formats whose size stands at a fixed place: PNG, GIF, WebP.
 */
#include "picture/reader.h"

#define STRING(text) (text), sizeof(text) - 1

int inspect_png(struct reader *reader, struct picture_facts *ret)
{
	uint8_t sides[8];
	int r = reader_expect(reader, 0, STRING("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"));

	if (r == 0)
		r = reader_get(reader, 16, sides, sizeof(sides));
	if (r != 0)
		return r;
	ret->width = get_be32(sides);
	ret->height = get_be32(sides + 4);
	/* An empty chunk and its checksum. */
	return reader_ends_with(
		reader, STRING("\0\0\0\0IEND\xae\x42\x60\x82"), &ret->ends_well);
}

/* The size of the logical screen: the encoder's frames all have it. */
int inspect_gif(struct reader *reader, struct picture_facts *ret)
{
	uint8_t sides[4];
	int r = reader_expect(reader, 0, STRING("GIF89a"));

	if (r == PICTURE_E_UNREADABLE)
		r = reader_expect(reader, 0, STRING("GIF87a"));
	if (r == 0)
		r = reader_get(reader, 6, sides, sizeof(sides));
	if (r != 0)
		return r;
	ret->width = get_le16(sides);
	ret->height = get_le16(sides + 2);
	/* The end of the last frame's blocks, and the trailer. */
	return reader_ends_with(reader, STRING("\0;"), &ret->ends_well);
}

/* The first chunk has the size: a key frame of VP8 (RFC 6386 §9.1), the head of a lossless
 * stream, or the canvas of an extended file. */
static int webp_sides(struct reader *reader, struct picture_facts *ret)
{
	uint8_t chunk[18]; /* from its name on */
	int r = reader_get(reader, 12, chunk, sizeof(chunk));
	const uint8_t *data = chunk + 8;

	if (r != 0)
		return r;
	if (get_be32(chunk) == 0x56503820 /* "VP8 " */) {
		if ((data[0] & 1) != 0 || data[3] != 0x9d || data[4] != 0x01 || data[5] != 0x2a)
			return PICTURE_E_UNREADABLE;
		ret->width = get_le16(data + 6) & 0x3fff;
		ret->height = get_le16(data + 8) & 0x3fff;
	} else if (get_be32(chunk) == 0x5650384c /* "VP8L" */ && data[0] == 0x2f) {
		ret->width = (get_le32(data + 1) & 0x3fff) + 1;
		ret->height = (get_le32(data + 1) >> 14 & 0x3fff) + 1;
	} else if (get_be32(chunk) == 0x56503858 /* "VP8X" */) {
		ret->width = (get_le32(data + 4) & 0xffffff) + 1;
		ret->height = (get_le32(data + 6) >> 8) + 1;
	} else {
		return PICTURE_E_UNREADABLE;
	}
	return 0;
}

int inspect_webp(struct reader *reader, struct picture_facts *ret)
{
	uint8_t length[4];
	int r = reader_expect(reader, 0, STRING("RIFF"));

	if (r == 0)
		r = reader_expect(reader, 8, STRING("WEBP"));
	if (r == 0)
		r = reader_get(reader, 4, length, sizeof(length));
	if (r == 0)
		r = webp_sides(reader, ret);
	if (r == 0)
		ret->ends_well = (uint64_t)get_le32(length) + 8 == reader->size;
	return r;
}
