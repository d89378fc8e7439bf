/* SPDX-License-Identifier: MIT
 *
 * The size stands in the frame header, behind as many segments of tables and metadata as the
 * file likes: each says how long it is.
 */
#include "picture/reader.h"

enum { SOF0 = 0xc0, DHT = 0xc4, JPG = 0xc8, DAC = 0xcc, SOF15 = 0xcf };
enum { TEM = 0x01, RST0 = 0xd0, SOI = 0xd8, EOI = 0xd9, SOS = 0xda };

/* The code of the marker at *at, which is moved behind it. Any number of 0xff may precede. */
static int next_marker(struct reader *reader, uint64_t *at, uint8_t *ret)
{
	uint8_t byte = 0;
	int r = reader_get(reader, *at, &byte, 1);

	if (r == 0 && byte != 0xff)
		r = PICTURE_E_UNREADABLE;
	while (r == 0 && byte == 0xff) {
		*at += 1;
		r = reader_get(reader, *at, &byte, 1);
	}
	*at += 1;
	*ret = byte;
	return r;
}

static bool is_frame(uint8_t marker)
{
	return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG &&
	       marker != DAC;
}

/* A height of 0 is told behind the first scan (DNL): such a picture has no size here. */
static int frame_sides(struct reader *reader, uint64_t at, struct picture_facts *ret)
{
	uint8_t frame[7]; /* length, precision, height, width */
	int r = reader_get(reader, at, frame, sizeof(frame));

	if (r != 0)
		return r;
	ret->height = get_be16(frame + 3);
	ret->width = get_be16(frame + 5);
	return 0;
}

int inspect_jpeg(struct reader *reader, struct picture_facts *ret)
{
	uint64_t at = 2;
	uint8_t marker, length[2] = { 0 };
	int r = reader_expect(reader, 0, "\xff\xd8", 2);

	while (r == 0) {
		r = next_marker(reader, &at, &marker);
		if (r != 0)
			return r;
		if (is_frame(marker)) {
			r = frame_sides(reader, at, ret);
			return r == 0 ? reader_ends_with(reader, "\xff\xd9", 2, &ret->ends_well)
			              : r;
		}
		/* No scan can precede its frame, and nothing follows the end. */
		if (marker == SOS || marker == EOI || marker == 0)
			return PICTURE_E_UNREADABLE;
		if (marker == TEM || (marker >= RST0 && marker <= SOI))
			continue;
		r = reader_get(reader, at, length, sizeof(length));
		if (r == 0 && get_be16(length) < 2)
			r = PICTURE_E_UNREADABLE;
		at += get_be16(length);
	}
	return r;
}
