/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "picture/inspect.h"

/* A beginning that grows. */
struct head {
	unsigned char bytes[PICTURE_HEAD_MAX];
	size_t size;
};

static void put(struct head *head, const void *bytes, size_t size)
{
	memcpy(head->bytes + head->size, bytes, size);
	head->size += size;
}

#define PUT(head, text) put((head), (text), sizeof(text) - 1)

static void put_be(struct head *head, uint64_t value, unsigned size)
{
	while (size-- > 0)
		head->bytes[head->size++] = (unsigned char)(value >> 8 * size);
}

static void put_le(struct head *head, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		head->bytes[head->size++] = (unsigned char)(value >> 8 * i);
}

static void put_jpeg(struct head *head, struct size sides)
{
	PUT(head, "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xc0\0\x11\x08");
	put_be(head, sides.height, 2);
	put_be(head, sides.width, 2);
	PUT(head, "\3\1\x22\0\2\x11\1\3\x11\1");
}

static void put_webp(struct head *head, struct size sides, size_t size)
{
	PUT(head, "RIFF");
	put_le(head, size - 8, 4);
	PUT(head, "WEBPVP8X\x0a\0\0\0\0\0\0\0");
	put_le(head, sides.width - 1, 3);
	put_le(head, sides.height - 1, 3);
	PUT(head, "VP8 ");
	put_le(head, size - 38, 4);
}

static void put_avif(struct head *head, struct size sides, size_t size)
{
	PUT(head, "\0\0\0\x1c"
		  "ftypavif\0\0\0\0mif1avif\0\0\0\0");
	PUT(head, "\0\0\0\x52meta\0\0\0\0");
	PUT(head, "\0\0\0\x0epitm\0\0\0\0\0\1");
	PUT(head, "\0\0\0\x38iprp\0\0\0\x1cipco\0\0\0\x14ispe\0\0\0\0");
	put_be(head, sides.width, 4);
	put_be(head, sides.height, 4);
	PUT(head, "\0\0\0\x14ipma\0\0\0\0\0\0\0\1\0\1\1\x81");
	put_be(head, size - head->size, 4);
	PUT(head, "mdat");
}

/* From the lowest bit on: not small, 30 bits of height, no ratio, 30 bits of width, all else as
 * usual. */
static void put_jxl(struct head *head, struct size sides)
{
	uint64_t low = 3u << 1 | (uint64_t)(sides.height - 1) << 3;
	uint64_t high = 3u | (uint64_t)(sides.width - 1) << 2 | (uint64_t)1 << 32;

	/* 33 bits, 3 of ratio, then the rest. */
	PUT(head, "\xff\x0a");
	put_le(head, low | high << 36, 8);
	put_le(head, high >> 28, 1);
}

static void put_png(struct head *head, struct size sides)
{
	PUT(head, "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR");
	put_be(head, sides.width, 4);
	put_be(head, sides.height, 4);
	PUT(head, "\x08\2\0\0\0");
}

static void put_gif(struct head *head, struct size sides)
{
	PUT(head, "GIF89a");
	put_le(head, sides.width, 2);
	put_le(head, sides.height, 2);
}

static void put_tiff(struct head *head, struct size sides, size_t size)
{
	PUT(head, "II*\0\x08\0\0\0\4\0");
	PUT(head, "\0\1\4\0\1\0\0\0");
	put_le(head, sides.width, 4);
	PUT(head, "\1\1\4\0\1\0\0\0");
	put_le(head, sides.height, 4);
	PUT(head, "\x11\1\4\0\1\0\0\0\x3e\0\0\0");
	PUT(head, "\x17\1\4\0\1\0\0\0");
	put_le(head, size - 62, 4);
	PUT(head, "\0\0\0\0");
}

void picture_dress(unsigned char *bytes, size_t size, enum format format, struct size sides)
{
	static const struct {
		const char *bytes;
		size_t size;
	} ends[FORMAT_COUNT] = {
		[FORMAT_JPEG] = { "\xff\xd9", 2 },
		[FORMAT_PNG] = { "\0\0\0\0IEND\xae\x42\x60\x82", 12 },
		[FORMAT_GIF] = { "\0;", 2 },
	};
	struct head head = { .size = 0 };

	switch (format) {
	case FORMAT_JPEG:
		put_jpeg(&head, sides);
		break;
	case FORMAT_WEBP:
		put_webp(&head, sides, size);
		break;
	case FORMAT_AVIF:
		put_avif(&head, sides, size);
		break;
	case FORMAT_JXL:
		put_jxl(&head, sides);
		break;
	case FORMAT_PNG:
		put_png(&head, sides);
		break;
	case FORMAT_GIF:
		put_gif(&head, sides);
		break;
	case FORMAT_TIFF:
		put_tiff(&head, sides, size);
		break;
	default:
		break;
	}
	memcpy(bytes, head.bytes, head.size < size ? head.size : size);
	if (size >= head.size + ends[format].size && ends[format].size > 0)
		memcpy(bytes + size - ends[format].size, ends[format].bytes, ends[format].size);
}

struct size picture_claim(int fd, enum format format)
{
	struct picture_facts facts;

	if (picture_inspect_fd(fd, format, &facts) != 0)
		return (struct size){ 640, 480 };
	return (struct size){ facts.width, facts.height };
}

void picture_fill(unsigned char *bytes, size_t size, uint64_t seed)
{
	uint64_t state = seed | 1;

	/* xorshift64, Marsaglia 2003 */
	for (size_t i = 0; i < size; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		bytes[i] = (unsigned char)(state >> 32);
	}
}
