/* SPDX-License-Identifier: MIT
 *
 * JPEG XL: a codestream, bare or in boxes. Its first bits are the size, then an orientation if
 * there is one (ISO 18181-1 annex D.2 and D.3); bits are read from the lowest of each byte.
 */
#include <string.h>

#include "picture/boxes.h"

#define HEAD_SIZE 16 /* the longest way to the orientation is 16 + 2 + 76 bits */

struct bits {
	uint8_t bytes[HEAD_SIZE]; /* zeros behind the end */
	unsigned at;
};

static uint32_t get_bits(struct bits *bits, unsigned n)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < n && bits->at < HEAD_SIZE * 8; i++, bits->at++)
		value |= (uint32_t)(bits->bytes[bits->at / 8] >> bits->at % 8 & 1) << i;
	return value;
}

static uint32_t get_side(struct bits *bits, bool small)
{
	static const uint8_t widths[] = { 9, 13, 18, 30 };

	if (small)
		return (get_bits(bits, 5) + 1) * 8;
	return get_bits(bits, widths[get_bits(bits, 2)]) + 1;
}

static void read_size(struct bits *bits, struct picture_facts *ret)
{
	static const struct {
		uint8_t width, height;
	} ratios[] = { { 0, 0 }, { 1, 1 }, { 12, 10 }, { 4, 3 }, { 3, 2 }, { 16, 9 }, { 5, 4 },
		{ 2, 1 } };
	bool small = get_bits(bits, 1);
	uint32_t ratio;

	ret->height = get_side(bits, small);
	ratio = get_bits(bits, 3);
	if (ratio == 0)
		ret->width = get_side(bits, small);
	else
		ret->width = (uint32_t)((uint64_t)ret->height * ratios[ratio].width /
					ratios[ratio].height);
}

/* 1 … 8, as in EXIF. */
static uint32_t read_orientation(struct bits *bits)
{
	bool all_default = get_bits(bits, 1);
	bool extra_fields = !all_default && get_bits(bits, 1);

	return extra_fields ? get_bits(bits, 3) + 1 : 1;
}

/* Of a codestream that lies in [at, end), or begins there. */
static int read_codestream(
	struct reader *reader, uint64_t at, uint64_t end, struct picture_facts *ret)
{
	struct bits bits = { 0 };
	uint32_t width;
	int r = reader_expect(reader, at, "\xff\x0a", 2);
	size_t n;

	if (r != 0)
		return r;
	at += 2;
	n = end - at < HEAD_SIZE ? (size_t)(end - at) : HEAD_SIZE;
	r = reader_get(reader, at, bits.bytes, n);
	if (r != 0)
		return r;
	read_size(&bits, ret);
	if (read_orientation(&bits) >= 5) {
		width = ret->width;
		ret->width = ret->height;
		ret->height = width;
	}
	return bits.at <= n * 8 ? 0 : PICTURE_E_UNREADABLE;
}

/* The codestream is one `jxlc`, or parts (`jxlp`) of which the last says that it is. */
static int read_container(struct reader *reader, struct picture_facts *ret)
{
	struct boxes boxes = { .end = reader->size };
	bool begun = false, ended = false;
	uint8_t number[4];
	struct box box;
	int r;

	while ((r = boxes_next(reader, &boxes, &box)) == 0) {
		bool part = box.type == BOX_TYPE('j', 'x', 'l', 'p');

		if (!part && box.type != BOX_TYPE('j', 'x', 'l', 'c'))
			continue;
		if (part)
			r = reader_get(reader, box.at, number, sizeof(number));
		if (r == 0 && !begun)
			r = box.end - box.at < (part ? 6u : 2u)
			            ? PICTURE_E_UNREADABLE
			            : read_codestream(
					      reader, box.at + (part ? 4 : 0), box.end, ret);
		if (r != 0)
			return r;
		begun = true;
		ended = !part || number[0] & 0x80;
	}
	if (r < 0)
		return r;
	ret->ends_well = ended && boxes_are_whole(&boxes);
	return begun ? 0 : PICTURE_E_UNREADABLE;
}

int inspect_jxl(struct reader *reader, struct picture_facts *ret)
{
	static const char signature[] = "\0\0\0\x0cJXL \r\n\x87\x0a";
	int r = reader_expect(reader, 0, signature, sizeof(signature) - 1);

	if (r == 0)
		return read_container(reader, ret);
	if (r < 0)
		return r;
	ret->ends_well = true;
	return read_codestream(reader, 0, reader->size, ret);
}
